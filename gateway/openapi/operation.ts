import { z } from 'zod';
import type { Operation } from '../../platform/security/operations';
import { problemPages } from '../problems';

/** A piece of the document. */
export type Schema = Readonly<Record<string, unknown>>;

/** An operation as the document shows it. */
export interface Described {
  readonly id: string;
  readonly operation: Operation;
  /** Overrides of an operation that stands for several. */
  readonly path?: string;
  readonly body?: Schema;
  readonly roles?: readonly string[];
  readonly summary?: string;
}

/** OpenAPI 3.1 speaks JSON Schema 2020-12, so what zod writes can stand as it is. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output' = 'input'): Schema {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io, unrepresentable: 'any' });
  void $schema; // OpenAPI 3.1 names the dialect once, by its version
  return rest;
}

function parametersOf(place: 'path' | 'query', schema: z.ZodType | undefined): Schema[] {
  if (schema === undefined) return [];
  const { properties = {}, required = [] } = jsonSchema(schema) as {
    properties?: Record<string, Schema>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    schema: property,
  }));
}

const idempotencyKey = { $ref: '#/components/parameters/IdempotencyKey' };
const optionalKey = { $ref: '#/components/parameters/OptionalIdempotencyKey' };
const preferWait = { $ref: '#/components/parameters/PreferWait' };

const isStart = ({ path }: Operation): boolean => path === '/sagas/:saga';
const isLook = ({ method, path }: Operation): boolean => method === 'GET' && path === '/sagas/:id';

function headersOf(operation: Operation): Schema[] {
  if (isLook(operation)) return [preferWait];
  if (operation.method === 'GET' || operation.method === 'DELETE') return [];
  if (operation.key === 'optional') return [optionalKey];
  return isStart(operation) ? [idempotencyKey, preferWait] : [idempotencyKey];
}

const problemContent = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
};

/** Every problem an operation can answer, grouped by status: its own, and those that follow from what it is. */
function problemsOf(operation: Operation, path: string): Record<string, Schema> {
  const own = operation.problems ?? [];
  const secured = operation.roles === 'anyone' ? [] : ['TOKEN_REQUIRED', 'TOKEN_INVALID'];
  const restricted =
    Array.isArray(operation.roles) || path.startsWith('/sagas/') ? ['ROLE_MISSING'] : [];
  const parsed =
    operation.body === undefined ? [] : ['BODY_INVALID', 'BODY_NOT_JSON', 'BODY_TOO_LARGE'];
  const found = operation.params === undefined ? [] : ['NOT_FOUND'];
  const byStatus = new Map<number, Set<string>>();
  for (const code of [...own, ...secured, ...restricted, ...parsed, ...found, 'RATE_LIMITED']) {
    const [status] = problemPages[code] ?? [409];
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  const answers = [...byStatus].map(([status, codes]) => {
    const description = [...codes].sort().join(', ');
    return [String(status), { description, content: problemContent }] as const;
  });
  return Object.fromEntries(answers);
}

function goodAnswer(operation: Operation): Record<string, Schema> {
  const { status, body, text } = operation.answer ?? {
    status: operation.method === 'GET' ? 200 : 201,
    text: 'Done',
    body: z.looseObject({}),
  };
  const schema = body === undefined ? {} : jsonSchema(body, 'output');
  const content = { 'application/json': { schema } };
  const waited = 'Ended within the time that `Prefer: wait` gave it';
  return {
    ...(isStart(operation) ? { '200': { description: waited, content } } : {}),
    [String(status)]: { description: text, content },
  };
}

/** One operation of the document: parameters, body, good answer and every problem. */
export function operationObject(one: Described): Schema {
  const { operation, id } = one;
  const path = one.path ?? operation.path;
  const body = one.body ?? (operation.body && jsonSchema(operation.body));
  const params = one.path === undefined ? parametersOf('path', operation.params) : [];
  const parameters = [
    ...params,
    ...parametersOf('query', operation.query),
    ...headersOf(operation),
  ];
  const content = { 'application/json': { schema: body } };
  return {
    operationId: id,
    summary: one.summary ?? operation.summary,
    tags: [operation.tag ?? 'gateway'],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content } }),
    responses: { ...goodAnswer(operation), ...problemsOf(operation, path) },
    ...(operation.roles === 'anyone' ? { security: [] } : {}),
    'x-roles': one.roles ?? operation.roles,
  };
}
