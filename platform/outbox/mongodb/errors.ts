import { Fault, isFault } from '../../kernel/faults';
import { Conflict } from '../conflict';

/**
 * WriteConflict, DuplicateKey, NoSuchTransaction, SnapshotUnavailable, SnapshotTooOld and LockTimeout: another
 * transaction was first. Two deliveries that insert one step record meet the first as often as the second.
 */
const conflicts = new Set([112, 11000, 251, 246, 239, 24]);
/** BadValue, FailedToParse, DocumentValidationFailure, BSONObjectTooLarge: the same write would fail again. */
const broken = new Set([2, 9, 121, 10334]);

interface MongoError {
  readonly code?: number | string;
  readonly name?: string;
  readonly message?: string;
}

/** Sorts what the driver throws: again from the start, later, or never. */
export function sortError(error: unknown): Error {
  if (isFault(error) || error instanceof Conflict) return error;
  const { code, name, message } = error as MongoError;
  if (conflicts.has(Number(code)) || isTransient(error)) {
    return new Conflict(String(code), { cause: error });
  }
  const text = `mongodb ${String(code ?? name)}: ${message}`;
  const isBroken = broken.has(Number(code)) || name?.startsWith('BSON') === true;
  return new Fault(isBroken ? 'INVARIANT_BROKEN' : 'STORE_UNAVAILABLE', text, { cause: error });
}

/**
 * The server itself said that the transaction is gone and may be run again, as in an election. A connection that broke
 * has the same label; that is the weather, and is waited for outside.
 */
function isTransient(error: unknown): boolean {
  return (
    typeof (error as MongoError).code === 'number' && hasLabel(error, 'TransientTransactionError')
  );
}

/** True where a commit may or may not have happened: it is asked again, and never taken for a refusal. */
export function isUnknownCommit(error: unknown): boolean {
  return hasLabel(error, 'UnknownTransactionCommitResult');
}

function hasLabel(error: unknown, label: string): boolean {
  const labelled = error as { hasErrorLabel?: (label: string) => boolean } | null;
  return labelled?.hasErrorLabel?.(label) === true;
}
