import type { MessageKind } from '../../kernel/step';
import { afterFact, canTurn } from '../plan/direction';
import type { DirectionFact, Turn } from '../plan/direction';
import { sent } from '../plan/epochs';
import type { Draft, NoteCode } from './protocol';
import { epochOfStep, parkedCondition, withStep, withoutMember } from './state';
import type { MachineStep, Side } from './state';

/** The step of a draft; the rules ask only for steps that were started. */
export function stepOf(draft: Draft, name: string): MachineStep {
  const step = draft.state.steps.find((candidate) => candidate.name === name);
  if (step === undefined) throw new Error(`no step "${name}" was started`);
  return step;
}

export function change(draft: Draft, name: string, changes: Partial<MachineStep>): void {
  draft.state = withStep(draft.state, name, changes);
}

export function fact(draft: Draft, what: DirectionFact): void {
  draft.state = { ...draft.state, direction: afterFact(draft.state.direction, what) };
}

/** Tells people that what one of them asked for did not come about. */
export function note(draft: Draft, step: string, code: NoteCode): void {
  draft.effects.push({ do: 'note', step, code });
}

/**
 * Sends a message of a step under the epoch the rules give it. The point of no return is set before the pivot
 * goes.
 */
export function send(
  draft: Draft,
  name: string,
  message: MessageKind,
  options: { readonly newInput?: true } = {},
): void {
  const step = stepOf(draft, name);
  if (message === 'forward' && step.kind === 'pivot') fact(draft, { kind: 'pivot-scheduled' });
  const phase = { forward: 'going', undo: 'undoing', settle: 'settling' } as const;
  const counter = sent(step.counter, message);
  // A forward opens the door again: what an earlier settle knew of the step is over.
  const nothingStands = message === 'forward' ? false : step.nothingStands;
  change(draft, name, { counter, phase: phase[message], unsettled: false, nothingStands });
  const epoch = epochOfStep(draft.state, stepOf(draft, name));
  draft.effects.push({ do: 'send', step: name, message, epoch, ...options });
}

/** Settles a step that was given up on one side. */
export function settle(draft: Draft, name: string, side: Side, reason: string): void {
  change(draft, name, { side, reason });
  send(draft, name, 'settle');
}

/** Parks a settled step: what is known of it is known for good, and no late copy can change it. */
export function park(draft: Draft, name: string, side: Side, reason: string): void {
  change(draft, name, { phase: 'parked', side, reason, unsettled: false });
  const condition = side === 'forward' ? 'nothing-stands' : 'effect-stands';
  draft.effects.push({ do: 'park', step: name, side, condition, reason });
}

/** Takes a step out of parking. A verb that waits for the settle is forgotten, one being journaled is not. */
export function unpark(draft: Draft, name: string): void {
  const step = stepOf(draft, name);
  if (parkedCondition(step) === undefined) return;
  draft.effects.push({ do: 'unpark', step: name });
  change(draft, name, { unsettled: false });
  draft.state = withoutMember(draft.state, name, 'asked');
}

/** True while there is a way back: the point of no return is open, and the saga has not turned. */
export function mayTurn({ state: { direction, mode } }: Draft): boolean {
  return (mode === 'forward' || mode === 'redoing') && canTurn(direction);
}

/** Turns the saga back, unless it is too late or it did already. Everything that can be given up is given up. */
export function turnBack(draft: Draft, turn: Turn): boolean {
  if (!mayTurn(draft)) return false;
  fact(draft, { kind: 'turn', turn });
  draft.state = { ...draft.state, mode: 'unwinding' };
  for (const step of draft.state.steps) giveUp(draft, step);
  return true;
}

function giveUp(draft: Draft, step: MachineStep): void {
  switch (step.phase) {
    case 'going':
      draft.effects.push({ do: 'interrupt', step: step.name });
      return;
    case 'waiting':
      return change(draft, step.name, { phase: 'failed', reason: 'INTERRUPTED' });
    case 'settling':
      // The settle stays unanswered; the undo goes under the next epoch.
      unpark(draft, step.name);
      return change(draft, step.name, { phase: 'failed', nothingStands: false });
    case 'parked':
      // A verb that is being written to the journal still acts: people believe what the journal says.
      return step.taken === undefined ? failParked(draft, step.name) : undefined;
    case 'ready':
      draft.state = withoutMember(draft.state, step.name, 'asked');
      return change(draft, step.name, { phase: 'failed' });
    default:
      return undefined;
  }
}

/** A step parked as "nothing stands" ends: it needs no undo. */
export function failParked(draft: Draft, name: string): void {
  unpark(draft, name);
  change(draft, name, { phase: 'failed', nothingStands: true });
}
