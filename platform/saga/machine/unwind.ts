import { afterUndo, afterUndoSettled, reasonOf } from '../plan/moves';
import type { Outcome } from '../plan/moves';
import { wavesBack } from '../plan/way-back';
import { externalReason } from './forward';
import { halt } from './halt';
import type { Draft } from './protocol';
import { change, park, send, settle, stepOf, unpark } from './send';
import type { MachineState, MachineStep } from './state';

/** Nothing is on its way forward any more, and no verb is between journal and act: undoing may begin. */
export function mayUnwind(state: MachineState): boolean {
  return !state.steps.some(
    (step) =>
      step.phase === 'going' ||
      (step.phase === 'parked' && step.side === 'forward' && step.taken !== undefined),
  );
}

/**
 * Undoes the next wave: every compensatable step ever started, in reverse, wave by wave. True when nothing is left
 * but what a person left in place.
 */
export function unwindNext(draft: Draft): boolean {
  const undoable = draft.state.steps.filter((step) => step.kind === 'compensatable');
  const wave = wavesBack(undoable).find((names) =>
    names.some((name) => !isBack(stepOf(draft, name))),
  );
  if (wave === undefined) return true;
  for (const name of wave) undo(draft, stepOf(draft, name));
  return false;
}

/** Nothing of the step stands, or it stands for good: an unwind is over with it. */
function isBack(step: MachineStep): boolean {
  switch (step.phase) {
    case 'undone':
    case 'left':
    case 'skipped':
      return true;
    case 'failed':
      return step.nothingStands;
    default:
      return false;
  }
}

function undo(draft: Draft, step: MachineStep): void {
  if (step.phase === 'done' && step.external) return park(draft, step.name, 'undo', externalReason);
  const isUndoable = ['done', 'recovered', 'failed'].includes(step.phase) && !step.nothingStands;
  if (isUndoable) send(draft, step.name, 'undo');
}

/** The answer to an undo: it has no refusals; whatever is no answer is settled. */
export function afterUndoAnswer(draft: Draft, step: MachineStep, outcome: Outcome): void {
  const move = afterUndo(outcome);
  if (move.do === 'resolve') return change(draft, step.name, { phase: 'undone' });
  if (move.do === 'halt') return halt(draft, step.name, move.reason);
  settle(draft, step.name, 'undo', reasonOf(outcome));
}

/** Undoes a step again whose effect stands; while the saga is paused it stands, and is undone in its turn. */
export function undoAgain(draft: Draft, step: MachineStep): void {
  if (draft.state.paused) return change(draft, step.name, { phase: 'done', side: 'forward' });
  send(draft, step.name, 'undo');
}

/** The answer to the settle of an undo: "done" means that the effect still stands. */
export function afterUndoSettleAnswer(
  draft: Draft,
  step: MachineStep,
  answer: 'done' | 'not-done',
): void {
  const asked = step.asked;
  unpark(draft, step.name);
  if (afterUndoSettled(answer, step.reason).do === 'resolve') {
    return change(draft, step.name, { phase: 'undone' });
  }
  if (asked === 'retry') return undoAgain(draft, step);
  park(draft, step.name, 'undo', step.reason);
}
