import type { ErrorPages } from '../page';

/** Problems of requests; status, title and next step are in the gateway. */
export const requestMeanings: ErrorPages = {
  BODY_NOT_JSON: {
    means: 'The body ends too early, or is no JSON.',
  },
  BODY_INVALID: {
    means:
      'The body does not fit the description of the operation, is nested too deeply, or comes where none is taken. errors names up to 50 members, each with a pointer and a code.',
    docs: 'limits.md#requests',
  },
  QUERY_INVALID: {
    means:
      'A parameter of the query is unknown or unusable, or after is no cursor of ours. errors names each.',
  },
  PATH_INVALID: {
    means: 'A member of the path does not fit its description, or is no valid escape.',
  },
  REQUEST_MALFORMED: {
    means: 'What came is no well-formed HTTP request, or ended before its body did.',
  },
  IDEMPOTENCY_KEY_MISSING: {
    means:
      'The operation makes something, and without a key a repeat after a lost answer would make it twice.',
    docs: 'api.md#starting-a-saga-once',
  },
  IDEMPOTENCY_KEY_INVALID: {
    means: 'The header has more than 255 characters, others than visible ASCII, or came twice.',
    docs: 'api.md#starting-a-saga-once',
  },
  TOKEN_REQUIRED: {
    means:
      'The operation is for people who are logged in, and the request has no token. Of a command: neither HOLDFAST_TOKEN nor --user says who you are.',
    next: 'send Authorization: Bearer <token>; for a command set HOLDFAST_TOKEN, or give --user and --issuer',
    docs: 'security.md#tokens',
  },
  TOKEN_INVALID: {
    means:
      'A token came and is not accepted: it has ended, is for another audience, or is not signed by our auth server. The answer does not say which; the log of the process does.',
    docs: 'security.md#tokens',
  },
  CALLER_NOT_ALLOWED: {
    means:
      'The certificate of the caller is not one that may use this operation, or a page of another origin asked.',
    docs: 'runbooks/calls-denied.md',
  },
  ROLE_MISSING: {
    means:
      'The token is good, and has none of the roles that the operation, the saga or the decision asks for.',
    docs: 'security.md#roles',
  },
  NOT_FOUND: {
    means:
      'There is no such saga, order, letter, run or webhook, or it is not yours: the two are answered alike.',
  },
  ROUTE_UNKNOWN: {
    means: 'No operation has this method and path.',
    docs: 'api.md',
  },
  METHOD_NOT_ALLOWED: {
    means: 'The path is known, and has no such method.',
    docs: 'api.md',
  },
  NOT_ACCEPTABLE: {
    means:
      'A client asks for a kind of answer that there is not. The code is kept for that; no operation of this release answers it.',
  },
  REQUEST_TIMEOUT_INVALID: {
    means: 'X-Request-Timeout is not a number of seconds above 0 with at most three decimals.',
    docs: 'api.md#how-long-you-wait',
  },
  REQUEST_TIMEOUT: {
    means: 'The request did not arrive as a whole in time, and its connection was ended.',
    docs: 'limits.md#requests',
  },
  BODY_TOO_LARGE: {
    means: 'The body has more than 256 KiB.',
    docs: 'limits.md#requests',
  },
  MEDIA_TYPE_UNSUPPORTED: {
    means:
      'The body is not called application/json, is compressed, or has a charset that is not taken.',
  },
  RATE_LIMITED: {
    means:
      'Too many requests in a minute of one person, or of one address without a token, or with tokens that nobody of ours gave out.',
    docs: 'limits.md#requests',
  },
  HEADERS_TOO_LARGE: {
    means: 'The headers of the request are larger than the server reads.',
  },
  INTERNAL: {
    means:
      'Something that nobody planned: a bug, or a stored value that does not open. The log has the whole of it under the requestId.',
    docs: 'runbooks/starts-refused.md',
  },
  OVERLOADED: {
    means:
      'The gateway works on as many requests as it can, or running sagas wait for workers. Nothing was done. Starts are refused first, then reads.',
    docs: 'overload.md',
  },
  SERVICE_UNAVAILABLE: {
    means:
      'A service, the key store, or a database behind it does not answer, or is busy. The same request may succeed later.',
    docs: 'operations.md#when-a-service-does-not-answer',
  },
  DEADLINE_EXCEEDED: {
    means: 'The time of X-Request-Timeout is over. What was begun may still come to its end.',
    docs: 'api.md#how-long-you-wait',
  },
  AUTHORITY_UNAVAILABLE: {
    means:
      'The keys of the auth server cannot be read, so no token can be verified; or it did not answer at the end of a login.',
    docs: 'runbooks/keys-end.md',
  },
};
