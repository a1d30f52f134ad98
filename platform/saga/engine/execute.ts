import {
  allHandlersFinished,
  ApplicationFailure,
  CancellationScope,
  CancelledFailure,
  condition,
  proxyActivities,
  TemporalFailure,
} from '@temporalio/workflow';
import type { SagaDefinition } from '../define';
import { sagaLimits } from '../limits';
import type { Ending } from '../plan/direction';
import { reasonOf } from '../plan/moves';
import { SagaDefinitionError } from '../plan/names';
import type { SagaResult, SagaStart } from '../wire';
import { hearRawCancel } from './acts';
import type { EngineActivities } from './activities';
import { beginAgain, continueSaga, mayContinue, takeOverFrom } from './continue';
import { runFunction } from './handle';
import { registerHandlers } from './handlers';
import { connect } from './interpret';
import { recordFinished, recordStarted } from './journal-records';
import { asJson, now, SagaRun } from './saga-run';
import { showInVisibility } from './show';
import { watchDeadline } from './waits';

/** Runs one saga to its end. */
export async function executeSaga(
  definition: SagaDefinition,
  start: SagaStart,
): Promise<SagaResult> {
  const run = new SagaRun(definition, start);
  const result = await runSaga(run, () => beginRun(run));
  if (result === undefined) throw new Error('a saga that began has an end');
  return result;
}

/**
 * Begins a run and drives it to its end; undefined when there was nothing to begin. The whole of it is shielded from
 * Temporal's own cancel, which cannot be refused and would make every later call throw: a watcher on the root turns
 * the request into a cancel of ours.
 */
export function runSaga(
  run: SagaRun,
  begin: () => Promise<boolean>,
): Promise<SagaResult | undefined> {
  const root = CancellationScope.current();
  return CancellationScope.nonCancellable(() => {
    connect(run);
    registerHandlers(run);
    root.cancelRequested.catch(() => {
      // Heard before the run may go on as another one, which would know nothing of it.
      run.cancelPending = true;
      run.inBackground(() => hearRawCancel(run).then(() => (run.cancelPending = false)));
    });
    return drive(run, begin);
  });
}

async function drive(run: SagaRun, begin: () => Promise<boolean>): Promise<SagaResult | undefined> {
  const hasFailed = () => run.failure !== undefined;
  const hasBegun = await Promise.race([begin(), condition(hasFailed).then(() => true)]);
  if (!hasBegun) {
    await condition(allHandlersFinished);
    return undefined;
  }
  const body: Body = { started: false, ended: false };
  for (;;) {
    const mayStart = () => !body.started && run.machine.mode === 'forward';
    await condition(
      () =>
        run.ending !== undefined ||
        run.failure !== undefined ||
        mayStart() ||
        mayContinue(run) ||
        (body.ended && !run.machine.bodyEnded),
    );
    if (run.failure !== undefined) throw run.failure as Error;
    if (run.ending !== undefined) return end(run, run.ending, body.result);
    if (mayStart()) startBody(run, body);
    else if (!mayContinue(run)) hearBodyEnd(run, body);
    else if (beginAgain(run)) startBody(run, body);
    else await continueSaga(run);
  }
}

/** The first run writes its start; every other one takes over from those before it. */
async function beginRun(run: SagaRun): Promise<boolean> {
  const { continued } = run.start;
  if (continued === undefined) await recordStarted(run);
  else await takeOverFrom(run, continued);
  run.recorded = true;
  run.inBackground(() => watchDeadline(run));
  return true;
}

/** The saga function at work. It stays where it is while the saga goes back, and may go on when it is resumed. */
interface Body {
  started: boolean;
  ended: boolean;
  result?: unknown;
  error?: unknown;
}

function startBody(run: SagaRun, body: Body): void {
  body.started = true;
  // Inside a promise, so that what the function throws at once is heard like everything else.
  void Promise.resolve()
    .then(() => runFunction(run))
    .then(
      (result) => Object.assign(body, { ended: true, result }),
      (error: unknown) => Object.assign(body, { ended: true, error }),
    );
}

function hearBodyEnd(run: SagaRun, body: Body): void {
  if (body.error !== undefined) hearThrown(run, body.error);
  run.tell({ on: 'body-ended' });
}

/** A bug in a saga file fails the workflow task, and a corrected file goes on from there; nothing is lost. */
function hearThrown(run: SagaRun, error: unknown): void {
  if (!(error instanceof TemporalFailure)) throw error;
  const reason = error instanceof ApplicationFailure ? error.type : undefined;
  run.tell({ on: 'turn', turn: { cause: 'refusal', reason: reason ?? 'SAGA_REFUSED' } });
  if (run.machine.direction.turn !== undefined) return;
  throw new SagaDefinitionError('SAGA_THREW_AFTER_PIVOT', error.message);
}

async function end(run: SagaRun, ending: Ending, result: unknown): Promise<SagaResult> {
  if (run.recordsUnparked) await Promise.all(run.parking.values());
  await recordEnd(run, ending);
  await condition(allHandlersFinished);
  run.finishedAt = now();
  showInVisibility(run);
  const { outcome, reason } = ending;
  if (outcome === 'completed') return { outcome, result: asJson(result) };
  if (outcome === 'cancelled') return closeAsCancelled(run);
  if (ending.status === 'Completed') return { outcome, reason: reason ?? '' };
  throw ApplicationFailure.nonRetryable(`compensated: ${reason}`, 'SagaCompensated', { reason });
}

/**
 * The journal says how a saga ended. Where it does not take this end, because another run is in charge or has written
 * another one, Temporal must not show it either: the run fails, and the sweeper looks after the saga.
 */
async function recordEnd(run: SagaRun, ending: Ending): Promise<void> {
  const outcome = await recordFinished(run, ending);
  if (outcome.kind === 'done') return;
  const message = `the journal does not take the end ${ending.outcome} of ${run.workflowId}`;
  throw ApplicationFailure.nonRetryable(message, reasonOf(outcome));
}

/** Temporal shows Cancelled only for a workflow that it was asked to cancel; after our own Update, we ask it. */
async function closeAsCancelled(run: SagaRun): Promise<never> {
  if (!run.rawCancelled) {
    const { workflowId, runId } = run;
    const { requestCancellation } = proxyActivities<EngineActivities>({
      startToCloseTimeout: sagaLimits.attemptMs,
      retry: { maximumInterval: sagaLimits.backoffMaxMs },
      summary: 'close as cancelled',
    });
    await requestCancellation({ workflowId, runId });
    await condition(() => run.rawCancelled);
  }
  throw new CancelledFailure('The saga was cancelled and is undone.');
}
