import fc from 'fast-check';
import type { Json } from '../../platform/kernel/json';

/** The words our schemas are written in; another one is an error here, so that no part of a payload goes untried. */
interface Schema {
  readonly type?: string;
  readonly enum?: readonly Json[];
  readonly pattern?: string;
  readonly format?: string;
  readonly minLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly items?: Schema;
  readonly required?: readonly string[];
  readonly properties?: Readonly<Record<string, Schema>>;
}

const itemsMax = 2;

/** Payloads that a schema takes. `own` says what a member of a name is to be, wherever it stands. */
export function valuesOf(
  schema: Schema,
  own: Readonly<Record<string, fc.Arbitrary<Json>>> = {},
): fc.Arbitrary<Json> {
  if (schema.enum) return fc.constantFrom(...schema.enum);
  if (schema.type === 'object') return objectsOf(schema, own);
  if (schema.type === 'array') {
    const minLength = schema.minItems ?? 0;
    return fc.array(valuesOf(schema.items ?? {}, own), { minLength, maxLength: itemsMax });
  }
  if (schema.type === 'integer') {
    const { minimum: min = 0, maximum: max = 1_000 } = schema;
    return fc.integer({ min, max: Math.max(min, Math.min(max, min + 1_000)) });
  }
  if (schema.type === 'boolean') return fc.boolean();
  if (schema.type === 'string') return stringsOf(schema);
  // A member of which nothing is said may be anything.
  if (Object.keys(schema).every((word) => word === 'description')) {
    return fc.jsonValue({ maxDepth: 1 }) as fc.Arbitrary<Json>;
  }
  throw new Error(`no values are known for ${JSON.stringify(schema)}`);
}

function stringsOf({ pattern, format, minLength = 0 }: Schema): fc.Arbitrary<Json> {
  if (format === 'date-time') return fc.integer({ min: 0, max: 9 }).map(instant);
  if (format !== undefined) throw new Error(`no values are known for the format ${format}`);
  if (pattern !== undefined) return fc.constantFrom(...samplesOf(pattern));
  return fc.string({ minLength, maxLength: minLength + 4 });
}

const samples = new Map<string, readonly string[]>();

/** A few texts of a pattern, the same ones for a whole run: making them is what takes the time. */
function samplesOf(pattern: string): readonly string[] {
  const known = samples.get(pattern) ?? fc.sample(fc.stringMatching(new RegExp(pattern)), 3);
  samples.set(pattern, known);
  return known;
}

/** A point in time; few of them, so that some are equal. */
export function instant(second: number): string {
  return `2026-11-23T10:00:0${second}.000Z`;
}

function objectsOf(schema: Schema, own: Parameters<typeof valuesOf>[1]): fc.Arbitrary<Json> {
  const members = Object.entries(schema.properties ?? {}).map(
    ([name, member]) => [name, own?.[name] ?? valuesOf(member, own)] as const,
  );
  const requiredKeys = [...(schema.required ?? [])];
  return fc.record(Object.fromEntries(members), { requiredKeys });
}
