import type { Request } from 'express';
import { problem } from '../http/problem';
import { parseRequest } from '../http/validation';
import type { Operation } from './operations';

function noBody(request: Request): void {
  const { body } = request as { body?: unknown };
  if (body !== undefined) throw problem('BODY_INVALID', { detail: 'this operation takes no body' });
}

function parseQuery(operation: Operation, query: unknown): unknown {
  if (operation.query !== undefined) return parseRequest(operation.query, query, 'QUERY_INVALID');
  const [unknown] = Object.keys(query as object);
  if (unknown === undefined) return undefined;
  const part = { pointer: `/${unknown}`, code: 'UNKNOWN_FIELD', detail: 'not known here' };
  throw problem('QUERY_INVALID', { errors: [part] });
}

/** Parses path, query and body by the operation's schemas; whatever was not declared is refused with a 400. */
export function parseInput(operation: Operation, request: Request) {
  const params =
    operation.params && parseRequest(operation.params, { ...request.params }, 'PATH_INVALID');
  const query = parseQuery(operation, { ...request.query });
  if (operation.body === undefined) noBody(request);
  const body = operation.body && parseRequest(operation.body, request.body, 'BODY_INVALID');
  return { params, query, body };
}
