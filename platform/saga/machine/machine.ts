import { endingOf } from '../plan/direction';
import type { Direction } from '../plan/direction';
import {
  afterForwardAnswer,
  afterForwardSettleAnswer,
  afterWait,
  divergedReason,
  goReady,
  pass,
  reopen,
  start,
} from './forward';
import { halt } from './halt';
import type { Draft, Input, Next } from './protocol';
import { redoNext } from './resume';
import { change, fact, stepOf, turnBack } from './send';
import { epochOfStep, findStep } from './state';
import type { MachineState, MachineStep, OpenedStep } from './state';
import { afterUndoAnswer, afterUndoSettleAnswer, mayUnwind, unwindNext } from './unwind';
import { act, drop, take } from './verbs';

/**
 * The saga engine as one pure function: what one input changes, and what is to be done about it. The workflow,
 * the model checker, the simulator and rehearsals drive this function and nothing else: they cannot drift apart.
 */
export function next(state: MachineState, input: Input): Next {
  const draft: Draft = { state, effects: [] };
  if (state.mode === 'ended' || state.mode === 'halted') return draft;
  hear(draft, input);
  advance(draft);
  return draft;
}

/** A state at its beginning, with what can be done at once; for a recovery, which begins by itself. */
export function begin(beginning: Next): Next {
  const draft: Draft = { state: beginning.state, effects: [...beginning.effects] };
  advance(draft);
  return draft;
}

function hear(draft: Draft, input: Input): void {
  switch (input.on) {
    case 'open':
      draft.state = { ...draft.state, held: [...draft.state.held, input.step] };
      return;
    case 'body-ended':
      draft.state = { ...draft.state, bodyEnded: true };
      return;
    case 'turn':
      if (input.byParent === true) reopenFor(draft);
      turnBack(draft, input.turn);
      return;
    case 'pause':
    case 'unpause':
      draft.state = { ...draft.state, paused: input.on === 'pause' };
      return;
    case 'fenced':
      return halt(draft, input.step, input.reason);
    default:
      return hearOfStep(draft, input, findStep(draft.state, input.step));
  }
}

/** A child's point of no return is its parent's to open again. */
function reopenFor(draft: Draft): void {
  const { steps, direction } = draft.state;
  const hasPivot = steps.some(({ kind }) => kind === 'pivot');
  if (!hasPivot && direction.pointOfNoReturn === 'set') fact(draft, { kind: 'pivot-not-done' });
}

type StepInput = Exclude<
  Input,
  { on: 'open' | 'body-ended' | 'turn' | 'pause' | 'unpause' | 'fenced' }
>;

function hearOfStep(draft: Draft, input: StepInput, step: MachineStep | undefined): void {
  if (step === undefined) return;
  switch (input.on) {
    case 'answered':
      return isExpected(draft.state, step, input) ? answered(draft, step, input) : undefined;
    case 'unsettled':
      return unsettled(draft, step, input.epoch);
    case 'waited':
      return step.phase === 'waiting' ? afterWait(draft, step, input.refusal) : undefined;
    case 'take':
      return take(draft, step, input.verb);
    case 'act':
      return act(draft, step, input.verb);
    case 'drop':
      return drop(draft, step);
  }
}

type Answered = Extract<Input, { on: 'answered' }>;

/** The answer to the message a step waits for now; late answers to messages given up are no news. */
export function isExpected(
  state: MachineState,
  step: MachineStep,
  { message, epoch }: Pick<Answered, 'message' | 'epoch'>,
): boolean {
  const phase = { forward: 'going', undo: 'undoing', settle: 'settling' }[message];
  return step.phase === phase && epochOfStep(state, step) === epoch;
}

function answered(draft: Draft, step: MachineStep, { message, outcome, timeIsOver }: Answered) {
  if (message === 'forward') return afterForwardAnswer(draft, step, outcome);
  if (message === 'undo') return afterUndoAnswer(draft, step, outcome);
  if (outcome.kind === 'fault' && outcome.action === 'stop') {
    return halt(draft, step.name, outcome.code);
  }
  // Anything but an answer: the settle goes on being asked by whoever sends it.
  if (outcome.kind !== 'done' && outcome.kind !== 'not-done') return;
  if (step.side === 'undo') return afterUndoSettleAnswer(draft, step, outcome.kind);
  const answer = outcome.kind;
  return afterForwardSettleAnswer(draft, step, { answer, timeIsOver: timeIsOver === true });
}

/** Reason of a step whose participant does not say what became of it. */
export const unreachableReason = 'PARTICIPANT_UNREACHABLE';

function unsettled(draft: Draft, step: MachineStep, epoch: number): void {
  const isAsked = isExpected(draft.state, step, { message: 'settle', epoch });
  if (!isAsked || step.unsettled) return;
  change(draft, step.name, { unsettled: true });
  draft.effects.push({
    do: 'park',
    step: step.name,
    side: step.side,
    condition: 'unsettled',
    reason: unreachableReason,
  });
}

/** Does everything that can be done without waiting for anybody. */
function advance(draft: Draft): void {
  for (let moved = true; moved;) {
    const { mode, paused } = draft.state;
    moved = goReady(draft);
    if (moved) continue;
    if (mode === 'forward') moved = advanceForward(draft);
    else if (mode === 'redoing') {
      tellResolved(draft);
      if (!paused && redoNext(draft)) moved = enter(draft, 'forward');
    } else if (mode === 'unwinding' && !paused && mayUnwind(draft.state)) {
      if (unwindNext(draft) && isUntaken(draft.state)) end(draft);
    }
  }
}

function advanceForward(draft: Draft): boolean {
  tellResolved(draft);
  const [opened, ...held] = draft.state.held;
  if (opened !== undefined) {
    if (draft.state.paused) return false;
    draft.state = { ...draft.state, held };
    open(draft, opened);
    return true;
  }
  if (!draft.state.bodyEnded || !isUntaken(draft.state)) return false;
  const forgotten = draft.state.steps.find((step) => step.phase === 'recovered');
  if (forgotten !== undefined) {
    // Today's saga function did not ask for it: what came before the pivot stands, what came after is finished.
    if (forgotten.kind === 'retriable') reopen(draft, forgotten);
    else change(draft, forgotten.name, { phase: 'done' });
    return true;
  }
  if (!draft.state.steps.every(isOver)) return false;
  fact(draft, { kind: 'body-ended' });
  end(draft);
  return false;
}

function open(draft: Draft, opened: OpenedStep): void {
  const known = findStep(draft.state, opened.name);
  if (known === undefined) {
    const { isRecovery } = draft.state;
    if (isRecovery && opened.kind === 'wait' && isBeforePivot(draft.state)) {
      return pass(draft, opened);
    }
    const isDiverged = isRecovery && opened.kind === 'compensatable';
    return start(draft, isDiverged ? { ...opened, parkAs: divergedReason } : opened);
  }
  change(draft, known.name, { awaited: true });
  if (known.phase === 'recovered') reopen(draft, stepOf(draft, known.name));
}

/**
 * The saga function of a recovery has not come to its pivot yet. Without a pivot only a child that holds goes forward,
 * and everything it did came before.
 */
function isBeforePivot({ steps }: MachineState): boolean {
  const pivot = steps.find(({ kind }) => kind === 'pivot');
  return pivot === undefined || !pivot.awaited;
}

function tellResolved(draft: Draft): void {
  for (const step of draft.state.steps) {
    const isStanding = step.phase === 'done' || step.phase === 'left' || step.phase === 'skipped';
    if (!isStanding || !step.awaited || step.resolved) continue;
    change(draft, step.name, { resolved: true });
    const how = step.phase === 'skipped' ? 'skipped' : 'done';
    draft.effects.push({ do: 'resolve', step: step.name, how });
  }
}

function isOver(step: MachineStep): boolean {
  return ['done', 'skipped', 'left'].includes(step.phase);
}

function isUntaken(state: MachineState): boolean {
  return state.steps.every((step) => step.taken === undefined);
}

function enter(draft: Draft, mode: MachineState['mode']): boolean {
  draft.state = { ...draft.state, mode };
  return true;
}

function end(draft: Draft): void {
  enter(draft, 'ended');
  draft.effects.push({ do: 'end', ending: endingOf(draft.state.direction.turn) });
}

/** What a cancel is told: never refused while a turn is possible, and repeated cancels hear the same. */
export function cancelAnswerOf(state: MachineState): 'accepted' | 'too late' {
  const { direction, mode } = state;
  if (direction.turn?.cause === 'cancel') return 'accepted';
  return canStillTurn(mode, direction) ? 'accepted' : 'too late';
}

function canStillTurn(mode: MachineState['mode'], direction: Direction): boolean {
  const isAhead = mode === 'forward' || mode === 'redoing';
  return isAhead && direction.pointOfNoReturn === 'open' && direction.turn === undefined;
}
