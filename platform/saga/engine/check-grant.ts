import {
  ActivityCancellationType,
  condition,
  isCancellation,
  patched,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import { sagaLimits } from '../limits';
import { reasonOf } from '../plan/moves';
import type { Outcome } from '../plan/moves';
import type { EngineActivities } from './activities';
import type { SagaRun } from './saga-run';
import { oneTry } from './send';

/**
 * A recovery stands on no grant, and a saga of a release that did not ask goes on as it began. No release without it
 * knows the direct way: there the mark of the patch, and the search attribute that Temporal writes with it, are saved.
 */
export function asksForGrant({ recovery, start }: SagaRun): boolean {
  return recovery === undefined && (start.steps === 'direct' || patched('grant-checked'));
}

/**
 * Opens a pivot once its grant was looked at. That comes before the point of no return is set, so that nobody who
 * cancels meanwhile is too late. A grant that does not count turns the saga back; resumed, it is looked at again.
 */
export async function underGoodGrant<Result>(
  run: SagaRun,
  open: () => Promise<Result>,
): Promise<Result> {
  for (;;) {
    const remainingMs = run.remainingMs();
    const barred = remainingMs > 0 ? await checkedGrant(run, remainingMs) : deadlineOver;
    if (barred === undefined) {
      run.grantCheckedAtMs = Date.now();
      return open();
    }
    const cause = barred.kind === 'refused' ? 'refusal' : 'fault';
    run.tell({ on: 'turn', turn: { cause, reason: reasonOf(barred) } });
    await condition(() => isAhead(run));
  }
}

const deadlineOver: Outcome = { kind: 'unknown', code: 'DEADLINE' };

/** The saga goes forward, for the first time or again. */
function isAhead({ machine: { mode, direction } }: SagaRun): boolean {
  return (mode === 'forward' || mode === 'redoing') && direction.turn === undefined;
}

/** On the direct way the saga's own worker looks, once; undefined where it could not, or does not. */
async function checkedHere(
  run: SagaRun,
  family: string,
): Promise<Awaited<ReturnType<EngineActivities['checkGrant']>> | undefined> {
  if (run.start.steps !== 'direct') return undefined;
  const { checkGrant } = proxyLocalActivities<EngineActivities>(
    oneTry('check the grant', run.pace.directAttemptMs),
  );
  try {
    return await checkGrant({ family });
  } catch (error) {
    if (isCancellation(error)) throw error;
    return undefined;
  }
}

/**
 * Asks whether the grant still counts; the outcome of the step where it does not. The participant sees seal and times
 * itself; that a grant was revoked is known to the journal.
 */
export async function checkedGrant(
  run: SagaRun,
  scheduleToCloseMs: number,
): Promise<Outcome | undefined> {
  if (!asksForGrant(run)) return undefined;
  const family = run.start.family ?? run.workflowId;
  const { checkGrant } = proxyActivities<EngineActivities>({
    startToCloseTimeout: run.pace.attemptMs,
    scheduleToCloseTimeout: scheduleToCloseMs,
    retry: { maximumInterval: run.pace.backoffMaxMs, initialInterval: sagaLimits.backoffFirstMs },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary: 'check the grant',
  });
  try {
    const { refused } = (await checkedHere(run, family)) ?? (await checkGrant({ family }));
    return refused === undefined ? undefined : { kind: 'refused', code: refused };
  } catch (error) {
    if (isCancellation(error)) return { kind: 'unknown', code: 'INTERRUPTED' };
    return { kind: 'unknown', code: 'GRANT_UNCHECKED' };
  }
}
