import type { z } from 'zod';
import type { Operation } from '../../platform/security/operations';
import { isStart, responsesOf } from './responses';
import { jsonSchema } from './schema';
import type { Schema } from './schema';

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
const ifNoneMatch = { $ref: '#/components/parameters/IfNoneMatch' };
const lastEventId = { $ref: '#/components/parameters/LastEventId' };
const requestTimeout = { $ref: '#/components/parameters/RequestTimeout' };
const sagaDeadline = { $ref: '#/components/parameters/SagaDeadline' };
const preferWait = { $ref: '#/components/parameters/PreferWait' };

const isLook = ({ method, path }: Operation): boolean => method === 'GET' && path === '/sagas/:id';

function headersOf(operation: Operation): Schema[] {
  const { fresh, answer } = operation;
  const asked = [
    ...(isLook(operation) ? [preferWait] : []),
    ...(fresh === undefined ? [] : [ifNoneMatch]),
    ...(answer?.isStream === true ? [lastEventId] : []),
  ];
  if (asked.length > 0) return asked;
  if (operation.method === 'GET' || operation.method === 'DELETE') return [];
  if (operation.key === 'optional') return [optionalKey];
  return isStart(operation) ? [idempotencyKey, preferWait, sagaDeadline] : [idempotencyKey];
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
    requestTimeout,
  ];
  const content = { 'application/json': { schema: body } };
  return {
    operationId: id,
    summary: one.summary ?? operation.summary,
    tags: [operation.tag ?? 'gateway'],
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === undefined ? {} : { requestBody: { required: true, content } }),
    responses: responsesOf(operation, path),
    ...(operation.roles === 'anyone' ? { security: [] } : {}),
    'x-roles': one.roles ?? operation.roles,
  };
}
