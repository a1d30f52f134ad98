import { CancellationScope, condition } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import { sagaLimits } from '../limits';
import { isExpected } from '../machine/machine';
import type { Effect } from '../machine/protocol';
import { findStep } from '../machine/state';
import type { Outcome } from '../plan/moves';
import { beforeChild, isChildStep } from './child';
import { sendForward } from './forward';
import type { EngineStep, SagaRun } from './saga-run';
import { withPatience } from './send';
import { nextPause, sendStep } from './send-step';

type Send = Extract<Effect, { do: 'send' }>;

/** Sends one message of a step until something is known of it, and tells the machine. */
export async function dispatch(run: SagaRun, effect: Send): Promise<void> {
  const step = run.step(effect.step);
  switch (effect.message) {
    case 'forward':
      return forward(run, step, effect);
    case 'undo':
      return undo(run, step, effect);
    case 'settle':
      return settle(run, step, effect);
  }
}

async function forward(run: SagaRun, known: EngineStep, effect: Send): Promise<void> {
  const asked = effect.newInput === true ? withNewInput(run, known) : known;
  const step = beforeChild(run, asked, effect.epoch);
  const scope = new CancellationScope({ cancellable: true });
  const interrupt = () => scope.cancel();
  run.interrupts.set(step.name, interrupt);
  const outcome = await scope.run(() => sendForward(run, step, effect.epoch));
  if (run.interrupts.get(step.name) === interrupt) run.interrupts.delete(step.name);
  run.outcomes.set(step.name, outcome);
  answered(run, effect, outcome);
}

/** From now on the step has the input a person gave it, in a later redo too. */
function withNewInput(run: SagaRun, step: EngineStep): EngineStep {
  const input = run.newInputs.get(step.name) ?? step.command.input;
  const changed = { ...step, command: { ...step.command, input } };
  run.steps.set(step.name, changed);
  return changed;
}

/** Long retries; afterwards the undo is not dropped but settled, and parks if its effect still stands. */
async function undo(run: SagaRun, step: EngineStep, effect: Send): Promise<void> {
  const { patienceMs, attemptsMax } = undoPatience(run, step);
  const outcome = await withPatience(patienceMs, `patience with undo ${step.name}`, () =>
    sendStep(run, step, { message: 'undo', epoch: effect.epoch }, { attemptsMax }),
  );
  answered(run, effect, outcome);
}

/**
 * Makes an unknown outcome known and shuts the door behind it. Asks without end, as long as the machine waits for it;
 * while there is no answer a person is shown so.
 */
async function settle(run: SagaRun, step: EngineStep, effect: Send): Promise<void> {
  const isAsked = () => isWaitedFor(run, effect);
  void watchSettle(run, effect);
  for (let pauseMs: number = run.pace.stubbornPauseMs; isAsked(); pauseMs = nextPause(pauseMs)) {
    run.hurried.delete(step.name);
    const outcome = await sendStep(run, step, { message: 'settle', epoch: effect.epoch }, {});
    answered(run, effect, outcome);
    if (!isAsked()) return;
    run.tell({ on: 'unsettled', step: step.name, epoch: effect.epoch });
    const summary = `pause before settle ${step.name}`;
    await condition(() => run.hurried.has(step.name) || !isAsked(), pauseMs, { summary });
  }
}

async function watchSettle(run: SagaRun, effect: Send): Promise<void> {
  const summary = `settle ${effect.step}`;
  const patienceMs = run.pace.settlePatienceMs;
  if (await condition(() => !isWaitedFor(run, effect), patienceMs, { summary })) return;
  run.tell({ on: 'unsettled', step: effect.step, epoch: effect.epoch });
}

/** The machine still waits for the answer to this message. */
function isWaitedFor(run: SagaRun, { step, message, epoch }: Send): boolean {
  const state = findStep(run.machine, step);
  if (state === undefined || run.machine.mode === 'halted') return false;
  return isExpected(run.machine, state, { message, epoch });
}

function answered(run: SagaRun, { step, message, epoch }: Send, outcome: Outcome): void {
  if (outcome.kind === 'done' && isWaitedFor(run, { do: 'send', step, message, epoch })) {
    run.results.set(step, outcome.result);
    noteChild(run, step, outcome.result);
  }
  const timeIsOver = message === 'settle' && isTimeOver(run, step);
  run.tell({ on: 'answered', step, message, epoch, outcome, timeIsOver });
}

/** A recovery that knows nothing but rows learns from a settle which saga a step is. */
function noteChild(run: SagaRun, step: string, result: Json): void {
  const { child } = (isChildStep(run.steps.get(step)) ? (result ?? {}) : {}) as {
    readonly child?: string;
  };
  if (child !== undefined) run.children.set(step, child);
}

/** Of a pivot: its deadline passed, or the weather outlasted it. */
function isTimeOver(run: SagaRun, step: string): boolean {
  const last = run.outcomes.get(step);
  return (
    run.remainingMs() <= 0 ||
    last?.kind === 'unknown' ||
    (last?.kind === 'fault' && last.action === 'retry')
  );
}

/** A child goes back as long as it takes: where it is parked, its parent waits. */
function undoPatience({ pace }: SagaRun, step: EngineStep) {
  if (!isChildStep(step)) {
    return { patienceMs: pace.undoPatienceMs, attemptsMax: pace.undoAttemptsMax };
  }
  return { patienceMs: sagaLimits.childPatienceMs, attemptsMax: sagaLimits.childAttemptsMax };
}
