import { problem } from '../../platform/http/problem';
import type { SagaFilter } from '../../projections/saga-filter';
import { gatewayProblem } from '../problems';
import { readModelFailed } from '../read-model';
import type { ReadModel } from '../read-model';
import { hasEnded } from '../sagas/reach';

/** What may be told to many sagas at once. */
export const bulkVerbs = ['retry', 'skip', 'abort', 'cancel'] as const;

export type BulkVerb = (typeof bulkVerbs)[number];

/** Limits of acting on many sagas at once. */
export const bulkLimits = {
  sagasMax: 2_000,
  ratePerSecondMax: 50,
  runsMax: 3,
  runsKeptMax: 50,
  failuresKeptMax: 50,
  /** Sagas looked at between two acts. */
  looksMax: 20,
  pageSize: 200,
} as const;

/** A saga that a bulk run would act on. */
export interface Target {
  readonly workflowId: string;
  readonly sagaId: string;
  readonly businessKey: string;
  readonly state: string;
}

/** Parked sagas for verbs of parked steps; sagas that have not ended for `cancel`. */
function narrowed(verb: BulkVerb, filter: SagaFilter): SagaFilter {
  if (verb === 'cancel') return filter;
  if (filter.state === undefined || filter.state === 'parked')
    return { ...filter, state: 'parked' };
  const part = {
    pointer: '/filter/state',
    code: 'FORMAT_INVALID',
    detail: `${verb} is for parked sagas`,
  };
  throw problem('BODY_INVALID', { errors: [part] });
}

/**
 * Every saga the filter finds, oldest page last; throws BULK_TOO_LARGE above 2,000 rather than act on a part that
 * nobody chose.
 */
export async function collectTargets(
  readModel: Pick<ReadModel, 'sagas'>,
  verb: BulkVerb,
  filter: SagaFilter,
): Promise<readonly Target[]> {
  const wanted = narrowed(verb, filter);
  const targets: Target[] = [];
  let after: string | undefined;
  do {
    const page = { limit: bulkLimits.pageSize, ...(after === undefined ? {} : { after }) };
    const found = await readModel.sagas({ ...wanted, ...page }).catch(readModelFailed);
    for (const { workflowId, sagaId, businessKey = '', state } of found.items) {
      if (workflowId !== undefined && !hasEnded(state)) {
        targets.push({ workflowId, sagaId, businessKey, state });
      }
    }
    if (targets.length > bulkLimits.sagasMax) {
      throw gatewayProblem('BULK_TOO_LARGE', {
        detail: `more than ${bulkLimits.sagasMax}: narrow the filter, for example by time`,
      });
    }
    after = found.next;
  } while (after !== undefined);
  return targets;
}
