import { isSchema } from '../event-log/schemas/shape';
import { canonicalJson } from '../kernel/json';
import type { Json } from '../kernel/json';
import type { JsonSchema } from './schema';

/** A member by which a newer schema accepts less than an older one did. */
export interface Narrowing {
  readonly rule: 'INPUT_MEMBER_REMOVED' | 'INPUT_MEMBER_REQUIRED' | 'INPUT_NARROWED';
  readonly member: string;
  readonly detail?: string;
}

/** Keywords that say nothing about which values are accepted. */
const annotations = new Set(['title', 'description', 'examples', 'default', '$id', '$comment']);

/** Bounds: the newer one must be absent, or no tighter. */
const lowerBounds = ['minimum', 'minLength', 'minItems', 'exclusiveMinimum', 'minProperties'];
const upperBounds = ['maximum', 'maxLength', 'maxItems', 'exclusiveMaximum', 'maxProperties'];

/** Keywords understood one by one; any other that the newer schema has must be as it was. */
const understood = new Set([
  ...['type', 'properties', 'required', 'additionalProperties', 'items', 'anyOf', 'enum', 'const'],
  ...lowerBounds,
  ...upperBounds,
]);

/**
 * Members by which `newer` accepts less than `older`; none when every value `older` accepts is accepted by `newer`.
 * Errs on the safe side: what it cannot show to be wider counts as narrower.
 */
export function narrowings(older: JsonSchema, newer: JsonSchema, member: string): Narrowing[] {
  if (canonicalJson(bare(older)) === canonicalJson(bare(newer))) return [];
  const branches = older.anyOf as readonly JsonSchema[] | undefined;
  if (branches !== undefined) return branches.flatMap((one) => narrowings(one, newer, member));
  const choices = newer.anyOf as readonly JsonSchema[] | undefined;
  if (choices !== undefined) return narrowestChoice(older, choices, member);
  const narrowed = (detail: string): Narrowing[] => [{ rule: 'INPUT_NARROWED', member, detail }];
  const values = valueProblem(older, newer);
  if (values !== undefined) return narrowed(values);
  const bounds = boundProblem(older, newer) ?? otherProblem(older, newer);
  if (bounds !== undefined) return narrowed(bounds);
  return [...memberNarrowings(older, newer, member), ...itemNarrowings(older, newer, member)];
}

function narrowestChoice(older: JsonSchema, choices: readonly JsonSchema[], member: string) {
  const found = choices.map((choice) => narrowings(older, choice, member));
  const best = found.sort((left, right) => left.length - right.length)[0];
  return best ?? [];
}

/** A schema without what only explains it. */
export function bare(schema: JsonSchema): JsonSchema {
  return Object.fromEntries(Object.entries(schema).filter(([key]) => !annotations.has(key)));
}

function valueProblem(older: JsonSchema, newer: JsonSchema): string | undefined {
  const accepted = valuesOf(newer);
  const sent = valuesOf(older);
  if (accepted !== undefined) {
    const missing = [...(sent ?? [])].filter((value) => !accepted.has(value));
    if (sent === undefined) return 'only some values are accepted now';
    return missing.length > 0 ? `${missing.join(', ')} is not accepted any more` : undefined;
  }
  if (newer.type === undefined) return undefined;
  const types = listOf(newer.type);
  const lost = typesOf(older).find(
    (type) => !types.includes(type) && !(type === 'integer' && types.includes('number')),
  );
  return lost === undefined ? undefined : `it is no longer ${lost}`;
}

function valuesOf(schema: JsonSchema): Set<string> | undefined {
  if (schema.enum !== undefined) return new Set((schema.enum as Json[]).map(canonicalJson));
  return schema.const === undefined ? undefined : new Set([canonicalJson(schema.const)]);
}

function typesOf(schema: JsonSchema): readonly string[] {
  if (schema.type !== undefined) return listOf(schema.type);
  const values = [...(valuesOf(schema) ?? [])].map((text) => JSON.parse(text) as unknown);
  if (values.length === 0) return ['anything'];
  return values.map((value) => (value === null ? 'null' : typeof value));
}

function listOf(type: Json): readonly string[] {
  return (Array.isArray(type) ? type : [type]) as readonly string[];
}

function boundProblem(older: JsonSchema, newer: JsonSchema): string | undefined {
  const tighter = (bound: string, isTighter: (was: number, is: number) => boolean): boolean => {
    const is = newer[bound];
    if (typeof is !== 'number') return false;
    const was = older[bound];
    return typeof was !== 'number' || isTighter(was, is);
  };
  const low = lowerBounds.find((bound) => tighter(bound, (was, is) => is > was));
  const high = upperBounds.find((bound) => tighter(bound, (was, is) => is < was));
  const bound = valuesOf(older) === undefined ? (low ?? high) : undefined;
  return bound === undefined ? undefined : `${bound} is ${newer[bound] as number} now`;
}

function otherProblem(older: JsonSchema, newer: JsonSchema): string | undefined {
  const changed = Object.entries(bare(newer)).find(
    ([key, value]) => !understood.has(key) && canonicalJson(value) !== canonicalJson(older[key]),
  );
  return changed === undefined ? undefined : `${changed[0]} changed`;
}

function memberNarrowings(older: JsonSchema, newer: JsonSchema, member: string): Narrowing[] {
  const was = propertiesOf(older);
  const is = propertiesOf(newer);
  const required = requiredOf(newer);
  const open = newer.additionalProperties !== false;
  const kept = Object.entries(was).flatMap(([name, schema]): Narrowing[] => {
    const place = `${member}/${name}`;
    const now = is[name];
    if (now !== undefined) return narrowings(schema, now, place);
    return open ? [] : [{ rule: 'INPUT_MEMBER_REMOVED', member: place }];
  });
  const demanded = [...required]
    .filter((name) => !requiredOf(older).has(name))
    .map((name): Narrowing => ({ rule: 'INPUT_MEMBER_REQUIRED', member: `${member}/${name}` }));
  return [...kept, ...demanded, ...restNarrowings(older, newer, member)];
}

/** Members nobody named: a map's values, or whether there may be any. */
function restNarrowings(older: JsonSchema, newer: JsonSchema, member: string): Narrowing[] {
  const is = newer.additionalProperties;
  const was = older.additionalProperties;
  if (is === undefined || is === true || was === false) return [];
  const place = `${member}/*`;
  if (isSchema(is) && isSchema(was)) return narrowings(was, is, place);
  // Not an object at all: there are no members to speak of.
  if (older.type !== undefined && !listOf(older.type).includes('object')) return [];
  return [{ rule: 'INPUT_NARROWED', member: place, detail: 'other members are not accepted' }];
}

function itemNarrowings(older: JsonSchema, newer: JsonSchema, member: string): Narrowing[] {
  if (!isSchema(newer.items)) return [];
  const place = `${member}/items`;
  if (isSchema(older.items)) return narrowings(older.items, newer.items, place);
  if (older.type !== undefined && !listOf(older.type).includes('array')) return [];
  return [{ rule: 'INPUT_NARROWED', member: place, detail: 'items were of any kind' }];
}

/** Properties of an object schema; empty for anything else. */
export function propertiesOf(schema: JsonSchema): Readonly<Record<string, JsonSchema>> {
  return (schema.properties ?? {}) as Readonly<Record<string, JsonSchema>>;
}

/** Names of the members an object must have. */
export function requiredOf(schema: JsonSchema): ReadonlySet<string> {
  return new Set((schema.required ?? []) as readonly string[]);
}
