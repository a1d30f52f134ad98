import { z } from 'zod';
import type { GoodAnswer, Operation } from '../../platform/security/operations';
import { problemPages } from '../problems';
import { jsonSchema } from './schema';
import type { Schema } from './schema';

export const isStart = ({ path }: Operation): boolean => path === '/sagas/:saga';

const problemContent = {
  'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
};

const headerRef = (name: string): Schema => ({ $ref: `#/components/headers/${name}` });
const headersNamed = (names: readonly string[]): Schema =>
  Object.fromEntries(names.map((name) => [name, headerRef(name)]));

/** Headers that problems of a status have beside the id of the request. */
const headersOfStatus: Readonly<Record<number, readonly string[]>> = {
  401: ['WWW-Authenticate'],
  429: ['Retry-After', 'RateLimit', 'RateLimit-Policy'],
  503: ['Retry-After'],
};

const writes = ({ method }: Operation): boolean => method !== 'GET';

/** Codes that follow from what an operation is, whatever it does. */
function impliedProblems(operation: Operation, path: string): string[] {
  const { roles, service, params, owner } = operation;
  const when = (isSo: boolean, ...codes: string[]): string[] => (isSo ? codes : []);
  const hasKey = writes(operation) && operation.method !== 'DELETE';
  return [
    ...['REQUEST_MALFORMED', 'QUERY_INVALID', 'BODY_INVALID', 'RATE_LIMITED', 'INTERNAL'],
    ...['OVERLOADED', 'REQUEST_TIMEOUT_INVALID', 'DEADLINE_EXCEEDED'],
    // Said before there is a route: a head that is too large, or does not come in time.
    ...['HEADERS_TOO_LARGE', 'REQUEST_TIMEOUT'],
    ...when(writes(operation), 'BODY_NOT_JSON', 'BODY_TOO_LARGE', 'MEDIA_TYPE_UNSUPPORTED'),
    ...when(params !== undefined, 'PATH_INVALID', 'NOT_FOUND'),
    ...when(owner !== undefined, 'NOT_FOUND'),
    ...when(roles !== 'anyone', 'TOKEN_REQUIRED', 'TOKEN_INVALID', 'AUTHORITY_UNAVAILABLE'),
    ...when(Array.isArray(roles) || path.startsWith('/sagas/'), 'ROLE_MISSING'),
    ...when(hasKey, 'IDEMPOTENCY_KEY_INVALID'),
    ...when(hasKey && operation.key === undefined, 'IDEMPOTENCY_KEY_MISSING'),
    ...when(service !== undefined || isStart(operation), 'SERVICE_UNAVAILABLE'),
    ...when(service !== undefined && hasKey, 'IDEMPOTENCY_KEY_REUSED'),
  ];
}

/** Every problem an operation can answer, grouped by status: its own, and those that follow from what it is. */
function problemsOf(operation: Operation, path: string): Record<string, Schema> {
  const byStatus = new Map<number, Set<string>>();
  for (const code of [...(operation.problems ?? []), ...impliedProblems(operation, path)]) {
    const [status] = problemPages[code] ?? [409];
    byStatus.set(status, (byStatus.get(status) ?? new Set()).add(code));
  }
  const answers = [...byStatus].map(([status, codes]) => {
    const headers = headersNamed(['X-Request-Id', ...(headersOfStatus[status] ?? [])]);
    const description = [...codes].sort().join(', ');
    return [String(status), { description, headers, content: problemContent }] as const;
  });
  return Object.fromEntries(answers);
}

const done: GoodAnswer = { status: 200, text: 'Done', body: z.looseObject({}) };

/** One event of a stream as its fields; the data is JSON in a text. */
const eventSchema = {
  type: 'object',
  required: ['event', 'data'],
  properties: {
    id: { type: 'string', description: 'Give it back as `Last-Event-ID`' },
    event: { type: 'string', enum: ['saga', 'reset', 'end', 'problem'] },
    data: { type: 'string', contentMediaType: 'application/json' },
  },
} as const;

const notModified = {
  description: 'The client has this content already',
  headers: headersNamed(['X-Request-Id', 'ETag']),
};

function goodAnswers(operation: Operation): Record<string, Schema> {
  const { status, body, text, otherwise, headers = [], isStream } = operation.answer ?? done;
  const type = isStream === true ? 'text/event-stream' : 'application/json';
  const isRepeatable = operation.service !== undefined && writes(operation);
  const validator = operation.fresh === undefined ? [] : ['ETag'];
  const names = [
    ...['X-Request-Id', 'RateLimit', 'RateLimit-Policy'],
    ...headers,
    ...validator,
    ...(isRepeatable ? ['Idempotent-Replayed'] : []),
  ];
  const rest = {
    headers: headersNamed(names),
    ...(body === undefined
      ? {}
      : {
          content: {
            [type]: { schema: isStream ? eventSchema : jsonSchema(body, 'output') },
          },
        }),
  };
  return {
    [String(status)]: { description: text, ...rest },
    ...(operation.fresh === undefined ? {} : { '304': notModified }),
    ...(otherwise === undefined
      ? {}
      : { [String(otherwise.status)]: { description: otherwise.text, ...rest } }),
  };
}

/** Every answer of an operation by status: the good ones, and the problems. */
export function responsesOf(operation: Operation, path: string): Schema {
  return { ...goodAnswers(operation), ...problemsOf(operation, path) };
}
