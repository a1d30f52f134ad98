import { Fault, isFault } from '../../kernel/faults';
import { Conflict } from '../conflict';

/** Serialization failure, deadlock, and an insert that met the same key: run the whole transaction again. */
const conflicts = new Set(['40001', '40P01', '23505']);
/** The lock of a row was not to be had in time: somebody else is at work on the same step or aggregate. */
const lockTimeout = '55P03';
/** Classes of errors that the same request would meet again: bad data, broken constraint, wrong statement. */
const brokenClasses = new Set(['22', '23', '42']);
/** Tables are created by `migrate`, so a missing one is a matter of time. */
const notMigrated = new Set(['42P01', '3F000']);

/** Sorts what the driver throws: again from the start, later, or never. */
export function sortError(error: unknown): Error {
  if (isFault(error) || error instanceof Conflict) return error;
  const code = (error as { code?: string } | null)?.code ?? '';
  if (conflicts.has(code)) return new Conflict(code, { cause: error });
  const message = `postgres ${code}: ${(error as Error).message}`;
  if (code === lockTimeout) return new Fault('STORE_CONFLICT', message, { cause: error });
  const isBroken = code.length === 5 && brokenClasses.has(code.slice(0, 2));
  if (isBroken && !notMigrated.has(code)) {
    return new Fault('INVARIANT_BROKEN', message, { cause: error });
  }
  return new Fault('STORE_UNAVAILABLE', message, { cause: error });
}
