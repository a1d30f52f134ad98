import { readFileSync } from 'node:fs';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import addFormats from 'ajv-formats';
import { openApiDocument } from '../../../../gateway/openapi/document';
import { gatewayOperations } from '../../../../gateway/server';
import { catalog } from '../../../../workflows/catalog';

const about = { catalog, issuer: 'https://issuer.example', version: '1.2.3' };
const document = openApiDocument({ operations: gatewayOperations, ...about });
/** As a client gets it. */
const served = JSON.parse(JSON.stringify(document)) as typeof document;

const ajv = new Ajv2020({ strict: false, allErrors: true, logger: false });
addFormats(ajv);
const file = path.join(__dirname, 'openapi-3.1.json');
const official = ajv.compile(JSON.parse(readFileSync(file, 'utf8')) as object);

/** Everything below a place that the document calls a schema; what is within one is its own affair. */
function schemasIn(place: unknown): readonly object[] {
  if (typeof place !== 'object' || place === null) return [];
  return Object.entries(place).flatMap(([name, value]: [string, unknown]) => {
    if (name === 'schema') return [value as object];
    if (name === 'schemas') return Object.values(value as object) as object[];
    return schemasIn(value);
  });
}

test('the document is what the OpenAPI initiative says one of 3.1 is', () => {
  expect({ fits: official(served), errors: official.errors }).toEqual({ fits: true, errors: null });
});

test('one that says what no document may is refused', () => {
  const [[first = '']] = [Object.keys(served.paths)];
  const wrong: Readonly<Record<string, object>> = {
    'a place without a slash': { paths: { [first.slice(1)]: served.paths[first] } },
    'an operation with a member of nobody': { paths: { [first]: { get: { sumary: 'x' } } } },
    'an answer without words': { paths: { [first]: { get: { responses: { 200: {} } } } } },
    'a version of another book': { openapi: '3.0.3' },
  };
  const taken = Object.keys(wrong).filter((name) => official({ ...served, ...wrong[name] }));
  expect(taken).toEqual([]);
});

test('every schema in it is one by JSON Schema 2020-12', () => {
  const schemas = schemasIn(served);
  expect(schemas.length).toBeGreaterThan(100);
  expect(schemas.filter((schema) => ajv.validateSchema(schema) !== true)).toEqual([]);
  expect(ajv.validateSchema({ type: 'texts' })).toBe(false);
});
