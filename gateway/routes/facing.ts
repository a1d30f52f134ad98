import type { Operation, OperationHandlers, Operations } from '../../platform/security/operations';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { forward } from './forward';

type FacingPeople<Table> = {
  readonly [Name in keyof Table]: Omit<Table[Name], 'callers'> &
    typeof facingPeople & { readonly service: string };
};

/** A process's own operations, for people; it checks token, role, owner and body once more. */
export function facing<const Table extends Operations>(
  service: string,
  operations: Table,
): FacingPeople<Table> {
  const told = Object.entries<Operation>(operations).map(([name, operation]) => [
    name,
    { ...operation, ...facingPeople, service },
  ]);
  return Object.fromEntries(told) as FacingPeople<Table>;
}

/** Handlers that pass each parsed call on to the service of its operation, with the caller's token. */
export function passingOn<Table extends Readonly<Record<keyof Table, Operation>>>(
  parts: Pick<GatewayParts, 'service'>,
  operations: Table,
  limits: { readonly deadlineMs?: number } = {},
): OperationHandlers<Table> {
  const handlers = Object.entries<Operation>(operations).map(([name, operation]) => [
    name,
    forward(parts, operation, limits),
  ]);
  return Object.fromEntries(handlers) as OperationHandlers<Table>;
}
