import { afterForward, afterForwardSettled, reasonOf } from '../plan/moves';
import type { Outcome } from '../plan/moves';
import { unsent } from '../plan/epochs';
import { halt } from './halt';
import { decideBack } from './recovery';
import type { Draft } from './protocol';
import { change, fact, park, send, settle, turnBack, unpark } from './send';
import { isWait } from './state';
import type { MachineStep, OpenedStep } from './state';

/** Reason of a step that an earlier run of this saga started, and that today's saga function does not explain. */
export const divergedReason = 'RECOVERY_DIVERGED';
/** Reason of a step that a person has taken over. */
export const externalReason = 'EXTERNAL';
/** Reason of a settle that asks, after `resume-forward`, whether a step has to be done again. */
export const resumedReason = 'RESUMED';

/** Reason of a step that a recovery asks about before it does anything. */
const recoveredReason = 'RECOVERED';

/** Starts a step the saga function asked for. */
export function start(draft: Draft, opened: OpenedStep): void {
  const { parkAs, ...asked } = opened;
  const step = add(draft, asked);
  if (parkAs !== undefined) return park(draft, step.name, 'forward', parkAs);
  go(draft, step);
}

/** A wait of an earlier run that came before its pivot is over, or the pivot would not have been sent. */
export function pass(draft: Draft, opened: OpenedStep): void {
  change(draft, add(draft, opened).name, { phase: 'done' });
}

function add(draft: Draft, asked: OpenedStep): MachineStep {
  const step: MachineStep = {
    ...asked,
    phase: 'going',
    counter: unsent,
    side: 'forward',
    unsettled: false,
    reason: '',
    refused: false,
    nothingStands: false,
    external: false,
    awaited: true,
    resolved: false,
  };
  draft.state = { ...draft.state, steps: [...draft.state.steps, step] };
  return step;
}

/** Brings a started step forward, for the first time or again. */
export function go(draft: Draft, step: MachineStep): void {
  if (!isWait(step.kind)) return send(draft, step.name, 'forward');
  if (step.kind === 'hold') fact(draft, { kind: 'pivot-scheduled' });
  change(draft, step.name, { phase: 'waiting', reason: '' });
  draft.effects.push({ do: 'wait', step: step.name });
}

/** The answer to a forward. */
export function afterForwardAnswer(draft: Draft, step: MachineStep, outcome: Outcome): void {
  if (outcome.kind === 'done') return done(draft, step);
  const reason = reasonOf(outcome);
  // The saga turned back meanwhile: what became of the step is the unwind's business.
  if (draft.state.direction.turn !== undefined) {
    if (isFence(outcome)) return halt(draft, step.name, reason);
    return change(draft, step.name, {
      phase: 'failed',
      reason,
      refused: outcome.kind === 'refused',
    });
  }
  const move = afterForward(step, outcome);
  switch (move.do) {
    case 'halt':
      return halt(draft, step.name, move.reason);
    case 'turn-back':
      return failAndTurn(draft, step, move);
    default:
      return settle(draft, step.name, 'forward', reason);
  }
}

function isFence(outcome: Outcome): boolean {
  return outcome.kind === 'fault' && outcome.action === 'stop';
}

function failAndTurn(
  draft: Draft,
  step: MachineStep,
  { cause, reason }: { readonly cause: 'refusal' | 'fault'; readonly reason: string },
): void {
  change(draft, step.name, { phase: 'failed', reason, refused: cause === 'refusal' });
  if (step.kind === 'pivot') fact(draft, { kind: 'pivot-not-done' });
  turnBack(draft, { cause, reason });
}

/** The answer to the settle of a forward. */
export function afterForwardSettleAnswer(
  draft: Draft,
  step: MachineStep,
  settled: { readonly answer: 'done' | 'not-done'; readonly timeIsOver: boolean },
): void {
  const asked = step.asked;
  unpark(draft, step.name);
  if (draft.state.mode === 'deciding' && settled.answer === 'done') {
    draft.state = { ...draft.state, mode: 'forward' };
  }
  if (settled.answer === 'done') {
    if (asked === 'retry-with-input') {
      draft.effects.push({ do: 'note', step: step.name, code: 'INPUT_NOT_USED' });
    }
    return done(draft, step);
  }
  if (draft.state.mode === 'deciding') return decideBack(draft, step);
  if (step.reason === resumedReason) {
    // Done again in its turn. A step that is being redone and given up parks like any other.
    return change(draft, step.name, { phase: 'undone', nothingStands: true });
  }
  if (step.kind === 'pivot') fact(draft, { kind: 'pivot-not-done' });
  // The pivot is done, so what an earlier run only began is finished by this one.
  const isUnfinished = step.kind === 'retriable' && step.reason === recoveredReason;
  if (asked === 'retry' || isUnfinished) return send(draft, step.name, 'forward');
  if (asked === 'retry-with-input') {
    return send(draft, step.name, 'forward', { newInput: true });
  }
  const timeIsOver = settled.timeIsOver || asked === 'abort';
  const reason = asked === 'abort' ? 'ABORTED' : step.reason;
  const next = afterForwardSettled('not-done', { ...step, reason, timeIsOver });
  if (next.do === 'turn-back') return failAndTurn(draft, step, next);
  park(draft, step.name, 'forward', step.reason);
}

/** The step's effect stands. */
export function done(draft: Draft, step: MachineStep): void {
  change(draft, step.name, { phase: 'done', nothingStands: false });
  if (step.kind === 'pivot') fact(draft, { kind: 'pivot-done' });
}

/** The end of a wait. A refusal turns the saga back; past the point of no return a person decides. */
export function afterWait(draft: Draft, step: MachineStep, refusal: string | undefined): void {
  const isHold = step.kind === 'hold';
  if (refusal === undefined) {
    if (isHold) fact(draft, { kind: 'pivot-done' });
    return change(draft, step.name, { phase: 'done' });
  }
  change(draft, step.name, { phase: 'failed', reason: refusal, refused: true });
  if (isHold) fact(draft, { kind: 'pivot-not-done' });
  const isBack = turnBack(draft, { cause: 'refusal', reason: refusal });
  if (!isBack) park(draft, step.name, 'forward', refusal);
}

/** A step of an earlier run, asked for again by the saga function of a recovery whose pivot is done. */
export function reopen(draft: Draft, step: MachineStep): void {
  settle(draft, step.name, 'forward', recoveredReason);
}
