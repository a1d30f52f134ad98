/** One thing wrong with a request, and where: `pointer` is a JSON pointer into the body, or `?name` for a query. */
export interface ProblemPart {
  readonly pointer: string;
  readonly code: string;
  readonly detail: string;
}

/** Body of every error answer: RFC 9457 `application/problem+json`, with a code and whether to try again. */
export interface ProblemBody {
  /** Relative reference to the page that explains the code. */
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly code: string;
  readonly detail: string;
  /** Path of the request, without its query. */
  readonly instance?: string;
  /** True when the very same request may succeed later. */
  readonly retryable: boolean;
  readonly requestId?: string;
  readonly traceId?: string;
  readonly errors?: readonly ProblemPart[];
}

/** Codes of the platform itself: status and title. A service or the gateway adds its own where it throws them. */
export const platformProblems = {
  BODY_NOT_JSON: [400, 'The body is not JSON'],
  BODY_INVALID: [400, 'The body does not fit its description'],
  QUERY_INVALID: [400, 'The query does not fit its description'],
  PATH_INVALID: [400, 'The path does not fit its description'],
  REQUEST_MALFORMED: [400, 'The request is not well-formed HTTP'],
  IDEMPOTENCY_KEY_MISSING: [400, 'The header Idempotency-Key is missing'],
  IDEMPOTENCY_KEY_INVALID: [400, 'The header Idempotency-Key is unusable'],
  TOKEN_REQUIRED: [401, 'An access token is required'],
  TOKEN_INVALID: [401, 'The access token is not accepted'],
  CALLER_NOT_ALLOWED: [403, 'This caller may not use this operation'],
  ROLE_MISSING: [403, 'None of your roles allows this operation'],
  NOT_FOUND: [404, 'There is no such thing here'],
  ROUTE_UNKNOWN: [404, 'There is no such route'],
  METHOD_NOT_ALLOWED: [405, 'The route does not know this method'],
  NOT_ACCEPTABLE: [406, 'The answer is available as JSON only'],
  REQUEST_TIMEOUT_INVALID: [400, 'The header X-Request-Timeout is unusable'],
  REQUEST_TIMEOUT: [408, 'The request did not arrive in time'],
  BODY_TOO_LARGE: [413, 'The body is too large'],
  MEDIA_TYPE_UNSUPPORTED: [415, 'The body must be application/json, not compressed'],
  RATE_LIMITED: [429, 'Too many requests'],
  HEADERS_TOO_LARGE: [431, 'The headers are too large'],
  INTERNAL: [500, 'Something is wrong on our side'],
  OVERLOADED: [503, 'There is too much to do'],
  SERVICE_UNAVAILABLE: [503, 'A part this needs is away'],
  DEADLINE_EXCEEDED: [504, 'It took longer than the caller waits'],
  AUTHORITY_UNAVAILABLE: [503, 'The keys of the auth server cannot be read'],
} as const satisfies Record<string, readonly [number, string]>;

export type PlatformProblemCode = keyof typeof platformProblems;

/** Everything about a problem except its code. */
export interface ProblemOptions {
  readonly detail?: string;
  readonly errors?: readonly ProblemPart[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Seconds; sets Retry-After. A 429 or 503 without it says 1. */
  readonly retryAfterSeconds?: number;
  readonly retryable?: boolean;
  readonly cause?: unknown;
}

/**
 * An error answer. Throw it anywhere below an operation; the error middleware writes it. Codes are closed lists in
 * SCREAMING_SNAKE: a client matches the code, never the text.
 */
export class Problem extends Error {
  override readonly name = 'Problem';
  readonly detail: string;
  readonly errors: readonly ProblemPart[];
  readonly headers: Readonly<Record<string, string>>;
  readonly retryable: boolean;

  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    options: ProblemOptions = {},
  ) {
    super(`${code}: ${options.detail ?? title}`, { cause: options.cause });
    this.detail = options.detail ?? title;
    this.errors = options.errors ?? [];
    this.retryable = options.retryable ?? [408, 429, 503, 504].includes(status);
    const seconds = options.retryAfterSeconds ?? ([429, 503].includes(status) ? 1 : undefined);
    const retryAfter = seconds === undefined ? {} : { 'retry-after': String(Math.ceil(seconds)) };
    this.headers = { ...retryAfter, ...options.headers };
  }

  /** The body to send; `context` adds what only the request knows. */
  body(context: { instance?: string; requestId?: string; traceId?: string } = {}): ProblemBody {
    return {
      type: `/problems/${this.code}`,
      title: this.title,
      status: this.status,
      code: this.code,
      detail: this.detail,
      retryable: this.retryable,
      ...context,
      ...(this.errors.length === 0 ? {} : { errors: this.errors }),
    };
  }
}

/** Builds one of the platform's own problems. */
export function problem(code: PlatformProblemCode, options: ProblemOptions = {}): Problem {
  const [status, title] = platformProblems[code];
  return new Problem(status, code, title, options);
}

/** True for problems of any realm of the process. */
export function isProblem(error: unknown): error is Problem {
  return error instanceof Error && error.name === 'Problem' && 'status' in error && 'code' in error;
}
