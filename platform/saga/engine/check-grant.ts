import {
  ActivityCancellationType,
  isCancellation,
  patched,
  proxyActivities,
} from '@temporalio/workflow';
import { sagaLimits } from '../limits';
import type { Outcome } from '../plan/moves';
import type { EngineActivities } from './activities';
import type { SagaRun } from './saga-run';

/**
 * Asks whether the grant still counts, before the point of no return; the outcome of the step where it does not. The
 * participant sees seal and times itself; that a grant was revoked is known to the journal.
 */
export async function checkedGrant(
  run: SagaRun,
  scheduleToCloseMs: number,
): Promise<Outcome | undefined> {
  if (run.recovery !== undefined || !patched('grant-checked')) return undefined;
  const { checkGrant } = proxyActivities<EngineActivities>({
    startToCloseTimeout: run.pace.attemptMs,
    scheduleToCloseTimeout: scheduleToCloseMs,
    retry: { maximumInterval: run.pace.backoffMaxMs, initialInterval: sagaLimits.backoffFirstMs },
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    summary: 'check the grant',
  });
  try {
    const { refused } = await checkGrant({ family: run.start.family ?? run.workflowId });
    return refused === undefined ? undefined : { kind: 'refused', code: refused };
  } catch (error) {
    if (isCancellation(error)) return { kind: 'unknown', code: 'INTERRUPTED' };
    return { kind: 'unknown', code: 'GRANT_UNCHECKED' };
  }
}
