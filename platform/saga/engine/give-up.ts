import { ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import { sagaLimits } from '../limits';
import type { Effect } from '../machine/protocol';
import type { EngineActivities } from './activities';
import { recordParked } from './journal-records';
import { now } from './saga-run';
import type { SagaRun } from './saga-run';
import { showInVisibility } from './show';

/**
 * Another run has taken over this saga, or it was reset. Sends nothing more under this generation, undos neither,
 * says so in the journal, and asks for the recovery that goes on with the histories of all runs. It ends this run
 * first. A recovery fails instead.
 */
export async function giveUp(
  run: SagaRun,
  { step, reason }: Extract<Effect, { do: 'give-up' }>,
): Promise<void> {
  run.halted = reason;
  for (const interrupt of run.interrupts.values()) interrupt();
  run.parkedSince.set(step, now());
  run.notes.push(`${now()} ${reason} at ${step}: another run is in charge; a recovery takes over.`);
  showInVisibility(run);
  const why = { step, side: 'forward', condition: 'unsettled', reason } as const;
  if (run.recovers !== undefined) return failRecovery(run, reason);
  void recordParked(run, why).catch(() => undefined);
  const { requestRecovery } = proxyActivities<EngineActivities>({
    startToCloseTimeout: sagaLimits.attemptMs,
    retry: { maximumInterval: sagaLimits.stubbornPauseMs },
    summary: 'ask for recovery',
  });
  const { workflowId, sagaId } = run;
  await requestRecovery({ workflowId, sagaId, saga: run.name, reason: 'RESET' });
}

/**
 * Only one recovery of a saga runs at a time, so this one could ask for none but itself: it ends, and the sweeper,
 * which finds a saga without a terminal record and nobody at work on it, starts the next generation.
 */
function failRecovery(run: SagaRun, reason: string): void {
  const message = `generation ${run.machine.generation} of ${run.sagaId} is not in charge`;
  run.failure ??= ApplicationFailure.nonRetryable(message, reason);
}
