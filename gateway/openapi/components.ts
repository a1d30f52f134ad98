import type { Schema } from './schema';

const problemSchema = {
  type: 'object',
  required: ['type', 'title', 'status', 'code', 'detail', 'retryable'],
  properties: {
    type: { type: 'string', format: 'uri-reference' },
    title: { type: 'string' },
    status: { type: 'integer' },
    code: { type: 'string', pattern: '^[A-Z][A-Z0-9_]*$' },
    detail: { type: 'string' },
    instance: { type: 'string' },
    retryable: { type: 'boolean' },
    requestId: { type: 'string' },
    traceId: { type: 'string' },
    errors: {
      type: 'array',
      items: {
        type: 'object',
        required: ['pointer', 'code', 'detail'],
        properties: {
          pointer: { type: 'string', description: 'JSON pointer into the request' },
          code: { type: 'string' },
          detail: { type: 'string' },
        },
      },
    },
  },
} as const;

const text = { type: 'string' } as const;
const seconds = { type: 'integer', minimum: 0 } as const;

/** Headers of answers, by name. */
const headers = {
  'X-Request-Id': { description: 'Of this request; give it when you ask for help', schema: text },
  'Retry-After': { description: 'Seconds to wait before trying again', schema: seconds },
  RateLimit: {
    description: 'What is left of each limit in this minute: `"subject";r=<left>;t=<seconds>`',
    schema: text,
  },
  'RateLimit-Policy': {
    description: 'The limits it was counted against: `"subject";q=<requests>;w=<seconds>`',
    schema: text,
  },
  'WWW-Authenticate': { description: 'What kind of token is asked for', schema: text },
  Location: { description: 'Where to look next', schema: text },
  ETag: { description: 'Of the content; give it back as `If-None-Match`', schema: text },
  'Idempotent-Replayed': {
    description: '`true` when this is the first answer under the key once more',
    schema: { type: 'string', enum: ['true'] },
  },
  'Preference-Applied': { description: 'What of `Prefer` was heeded', schema: text },
  Age: { description: 'Seconds since the answer was read from the read model', schema: seconds },
  'X-Cache': {
    description: 'Where the answer came from',
    schema: { type: 'string', enum: ['hit', 'miss', 'stale', 'bypass'] },
  },
} as const;

/** Headers of requests, by what operations call them. */
const parameters = {
  IdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: true,
    description: 'Repeats under the same key get the first answer; another body is refused.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
  },
  OptionalIdempotencyKey: {
    name: 'Idempotency-Key',
    in: 'header',
    required: false,
    description:
      'The same body under the same key is taken once; without a key each call is its own.',
    schema: { type: 'string', minLength: 1, maxLength: 255, pattern: '^[\\x21-\\x7e]+$' },
  },
  IfNoneMatch: {
    name: 'If-None-Match',
    in: 'header',
    required: false,
    description: '`ETag` of an answer at hand: 304 without a body while it is still right.',
    schema: { type: 'string' },
  },
  LastEventId: {
    name: 'Last-Event-ID',
    in: 'header',
    required: false,
    description: 'Id of the last event that was seen: the stream goes on from there.',
    schema: { type: 'string', maxLength: 200 },
  },
  RequestTimeout: {
    name: 'X-Request-Timeout',
    in: 'header',
    required: false,
    description:
      'Seconds the caller waits, up to 30: then 504. It goes with the request to the service behind.',
    schema: { type: 'string', pattern: '^[0-9]{1,5}(\\.[0-9]{1,3})?$', examples: ['2.5'] },
  },
  SagaDeadline: {
    name: 'X-Saga-Deadline',
    in: 'header',
    required: false,
    description:
      'Seconds from the start until the saga goes back unless its pivot is done: fewer than its contract has.',
    schema: { type: 'string', pattern: '^[1-9][0-9]{0,8}$', examples: ['60'] },
  },
  PreferWait: {
    name: 'Prefer',
    in: 'header',
    required: false,
    description: '`wait=N` waits up to N seconds, at most 10, for the end of the saga.',
    schema: { type: 'string', examples: ['wait=10'] },
  },
} as const;

/** Schemas, parameters, headers and security that operations refer to. */
export function componentsOf(issuer: string): Schema {
  return {
    schemas: { Problem: problemSchema },
    headers,
    parameters,
    securitySchemes: {
      token: {
        type: 'http',
        scheme: 'bearer',
        bearerFormat: 'at+jwt',
        description: `From ${issuer}`,
      },
    },
  };
}
