import { z } from 'zod';

/** A piece of the document. */
export type Schema = Readonly<Record<string, unknown>>;

/** OpenAPI 3.1 speaks JSON Schema 2020-12, so what zod writes can stand as it is. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): Schema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  void $schema; // OpenAPI 3.1 names the dialect once, by its version
  return rest;
}
