import { condition, isCancellation, sleep, workflowInfo } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import { sagaLimits } from '../limits';
import { afterForward, afterForwardSettled } from '../plan/moves';
import type { Move, Outcome } from '../plan/moves';
import { historyLimit } from '../plan/verbs';
import { halt, park, settle, unpark } from './park';
import { sendStep } from './step-messages';
import { never } from './saga-run';
import type { EngineStep, SagaRun } from './saga-run';
import { withPatience } from './send';

/** Brings a step forward. Resolves when it is done or skipped; never settles when the saga turned back in it. */
export async function forward(run: SagaRun, step: EngineStep): Promise<Json | undefined> {
  run.inFlight += 1;
  const end = await bringForward(run, step);
  run.inFlight -= 1;
  return end.resolved ? end.result : never();
}

type ForwardEnd =
  { readonly resolved: true; readonly result?: Json } | { readonly resolved: false };

async function bringForward(run: SagaRun, step: EngineStep): Promise<ForwardEnd> {
  if (!(await historyAllows(run, step))) return { resolved: false };
  for (;;) {
    if (step.kind === 'pivot') run.record({ kind: 'pivot-scheduled' });
    run.change(step.name, { status: 'started' });
    const outcome = await sendForward(run, step);
    const move = afterForward({ kind: step.kind, onFault: onFaultOf(step) }, outcome);
    if (move.do === 'resolve' && outcome.kind === 'done') return done(run, step, outcome.result);
    if (move.do === 'halt') return halt(run, step, 'forward', move.reason);
    if (move.do === 'turn-back') return turnedBack(run, step, move);
    const end = await settledForward(run, step, outcome, move);
    if (end !== 'again') return end;
  }
}

const onFaultOf = (step: EngineStep) => (step.kind === 'compensatable' ? 'compensate' : 'park');

function done(run: SagaRun, step: EngineStep, result: Json): ForwardEnd {
  if (step.kind === 'pivot') run.record({ kind: 'pivot-done' });
  run.end(step.name, 'done');
  return { resolved: true, result };
}

function turnedBack(
  run: SagaRun,
  step: EngineStep,
  move: Extract<Move, { do: 'turn-back' }>,
): ForwardEnd {
  const reason = move.reason === 'NO_ANSWER' && run.remainingMs() <= 0 ? 'DEADLINE' : move.reason;
  if (step.kind === 'pivot') run.record({ kind: 'pivot-not-done' });
  run.end(step.name, move.cause === 'refusal' ? 'refused' : 'failed', reason);
  run.turn({ cause: move.cause, reason });
  return { resolved: false };
}

/** A pivot or retriable that was given up: makes its outcome known, and parks where nothing stands. */
async function settledForward(
  run: SagaRun,
  step: EngineStep,
  outcome: Outcome,
  givenUp: Move,
): Promise<ForwardEnd | 'again'> {
  const reason = 'reason' in givenUp ? givenUp.reason : outcome.kind;
  const settled = await settle(run, step, 'forward');
  const timeIsOver =
    run.remainingMs() <= 0 ||
    outcome.kind === 'unknown' ||
    (outcome.kind === 'fault' && outcome.action === 'retry');
  const next = afterForwardSettled(settled.answer, {
    ...{ kind: step.kind, onFault: onFaultOf(step) },
    ...{ reason, timeIsOver },
  });
  if (settled.answer === 'done') return done(run, step, settled.result);
  if (next.do === 'turn-back') return turnedBack(run, step, next);
  if (step.kind === 'pivot') run.record({ kind: 'pivot-not-done' });
  return parkedForward(run, step, reason, settled.retryAsked);
}

async function parkedForward(
  run: SagaRun,
  step: EngineStep,
  reason: string,
  retryAsked: boolean,
): Promise<ForwardEnd | 'again'> {
  if (retryAsked) return 'again';
  const entry = await park(run, step, {
    direction: 'forward',
    condition: 'nothing-stands',
    reason,
  });
  await condition(() => entry.verb !== undefined || run.direction.turn !== undefined);
  unpark(run, entry);
  if (run.direction.turn !== undefined) {
    run.end(step.name, 'failed', reason);
    return { resolved: false };
  }
  if (entry.verb === 'retry') return 'again';
  run.end(step.name, 'skipped', reason);
  return { resolved: true };
}

/** Before a step: a history near its limit waits for a person, because at the limit Temporal would end the saga. */
async function historyAllows(run: SagaRun, step: EngineStep): Promise<boolean> {
  const { historyEventsMax } = sagaLimits;
  const eventsMax = run.definition.options.historyEventsMax ?? historyEventsMax;
  if (workflowInfo().historyLength < Math.min(eventsMax, historyEventsMax)) return true;
  const end = await parkedForward(run, step, historyLimit, false);
  return end === 'again';
}

async function sendForward(run: SagaRun, step: EngineStep): Promise<Outcome> {
  if (step.kind === 'retriable') {
    const { retriablePatienceMs, retriableAttemptsMax } = sagaLimits;
    return run.sending.run(() =>
      withPatience(retriablePatienceMs, `patience with ${step.name}`, () =>
        sendStep(run, step, 'forward', { attemptsMax: retriableAttemptsMax }),
      ),
    );
  }
  const scheduleToCloseMs = run.remainingMs();
  if (scheduleToCloseMs <= 0) return { kind: 'unknown', code: 'DEADLINE' };
  if (step.kind === 'pivot') {
    return run.sending.run(() => sendStep(run, step, 'forward', { scheduleToCloseMs }));
  }
  return run.forwardScope.run(() => sendCompensatable(run, step));
}

/** A compensatable step waits for another saga's lock only so long, and then gives way: no two wait for each other. */
async function sendCompensatable(run: SagaRun, step: EngineStep): Promise<Outcome> {
  const patienceEndsAtMs = Date.now() + sagaLimits.busyPatienceMs;
  for (let pauseMs = 250; ; pauseMs = Math.min(pauseMs * 2, sagaLimits.backoffMaxMs)) {
    const scheduleToCloseMs = run.remainingMs();
    if (scheduleToCloseMs <= 0) return { kind: 'unknown', code: 'DEADLINE' };
    const outcome = await sendStep(run, step, 'forward', { scheduleToCloseMs, busyAtOnce: true });
    const isBusy = outcome.kind === 'fault' && outcome.code === 'BUSY';
    if (!isBusy || Date.now() + pauseMs > patienceEndsAtMs) return outcome;
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
