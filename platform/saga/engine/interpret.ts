import { CancellationScope, patched, TemporalFailure } from '@temporalio/workflow';
import { next } from '../machine/machine';
import type { Effect, Input, NoteCode } from '../machine/protocol';
import type { MachineState, Phase } from '../machine/state';
import { recordParked, recordUnparked } from './journal-records';
import { now } from './saga-run';
import type { SagaRun } from './saga-run';
import { showInVisibility, showTransition } from './show';
import { giveUp } from './give-up';
import { dispatch } from './dispatch';
import { beginWait } from './waits';

/** Connects a run to the machine; before that it can be told nothing. */
export function connect(run: SagaRun): void {
  run.tell = (input) => tell(run, input);
  run.inBackground = (work) => inBackground(run, work);
}

/** Applies one input to the saga's machine, and does what it says: the only way anything ever changes. */
function tell(run: SagaRun, input: Input): void {
  const before = run.machine;
  const { state, effects } = next(before, input);
  take(run, state, effects);
}

/** Takes over a state with its effects: after an input, or at the beginning of a recovery. */
export function take(run: SagaRun, state: MachineState, effects: readonly Effect[]): void {
  const before = run.machine;
  run.machine = state;
  noteTimes(run, before);
  for (const effect of effects) carryOut(run, effect);
  const turned = before.direction.turn === undefined && state.direction.turn !== undefined;
  if (turned && state.steps.length > 0 && state.mode !== 'ended') showInVisibility(run);
  else showTransition(run);
}

const over: readonly Phase[] = ['done', 'skipped', 'failed', 'undone', 'left'];

function noteTimes(run: SagaRun, before: MachineState): void {
  for (const step of run.machine.steps) {
    const times = run.times.get(step.name) ?? { startedAt: now() };
    const was = before.steps.find((each) => each.name === step.name)?.phase;
    if (was === step.phase) continue;
    const { startedAt } = times;
    const isOver = over.includes(step.phase);
    run.times.set(step.name, isOver ? { startedAt, finishedAt: now() } : { startedAt });
  }
}

const notes: Record<NoteCode, string> = {
  INPUT_NOT_USED: 'the new input was not used',
  TOO_LATE: 'the abort came too late',
};

function carryOut(run: SagaRun, effect: Effect): void {
  switch (effect.do) {
    case 'send':
      return inBackground(run, () => dispatch(run, effect));
    case 'interrupt':
      return run.interrupts.get(effect.step)?.();
    case 'hurry':
      run.hurried.add(effect.step);
      return;
    case 'wait':
      return inBackground(run, () => beginWait(run, effect.step));
    case 'resolve':
      return resolve(run, effect);
    case 'park':
      return parkStep(run, effect);
    case 'unpark':
      return unparkStep(run, effect.step);
    case 'note':
      run.notes.push(`${now()} ${effect.step}: done before; ${notes[effect.code]}.`);
      return;
    case 'resumed':
      run.notes.push(`${now()} An operator resumed the saga at ${effect.step}.`);
      run.deadlineAtMs = Date.now() + run.definition.contract.deadlineMs;
      return showInVisibility(run);
    case 'end':
      run.ending = effect.ending;
      return;
    case 'give-up':
      return inBackground(run, () => giveUp(run, effect));
  }
}

function resolve(run: SagaRun, { step, how }: Extract<Effect, { do: 'resolve' }>): void {
  const value = how === 'skipped' ? undefined : (run.results.get(step) ?? null);
  run.resolvers.get(step)?.(value);
}

function parkStep(run: SagaRun, effect: Extract<Effect, { do: 'park' }>): void {
  run.parkedSince.set(effect.step, now());
  showInVisibility(run);
  // A saga that parked under an earlier release goes on without the records that end it.
  run.recordsUnparked ||= patched('unparked');
  inOrder(run, effect.step, () => recordParked(run, effect));
}

function unparkStep(run: SagaRun, step: string): void {
  run.parkedSince.delete(step);
  showInVisibility(run);
  if (run.recordsUnparked) inOrder(run, step, () => recordUnparked(run, step));
}

/** What the journal says last of a step is what is true of it: one record after the other, however slow it is. */
function inOrder(run: SagaRun, step: string, write: () => Promise<void>): void {
  const earlier = run.recordsUnparked ? run.parking.get(step) : undefined;
  const durable = earlier === undefined ? write() : earlier.then(write);
  run.parking.set(step, durable);
  inBackground(run, () => durable);
}

/**
 * Starts something that goes on by itself. What it throws is a mistake of ours: kept where the saga's main line finds
 * it, so that it fails the workflow task instead of being lost.
 */
function inBackground(run: SagaRun, work: () => Promise<unknown>): void {
  CancellationScope.nonCancellable(work).catch((error: unknown) => {
    // A Temporal failure would close the workflow, and with it the saga, without compensation.
    run.failure ??= error instanceof TemporalFailure ? new Error(String(error)) : error;
  });
}
