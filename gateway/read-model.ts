import type { ReadModel as ProjectedReadModel } from '../projections/read-model';

export type { SagaPosition } from '../projections/read-model';
import { problem } from '../platform/http/problem';
import { isFault } from '../platform/kernel/faults';
import { gatewayProblem } from './problems';

/** What the gateway reads of the projections. Every call may reject: the read model is away. */
export type ReadModel = Pick<
  ProjectedReadModel,
  'row' | 'rows' | 'sagaByWorkflowId' | 'sagas' | 'sagaPositions' | 'overview' | 'ping'
>;

/** A saga as its journal tells it; members are missing while only part of its story has arrived. */
export type SagaRow = NonNullable<Awaited<ReturnType<ReadModel['sagaByWorkflowId']>>>;

/**
 * For a failed question: a cursor nobody gave out is the caller's mistake, a row that does not open is thrown on as the
 * fault it is, and anything else is a part that is away.
 */
export function readModelFailed(cause: unknown): never {
  if ((cause as { code?: unknown }).code === 'CURSOR_INVALID') {
    const part = { pointer: '/after', code: 'FORMAT_INVALID', detail: 'not a cursor of ours' };
    throw problem('QUERY_INVALID', { errors: [part], cause });
  }
  // A mistake of ours, such as a list that is asked by what it is not listed by.
  if (cause instanceof RangeError || cause instanceof TypeError) throw cause;
  if (isFault(cause) && cause.code === 'CIPHERTEXT_REFUSED') throw cause;
  if (isFault(cause) && cause.code === 'KEYS_UNAVAILABLE') {
    throw gatewayProblem('KEYS_UNAVAILABLE', { retryAfterSeconds: 2, cause });
  }
  throw gatewayProblem('READ_MODEL_UNAVAILABLE', { retryAfterSeconds: 2, cause });
}
