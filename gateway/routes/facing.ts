import type { Operation, Operations } from '../../platform/security/operations';
import { facingPeople } from './parts';

type FacingPeople<Table> = {
  readonly [Name in keyof Table]: Omit<Table[Name], 'callers' | 'service' | 'tag'> &
    typeof facingPeople & { readonly service: string; readonly tag: string };
};

/** A service's own operations, for people; the service checks token, role, owner and body once more. */
export function facing<const Table extends Operations>(
  service: string,
  operations: Table,
): FacingPeople<Table> {
  const told = Object.entries<Operation>(operations).map(([name, operation]) => [
    name,
    { ...operation, ...facingPeople, service, tag: service },
  ]);
  return Object.fromEntries(told) as FacingPeople<Table>;
}
