import type { Request } from 'express';
import type { Priority } from '../platform/http/shedding';

/** What stands below `/sagas/` and starts none. */
const noSaga = new Set(['bulk', 'revocations']);

/**
 * How willingly a request is refused when there is too much to do. A start makes more work than anything else, and its
 * client may come again with the same key; what people tell a saga, a cancel above all, is the last to be refused.
 */
export function priorityOf({ method, path }: Pick<Request, 'method' | 'path'>): Priority {
  if (method === 'GET' || method === 'HEAD') return 'read';
  const [, top, name, rest] = path.split('/');
  const isStart = method === 'POST' && top === 'sagas' && name !== undefined && rest === undefined;
  return isStart && !noSaga.has(name) ? 'start' : 'act';
}
