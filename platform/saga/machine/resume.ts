import { ahead } from '../plan/direction';
import { go, externalReason, resumedReason } from './forward';
import type { Draft } from './protocol';
import { change, park, settle, stepOf, unpark } from './send';
import { isWait } from './state';
import type { MachineState, MachineStep } from './state';

/**
 * Stops an unwind and goes forward again: cause, cancel and passed deadline are cleared. Whatever is not known of the
 * other steps is settled first; what turns out not to stand is done again, in the original order, each step after
 * all that preceded it. The saga function is still waiting inside its step, so nothing of it is run twice.
 */
export function resume(draft: Draft, name: string): void {
  draft.state = { ...draft.state, mode: 'redoing', direction: ahead };
  draft.effects.push({ do: 'resumed', step: name });
  for (const step of draft.state.steps) reconsider(draft, step);
}

function reconsider(draft: Draft, step: MachineStep): void {
  switch (step.phase) {
    case 'parked':
      unpark(draft, step.name);
      return change(draft, step.name, { phase: 'done', side: 'forward' });
    case 'settling':
      // The same settle goes on; its answer now says what has to be done again.
      return change(draft, step.name, { side: 'forward', reason: resumedReason });
    case 'undoing':
      return settleAgain(draft, step);
    case 'failed':
      // Without an answer to its forward the step may stand. A refused one is settled too: it is done again under the
      // next epoch, since under the same one the participant repeats its refusal.
      return isUnknown(step) ? settleAgain(draft, step) : undefined;
    default:
      return undefined;
  }
}

function isUnknown(step: MachineStep): boolean {
  return !isWait(step.kind) && !step.nothingStands;
}

function settleAgain(draft: Draft, step: MachineStep): void {
  settle(draft, step.name, 'forward', resumedReason);
}

/** Does again the next step that does not stand; true when every step stands that should. */
export function redoNext(draft: Draft): boolean {
  const { steps } = draft.state;
  if (steps.some((step) => step.phase === 'settling' || isMoving(step))) return false;
  // An abort that is being written to the journal still acts.
  if (steps.some((step) => step.taken !== undefined)) return false;
  const next = steps.find((step) => step.phase === 'undone' || step.phase === 'failed');
  if (next === undefined) return true;
  // What a person reversed by hand is done again by a person only.
  if (next.external) park(draft, next.name, 'forward', externalReason);
  else go(draft, stepOf(draft, next.name));
  return false;
}

function isMoving(step: MachineStep): boolean {
  return ['going', 'waiting', 'parked', 'ready'].includes(step.phase);
}

/**
 * Only the first run of a saga can resume, and only while its saga function waits inside a step: a recovery has none,
 * and a function that threw its refusal does not go on.
 */
export function isResumable(state: MachineState): boolean {
  return (
    state.generation === 0 &&
    !state.bodyEnded &&
    state.mode === 'unwinding' &&
    state.direction.pointOfNoReturn === 'open'
  );
}
