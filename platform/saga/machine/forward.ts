import { afterForward, afterForwardSettled, reasonOf } from '../plan/moves';
import type { Outcome } from '../plan/moves';
import { unsent } from '../plan/epochs';
import { halt } from './halt';
import { decideBack } from './recovery';
import type { Draft } from './protocol';
import { change, fact, mayTurn, note, park, send, settle, stepOf, turnBack, unpark } from './send';
import { isWait, withoutMember } from './state';
import type { MachineStep, OpenedStep } from './state';
import type { RepairVerb } from '../verbs';

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

/** Past the point of no return nothing goes back: the step is settled, and a person decides. */
function failAndTurn(
  draft: Draft,
  step: MachineStep,
  { cause, reason }: { readonly cause: 'refusal' | 'fault'; readonly reason: string },
): void {
  if (step.kind === 'pivot') fact(draft, { kind: 'pivot-not-done' });
  if (!mayTurn(draft)) return settle(draft, step.name, 'forward', reason);
  change(draft, step.name, { phase: 'failed', reason, refused: cause === 'refusal' });
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
  if (settled.answer === 'done') return turnsOutDone(draft, step, asked);
  if (draft.state.mode === 'deciding') return decideBack(draft, step);
  if (step.reason === resumedReason && asked !== 'abort') {
    // Done again in its turn. A step that is being redone and given up parks like any other.
    return change(draft, step.name, { phase: 'undone', nothingStands: true });
  }
  if (step.kind === 'pivot') fact(draft, { kind: 'pivot-not-done' });
  // The pivot is done, so what an earlier run only began is finished by this one.
  const isUnfinished = step.kind === 'retriable' && step.reason === recoveredReason;
  if (asked === 'retry-with-input') return again(draft, step, asked);
  if (asked === 'retry' || isUnfinished) return again(draft, step, 'retry');
  const timeIsOver = settled.timeIsOver || asked === 'abort';
  const reason = asked === 'abort' ? 'ABORTED' : step.reason;
  const next = afterForwardSettled('not-done', { ...step, reason, timeIsOver });
  if (next.do === 'turn-back') return failAndTurn(draft, step, next);
  park(draft, step.name, 'forward', step.reason);
}

function turnsOutDone(draft: Draft, step: MachineStep, asked: RepairVerb | undefined): void {
  if (draft.state.mode === 'deciding') draft.state = { ...draft.state, mode: 'forward' };
  if (asked === 'retry-with-input') note(draft, step.name, 'INPUT_NOT_USED');
  // Only a pivot's abort waits for the answer: any other turns the saga back in either case.
  if (asked === 'abort') note(draft, step.name, 'TOO_LATE');
  done(draft, step);
}

/**
 * Brings a step forward again of which nothing stands. While the saga is paused, or another verb for the step is on its
 * way into the journal, it only gets ready.
 */
export function again(draft: Draft, step: MachineStep, verb: Again): void {
  const isHeld = draft.state.paused || stepOf(draft, step.name).taken !== undefined;
  if (isHeld) return change(draft, step.name, { phase: 'ready', asked: verb, nothingStands: true });
  if (verb === 'retry-with-input') return send(draft, step.name, 'forward', { newInput: true });
  go(draft, step);
}

/** Verbs that bring a step forward again. */
export type Again = 'retry' | 'retry-with-input';

/** Brings a step forward that is ready, unless something holds it still; true when there was one. */
export function goReady(draft: Draft): boolean {
  if (draft.state.paused) return false;
  const step = draft.state.steps.find(
    ({ phase, taken }) => phase === 'ready' && taken === undefined,
  );
  if (step === undefined) return false;
  const verb = step.asked === 'retry-with-input' ? step.asked : 'retry';
  draft.state = withoutMember(draft.state, step.name, 'asked');
  again(draft, stepOf(draft, step.name), verb);
  return true;
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
