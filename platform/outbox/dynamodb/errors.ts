import { Fault, isFault } from '../../kernel/faults';
import { Conflict } from '../conflict';

/**
 * Another request holds one of the items right now, or too many ask for the same partition: nothing was written, and
 * a moment later it may be. The client has tried some of them again by itself before it throws them.
 */
const conflicts = new Set([
  'TransactionConflictException',
  'TransactionInProgressException',
  'ProvisionedThroughputExceededException',
  'RequestLimitExceeded',
  'ThrottlingException',
  'Throttling',
]);
/** The same request would fail again. */
const broken = new Set([
  'ValidationException',
  'ItemCollectionSizeLimitExceededException',
  'IdempotentParameterMismatchException',
]);
/** Reasons inside a cancelled transaction, which come by index of its items. */
const conflictReasons = new Set([
  'ConditionalCheckFailed',
  'TransactionConflict',
  'ProvisionedThroughputExceeded',
  'ThrottlingError',
]);
const brokenReasons = new Set(['ValidationError', 'ItemCollectionSizeLimitExceeded']);

interface DynamoError {
  readonly name?: string;
  readonly message?: string;
  readonly CancellationReasons?: readonly { readonly Code?: string }[];
}

/** Sorts what the SDK throws: again from the start, later, or never. */
export function sortError(error: unknown): Error {
  if (isFault(error) || error instanceof Conflict) return error;
  const { name = '', message = '', CancellationReasons: reasons = [] } = error as DynamoError;
  const codes = reasons.map((reason) => reason.Code ?? 'None');
  const text = `dynamodb ${name}: ${message}`;
  if (codes.some((it) => brokenReasons.has(it)) || broken.has(name)) {
    return new Fault('INVARIANT_BROKEN', text, { cause: error });
  }
  const at = codes.findIndex((it) => conflictReasons.has(it));
  if (at >= 0) return new Conflict(`item ${at}: ${codes[at]}`, { cause: error });
  if (conflicts.has(name)) return new Conflict(name, { cause: error });
  return new Fault('STORE_UNAVAILABLE', text, { cause: error });
}
