import type { Json } from '../kernel/json';
import { propertiesOf, requiredOf } from './accepts';
import type { JsonSchema } from './schema';

/** Texts tried in turn: an id, a time, a hash, a currency, nothing, what is sealed. */
const time = '2026-01-01T00:00:00.000Z';
const texts = ['sample-1', time, 'f'.repeat(64), 'EUR', 'a', '', 'hf1.sample-1.c2FtcGxl'];

/**
 * A value that a schema accepts: `least` has the required members alone, otherwise every member. Good for golden
 * messages of plain inputs; whoever uses it must check the value, since a pattern may be beyond it.
 */
export function sampleOf(schema: JsonSchema, least: boolean, name = ''): Json {
  if (schema.const !== undefined) return schema.const;
  const [first] = (schema.enum ?? schema.anyOf ?? []) as readonly Json[];
  if (first !== undefined) return schema.enum ? first : sampleOf(first as JsonSchema, least, name);
  const { type = 'null' } = schema;
  switch (Array.isArray(type) ? (type as string[])[0] : type) {
    case 'object':
      return sampleObject(schema, least);
    case 'array':
      return sampleArray(schema, least);
    case 'string':
      return sampleText(schema, name);
    case 'integer':
    case 'number':
      return Math.max(1, Number(schema.minimum ?? 1));
    case 'boolean':
      return true;
    default:
      return null;
  }
}

function sampleObject(schema: JsonSchema, least: boolean): Json {
  const required = requiredOf(schema);
  const members = Object.entries(propertiesOf(schema))
    .filter(([name]) => !least || required.has(name))
    .map(([name, member]) => [name, sampleOf(member, least, name)]);
  return Object.fromEntries(members) as Json;
}

function sampleArray(schema: JsonSchema, least: boolean): Json {
  const count = Math.max(least ? 0 : 1, Number(schema.minItems ?? 0));
  const item = (schema.items ?? {}) as JsonSchema;
  return Array.from({ length: count }, () => sampleOf(item, least));
}

/** Members named `…At` hold times, whether or not their schema says so. */
function sampleText(
  { pattern, minLength = 0, maxLength = Infinity }: JsonSchema,
  name: string,
): string {
  const fits = (text: string) =>
    text.length >= Number(minLength) &&
    text.length <= Number(maxLength) &&
    (pattern === undefined || new RegExp(pattern as string).test(text));
  const tried = name.endsWith('At') ? [time, ...texts] : texts;
  return tried.find(fits) ?? 'x'.repeat(Number(minLength));
}
