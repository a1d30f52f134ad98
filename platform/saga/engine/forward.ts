import { isCancellation, sleep } from '@temporalio/workflow';
import { checkedGrant } from './check-grant';
import type { Outcome } from '../plan/moves';
import type { EngineStep, SagaRun } from './saga-run';
import { withPatience } from './send';
import { sendStep } from './send-step';

/** Sends a forward as long as its kind allows. */
export async function sendForward(run: SagaRun, step: EngineStep, epoch: number): Promise<Outcome> {
  const what = { message: 'forward', epoch } as const;
  if (step.kind === 'retriable') {
    const { retriablePatienceMs, retriableAttemptsMax } = run.pace;
    const { patienceMs = retriablePatienceMs, attemptsMax = retriableAttemptsMax } = step.patience;
    return withPatience(patienceMs, `patience with ${step.name}`, () =>
      sendStep(run, step, what, { attemptsMax }),
    );
  }
  const scheduleToCloseMs = run.remainingMs();
  if (scheduleToCloseMs <= 0) return { kind: 'unknown', code: 'DEADLINE' };
  if (step.kind === 'pivot') {
    // One that is sent anew, or was held still, is asked about again; then a cancel is too late at once.
    const isLookedAt = run.grantCheckedAtMs === Date.now();
    const barred = isLookedAt ? undefined : await checkedGrant(run, scheduleToCloseMs);
    return barred ?? sendPivot(run, step, what);
  }
  return sendCompensatable(run, step, epoch);
}

async function sendPivot(
  run: SagaRun,
  step: EngineStep,
  what: { readonly message: 'forward'; readonly epoch: number },
): Promise<Outcome> {
  const scheduleToCloseMs = run.remainingMs();
  if (scheduleToCloseMs <= 0) return { kind: 'unknown', code: 'DEADLINE' };
  return sendStep(run, step, what, { scheduleToCloseMs });
}

/**
 * A compensatable step waits for another saga's lock only so long, and then gives way: no two wait for each other.
 */
async function sendCompensatable(run: SagaRun, step: EngineStep, epoch: number): Promise<Outcome> {
  const patienceEndsAtMs = Date.now() + run.pace.busyPatienceMs;
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, run.pace.backoffMaxMs)) {
    const scheduleToCloseMs = run.remainingMs();
    if (scheduleToCloseMs <= 0) return { kind: 'unknown', code: 'DEADLINE' };
    const bounds = { scheduleToCloseMs, busyAtOnce: true };
    const outcome = await sendStep(run, step, { message: 'forward', epoch }, bounds);
    const code = outcome.kind === 'fault' || outcome.kind === 'unknown' ? outcome.code : '';
    // The schedule-to-close of an attempt ends it as unknown: in the dark the deadline is the reason.
    if (code === 'NO_ANSWER' && run.remainingMs() <= 0)
      return { kind: 'unknown', code: 'DEADLINE' };
    if (code !== 'BUSY' || Date.now() + pauseMs > patienceEndsAtMs) return outcome;
    if (!(await pause(pauseMs, `${step.name}: busy`))) return { kind: 'unknown', code: 'BUSY' };
  }
}

/** False when the saga turned back meanwhile. */
async function pause(pauseMs: number, summary: string): Promise<boolean> {
  try {
    await sleep(pauseMs, { summary });
    return true;
  } catch (error) {
    if (isCancellation(error)) return false;
    throw error;
  }
}
