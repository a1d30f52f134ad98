import { trace } from '@opentelemetry/api';
import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import type { Log } from '../runtime/log';
import { isProblem, problem } from './problem';
import type { PlatformProblemCode, Problem, ProblemBody } from './problem';

/** What body-parser and express call their errors, and what we answer. */
const parserProblems: Readonly<Record<string, PlatformProblemCode>> = {
  'entity.parse.failed': 'BODY_NOT_JSON',
  'entity.verify.failed': 'BODY_NOT_JSON',
  'entity.too.large': 'BODY_TOO_LARGE',
  'encoding.unsupported': 'MEDIA_TYPE_UNSUPPORTED',
  'charset.unsupported': 'MEDIA_TYPE_UNSUPPORTED',
  'request.aborted': 'REQUEST_MALFORMED',
  'request.size.invalid': 'REQUEST_MALFORMED',
  'stream.encoding.set': 'REQUEST_MALFORMED',
};

/**
 * Turns anything thrown below an operation into the problem to answer; what nobody planned is a 500
 * without details.
 */
export function problemOf(error: unknown): Problem {
  if (isProblem(error)) return error;
  const type = typeof error === 'object' && error !== null && 'type' in error ? error.type : '';
  const code = parserProblems[String(type)];
  if (code !== undefined) return problem(code, { cause: error });
  // A path such as /%E0%A4%A is refused by express itself.
  if (error instanceof URIError) return problem('PATH_INVALID', { cause: error });
  const status = (error as { status?: unknown } | null)?.status;
  if (status === 400) return problem('REQUEST_MALFORMED', { cause: error });
  return problem('INTERNAL', { cause: error });
}

/** Id of a request, set by the request-id middleware. */
export function requestIdOf(response: Response): string | undefined {
  return (response.locals as { requestId?: string }).requestId;
}

function contextOf(request: Request, response: Response): Partial<ProblemBody> {
  const requestId = requestIdOf(response);
  const traceId = trace.getActiveSpan()?.spanContext().traceId;
  return {
    instance: request.originalUrl.split('?')[0] ?? '/',
    ...(requestId === undefined ? {} : { requestId }),
    ...(traceId === undefined ? {} : { traceId }),
  };
}

/** Writes a problem as `application/problem+json`; it is never cached. */
export function sendProblem(request: Request, response: Response, found: Problem): void {
  response.status(found.status).set({ ...found.headers, 'cache-control': 'no-store' });
  response.type('application/problem+json');
  response.send(JSON.stringify(found.body(contextOf(request, response))));
}

/** The last middleware of an app. Unplanned errors are logged whole and answered without details. */
export function problemMiddleware(log: Log): ErrorRequestHandler {
  return (error: unknown, request, response, next) => {
    const found = problemOf(error);
    if (found.status >= 500) {
      const { code, status } = found;
      const { method } = request;
      const data = { code, status, method, path: request.path, error: found.cause ?? error };
      const requestId = requestIdOf(response);
      if (found.code === 'INTERNAL') log.error('a request failed', { ...data, requestId });
      else log.warn('a request was answered as unavailable', { ...data, requestId });
    }
    // Headers on their way cannot be taken back: express then cuts the connection.
    if (response.headersSent) next(error);
    else sendProblem(request, response, found);
  };
}

/** Answers what no route matched. */
export const routeUnknown: RequestHandler = (request) => {
  throw problem('ROUTE_UNKNOWN', { detail: `${request.method} is not known at this path` });
};

/** Answers methods a known path does not have, with the list of those it has. */
export function methodNotAllowed(methods: readonly string[]): RequestHandler {
  const allow = [...new Set(methods)].sort().join(', ');
  return () => {
    throw problem('METHOD_NOT_ALLOWED', { detail: `allowed: ${allow}`, headers: { allow } });
  };
}
