import type { Express } from 'express';
import { methodNotAllowed } from '../http/problem-middleware';
import { guarded } from './guard';
import type { AnyHandler, Guard } from './guard';
import type { Operation, OperationHandlers, Operations } from './operations';

/** Thrown at start when a table leaves something open; a process with such a table must not run. */
export class OperationsInvalid extends Error {
  override readonly name = 'OperationsInvalid';
  readonly code = 'OPERATIONS_INVALID';
}

function assertDeclared(
  name: string,
  operation: Operation,
  handler: AnyHandler | undefined,
): asserts handler is AnyHandler {
  const missing = (what: string): never => {
    throw new OperationsInvalid(
      `operation ${name} (${operation.method} ${operation.path}): ${what}`,
    );
  };
  const listed = (value: unknown): boolean => Array.isArray(value) && value.length > 0;
  const { roles, callers } = operation;
  if (roles !== 'anyone' && roles !== 'authenticated' && !listed(roles)) missing('no roles');
  if (callers !== 'anyone' && !listed(callers)) missing('no callers');
  if (typeof handler !== 'function') missing('no handler');
  const named = [...operation.path.matchAll(/:(\w+)/g)];
  if (named.length > 0 && operation.params === undefined) missing('path members without a schema');
  const { owner } = operation;
  if (owner !== undefined && operation[owner.in] === undefined) missing(`no ${owner.in} schema`);
}

/**
 * Mounts a table of operations. An operation without roles, callers, schema for its path or handler throws
 * {@link OperationsInvalid}: what is not declared does not start. Other methods of a known path answer 405.
 */
export function mountOperations<Table extends Operations>(
  app: Express,
  table: Table,
  handlers: OperationHandlers<Table>,
  guard: Guard,
): void {
  const methodsOf = new Map<string, string[]>();
  for (const [name, operation] of Object.entries(table)) {
    const handler = handlers[name] as unknown as AnyHandler | undefined;
    assertDeclared(name, operation, handler);
    const method = operation.method.toLowerCase() as 'get' | 'post' | 'put' | 'patch' | 'delete';
    app[method](operation.path, guarded(name, operation, handler, guard));
    // Two templates that differ in the names of their members alone match the same paths.
    const shape = operation.path.replace(/:\w+/g, ':member');
    const added = operation.method === 'GET' ? ['GET', 'HEAD'] : [operation.method];
    if (methodsOf.get(shape)?.includes(operation.method)) {
      throw new OperationsInvalid(
        `${name}: ${operation.method} ${shape} is another operation already`,
      );
    }
    methodsOf.set(shape, [...(methodsOf.get(shape) ?? []), ...added]);
  }
  for (const [path, methods] of methodsOf) app.all(path, methodNotAllowed(methods));
}
