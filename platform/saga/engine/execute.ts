import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  proxyActivities,
  TemporalFailure,
  workflowInfo,
} from '@temporalio/workflow';
import type { SagaDefinition } from '../define';
import { sagaLimits } from '../limits';
import { endingOf } from '../plan/direction';
import { SagaDefinitionError } from '../plan/names';
import type { SagaResult, SagaStart } from '../wire';
import type { EngineActivities } from './activities';
import { createHandle } from './handle';
import { cancel, registerHandlers } from './handlers';
import { recordFinished, recordStarted } from './journal-records';
import { asJson, now, SagaRun } from './saga-run';
import { showInVisibility } from './show';
import { unwind } from './unwind';

/**
 * Runs one saga to its end. The whole of it is shielded from Temporal's own cancel, which cannot be refused and would
 * make every later call throw: a watcher on the root turns the request into a cancel of ours.
 */
export function executeSaga(definition: SagaDefinition, start: SagaStart): Promise<SagaResult> {
  const root = CancellationScope.current();
  return CancellationScope.nonCancellable(() => {
    const run = new SagaRun(definition, start);
    registerHandlers(run);
    root.cancelRequested.catch(() => hearRawCancel(run));
    return drive(run);
  });
}

async function hearRawCancel(run: SagaRun): Promise<void> {
  run.rawCancelled = true;
  const request = { actor: 'temporal', reason: 'cancel request of the workflow' };
  const answer = await CancellationScope.nonCancellable(() => cancel(run, request));
  if (answer === 'too late') run.notes.push(`A cancel at ${now()} came too late.`);
}

async function drive(run: SagaRun): Promise<SagaResult> {
  await recordStarted(run);
  run.recorded = true;
  void watchDeadline(run);
  const result = await goForward(run);
  if (run.direction.turn !== undefined) await goBack(run);
  return end(run, result);
}

/** Runs the saga function until it ends or the saga turns back; the function then stays where it is. */
async function goForward(run: SagaRun): Promise<unknown> {
  const body: { ended: boolean; result?: unknown; error?: unknown } = { ended: false };
  if (run.direction.turn === undefined) {
    run.definition.run(createHandle(run), run.start.input).then(
      (result) => Object.assign(body, { ended: true, result }),
      (error: unknown) => Object.assign(body, { ended: true, error }),
    );
  }
  const isOver = () => body.ended && run.inFlight === 0;
  await condition(() => isOver() || run.direction.turn !== undefined || body.error !== undefined);
  if (body.error !== undefined) hearThrown(run, body.error);
  if (run.direction.turn === undefined) run.record({ kind: 'body-ended' });
  return body.result;
}

/** A bug in a saga file fails the workflow task, and a corrected file goes on from there; nothing is lost. */
function hearThrown(run: SagaRun, error: unknown): void {
  if (!(error instanceof TemporalFailure)) throw error;
  const reason = error instanceof ApplicationFailure ? error.type : undefined;
  if (run.turn({ cause: 'refusal', reason: reason ?? 'SAGA_REFUSED' })) return;
  if (run.direction.turn !== undefined) return;
  throw new SagaDefinitionError('SAGA_THREW_AFTER_PIVOT', error.message);
}

async function goBack(run: SagaRun): Promise<void> {
  // What is running is waited for: an undo would otherwise race its own step. A cancel is in the journal first.
  await condition(() => run.inFlight === 0 && run.acting === 0);
  if (run.book.length > 0) showInVisibility(run);
  await unwind(run);
}

async function end(run: SagaRun, result: unknown): Promise<SagaResult> {
  run.closing = true;
  const ending = endingOf(run.direction.turn);
  await recordFinished(run, ending);
  await condition(allHandlersFinished);
  run.finished = ending.outcome;
  run.finishedAt = now();
  showInVisibility(run);
  const { outcome, reason } = ending;
  if (outcome === 'completed') return { outcome, result: asJson(result) };
  if (outcome === 'cancelled') return closeAsCancelled(run);
  if (ending.status === 'Completed') return { outcome, reason: reason ?? '' };
  throw ApplicationFailure.nonRetryable(`compensated: ${reason}`, 'SagaCompensated', { reason });
}

/** Temporal shows Cancelled only for a workflow that it was asked to cancel; after our own Update, we ask it. */
async function closeAsCancelled(run: SagaRun): Promise<never> {
  if (!run.rawCancelled) {
    const { workflowId, runId } = run;
    const { requestCancellation } = proxyActivities<EngineActivities>({
      startToCloseTimeout: sagaLimits.attemptMs,
      retry: { maximumInterval: sagaLimits.backoffMaxMs },
      summary: 'close as cancelled',
      taskQueue: workflowInfo().taskQueue,
    });
    await requestCancellation({ workflowId, runId });
    await condition(() => run.rawCancelled);
  }
  throw new CancelledFailure('The saga was cancelled and is undone.');
}

/** An absolute deadline inside the workflow: Temporal's own timeouts would close the saga without compensation. */
async function watchDeadline(run: SagaRun): Promise<void> {
  for (;;) {
    await condition(() => !run.deadlineFrozen);
    const remainingMs = run.remainingMs();
    if (remainingMs <= 0) break;
    await condition(() => run.deadlineFrozen, remainingMs, { summary: 'deadline' });
  }
  run.turn({ cause: 'fault', reason: 'DEADLINE' });
}
