import type { Json } from '../../kernel/json';

type Schema = { readonly [key: string]: Json };

/** Keywords whose value is a map of schemas, so that a property named `properties` is not taken for one. */
const schemaMaps = new Set(['properties', '$defs', 'patternProperties', 'dependentSchemas']);
const schemaLists = new Set(['anyOf', 'oneOf', 'allOf', 'prefixItems']);
const schemaValues = new Set(['items', 'additionalProperties', 'not', 'if', 'then', 'else']);

/**
 * Names the first object of a schema that does not say which members it may have, by its place in the schema, or
 * undefined when every object is closed. A map is fine: it gives `additionalProperties` a schema of its own.
 */
export function closeProblem(schema: Json, place = ''): string | undefined {
  if (!isSchema(schema)) return undefined;
  const closed =
    schema.additionalProperties === false ||
    schema.unevaluatedProperties === false ||
    isSchema(schema.additionalProperties);
  if (schema.type === 'object' && !closed) {
    return `the object at ${place || '/'} needs "additionalProperties": false`;
  }
  for (const [step, child] of children(schema)) {
    const problem = closeProblem(child, `${place}/${step}`);
    if (problem) return problem;
  }
  return undefined;
}

/** The same schema for tolerant readers: no object is closed any more. */
export function opened(schema: Schema): Schema {
  const entries = Object.entries(schema).filter(
    ([key, value]) =>
      !((key === 'additionalProperties' || key === 'unevaluatedProperties') && value === false),
  );
  return Object.fromEntries(entries.map(([key, value]) => [key, openedValue(key, value)]));
}

function openedValue(key: string, value: Json): Json {
  if (schemaMaps.has(key) && isSchema(value)) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, openedOne(one)]));
  }
  if (schemaLists.has(key) && Array.isArray(value)) return (value as Json[]).map(openedOne);
  return schemaValues.has(key) ? openedOne(value) : value;
}

function openedOne(schema: Json): Json {
  return isSchema(schema) ? opened(schema) : schema;
}

function children(schema: Schema): [string, Json][] {
  return Object.entries(schema).flatMap(([key, value]): [string, Json][] => {
    if (schemaMaps.has(key) && isSchema(value)) {
      return Object.entries(value).map(([name, one]) => [`${key}/${name}`, one]);
    }
    if (schemaLists.has(key) && Array.isArray(value)) {
      return (value as Json[]).map((one, index) => [`${key}/${index}`, one]);
    }
    return schemaValues.has(key) ? [[key, value]] : [];
  });
}

/** An object: what JSON Schema writes a schema as, `true` and `false` aside. */
export function isSchema(value: Json | undefined): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
