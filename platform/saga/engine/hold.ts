import { condition, defineSignal, proxyActivities, setHandler } from '@temporalio/workflow';
import type { ChildVerdict } from '../children/commands';
import { sagaLimits } from '../limits';
import { sagaMessages } from '../wire';
import type { EngineActivities } from './activities';
import { recordHeld } from './journal-records';
import type { SagaRun } from './saga-run';
import { nextPause } from './send-step';
import { showInVisibility } from './show';

/** Reason of a child saga that goes back because its parent does. */
export const parentReason = 'PARENT_WENT_BACK';

/**
 * A child saga that is done waits here for its parent. A nudge makes it look into the journal and nothing else: whoever
 * can signal a workflow can neither let it end nor send it back.
 */
export async function hold(run: SagaRun, step: string): Promise<void> {
  await recordHeld(run, run.held ?? null);
  showInVisibility(run);
  for (let pauseMs: number = run.pace.stubbornPauseMs; ; pauseMs = nextPause(pauseMs)) {
    run.nudged = false;
    const verdict = await verdictOf(run);
    if (verdict !== undefined) {
      const refusal = verdict === 'unwind' ? { refusal: parentReason } : {};
      return run.tell({ on: 'waited', step, ...refusal });
    }
    // A parent that ended without a word is found by looking again.
    await condition(() => run.nudged, pauseMs, { summary: 'look for a verdict again' });
  }
}

/** Registers the nudge: a child at work goes back when its parent has decided so, one that holds looks for itself. */
export function registerNudge(run: SagaRun): void {
  setHandler(defineSignal(sagaMessages.verdict), () => {
    const isTold = run.nudged || run.machine.direction.turn !== undefined;
    if (run.start.parent === undefined || isTold) return;
    run.nudged = true;
    if (run.held === undefined) run.inBackground(() => hearVerdict(run));
  });
}

async function hearVerdict(run: SagaRun): Promise<void> {
  await condition(() => run.recorded);
  const verdict = await verdictOf(run);
  run.nudged = false;
  if (verdict !== 'unwind') return;
  run.tell({ on: 'turn', turn: { cause: 'cancel', reason: parentReason }, byParent: true });
}

async function verdictOf(run: SagaRun): Promise<ChildVerdict | undefined> {
  const { readVerdict } = proxyActivities<EngineActivities>({
    startToCloseTimeout: sagaLimits.attemptMs,
    retry: { maximumInterval: sagaLimits.stubbornPauseMs },
    summary: 'verdict of the parent',
  });
  const { workflowId } = run;
  return (await readVerdict({ workflowId })).verdict;
}
