import type { RepairVerb, VerbRefusal } from '../verbs';
import { historyLimit } from '../plan/verbs';
import { again, done, resumedReason } from './forward';
import type { Again } from './forward';
import type { Draft } from './protocol';
import { isResumable, resume } from './resume';
import { change, fact, failParked, note, stepOf, turnBack, unpark } from './send';
import { parkedCondition, withoutMember } from './state';
import type { MachineState, MachineStep } from './state';
import { undoAgain } from './unwind';

const repairVerbs = [
  'retry',
  'retry-with-input',
  'skip',
  'mark-done-externally',
  'resume-forward',
  'abort',
] as const satisfies readonly RepairVerb[];

/** The verbs a parked step takes as the saga stands. */
export function verbsOf(state: MachineState, step: MachineStep): readonly RepairVerb[] {
  return repairVerbs.filter((verb) => refusalOf(state, step, verb) === undefined);
}

/** Why a verb is not taken for this step; undefined when it is. */
export function refusalOf(
  state: MachineState,
  step: MachineStep,
  verb: RepairVerb,
): VerbRefusal | undefined {
  if (state.mode === 'halted') return 'STEP_FENCED';
  if (state.mode === 'ended') return 'SAGA_FINISHED';
  const condition = parkedCondition(step);
  if (condition === undefined) return 'NOT_PARKED';
  const others = state.steps.filter((other) => other.taken !== undefined);
  const isBlocked =
    step.taken !== undefined ||
    step.asked === 'abort' ||
    others.some((other) => other.taken === 'resume-forward') ||
    (verb === 'resume-forward' && others.length > 0);
  if (isBlocked) return 'VERB_IN_PROGRESS';
  return step.side === 'forward'
    ? forwardRefusal(state, step, verb)
    : undoRefusal(state, step, verb);
}

function forwardRefusal(
  { direction }: MachineState,
  step: MachineStep,
  verb: RepairVerb,
): VerbRefusal | undefined {
  const isUnsettled = step.phase === 'settling';
  switch (verb) {
    case 'retry':
      return step.external ? 'STEP_EXTERNAL' : undefined;
    case 'retry-with-input':
      if (step.external) return 'STEP_EXTERNAL';
      if (step.kind === 'wait') return 'VERB_INVALID';
      // Whether it is sent again at all is being asked, and its turn comes later.
      if (isUnsettled && step.reason === resumedReason) return 'VERB_IN_PROGRESS';
      return step.reason === historyLimit ? 'NOT_STARTED' : undefined;
    case 'skip':
      if (isUnsettled) return 'STEP_UNSETTLED';
      if (step.reason === historyLimit) return 'NOT_STARTED';
      return step.kind === 'pivot' ? 'PIVOT_NOT_SKIPPABLE' : undefined;
    case 'mark-done-externally':
      if (isUnsettled) return 'STEP_UNSETTLED';
      return step.reason === historyLimit ? 'NOT_STARTED' : undefined;
    case 'abort':
      if (direction.pointOfNoReturn === 'open') return undefined;
      return direction.pointOfNoReturn === 'set' && step.kind === 'pivot' ? undefined : 'TOO_LATE';
    case 'resume-forward':
      return 'NOT_RESUMABLE';
  }
}

function undoRefusal(
  state: MachineState,
  step: MachineStep,
  verb: RepairVerb,
): VerbRefusal | undefined {
  switch (verb) {
    case 'retry':
      return step.external ? 'STEP_EXTERNAL' : undefined;
    case 'retry-with-input':
      return 'UNDO_HAS_NO_INPUT';
    case 'skip':
    case 'mark-done-externally':
      return step.phase === 'settling' ? 'STEP_UNSETTLED' : undefined;
    case 'abort':
      return 'ALREADY_COMPENSATING';
    case 'resume-forward':
      return isResumable(state) ? undefined : 'NOT_RESUMABLE';
  }
}

/** A verb goes into the journal. */
export function take(draft: Draft, step: MachineStep, verb: RepairVerb): void {
  if (refusalOf(draft.state, step, verb) !== undefined) return;
  change(draft, step.name, { taken: verb });
  // The person did the pivot: once the journal says so, no cancel may have slipped in between.
  if (isPivotByHand(step, verb)) fact(draft, { kind: 'pivot-scheduled' });
}

/** The journal refused the verb: it was never there. A turn that left the step to its verb takes it now. */
export function drop(draft: Draft, step: MachineStep): void {
  if (isPivotByHand(step, step.taken)) fact(draft, { kind: 'pivot-not-done' });
  draft.state = withoutMember(draft.state, step.name, 'taken');
  const isTurned = draft.state.direction.turn !== undefined;
  if (isTurned && step.phase === 'parked' && step.side === 'forward') failParked(draft, step.name);
}

function isPivotByHand(step: MachineStep, verb: RepairVerb | undefined): boolean {
  return step.kind === 'pivot' && verb === 'mark-done-externally';
}

/** A verb that the journal has: it acts, or is moot because the step came to something else meanwhile. */
export function act(draft: Draft, step: MachineStep, verb: RepairVerb): void {
  draft.state = withoutMember(draft.state, step.name, 'taken');
  const current = stepOf(draft, step.name);
  if (parkedCondition(current) === undefined) return actLate(draft, current, verb);
  if (current.phase === 'settling') return actUnsettled(draft, current, verb);
  return current.side === 'forward'
    ? actForward(draft, current, verb)
    : actUndo(draft, current, verb);
}

/** The settle was answered while the journal was written. */
function actLate(draft: Draft, step: MachineStep, verb: RepairVerb): void {
  const isReady = step.phase === 'ready';
  if (isReady && isAgain(verb)) return change(draft, step.name, { asked: verb });
  if (verb !== 'abort' || draft.state.direction.turn !== undefined) return;
  if (!turnBack(draft, { cause: 'fault', reason: 'ABORTED' })) note(draft, step.name, 'TOO_LATE');
}

function isAgain(verb: RepairVerb): verb is Again {
  return verb === 'retry' || verb === 'retry-with-input';
}

/** Takes effect once the settle is answered, except where the answer makes no difference. */
function actUnsettled(draft: Draft, step: MachineStep, verb: RepairVerb): void {
  if (verb === 'resume-forward') return resume(draft, step.name);
  if (verb === 'abort' && step.kind === 'compensatable') {
    turnBack(draft, { cause: 'fault', reason: 'ABORTED' });
    return;
  }
  change(draft, step.name, { asked: verb });
  draft.effects.push({ do: 'hurry', step: step.name });
}

function actForward(draft: Draft, step: MachineStep, verb: RepairVerb): void {
  const isTurned = draft.state.direction.turn !== undefined;
  switch (verb) {
    case 'skip':
      unpark(draft, step.name);
      return change(draft, step.name, { phase: 'skipped' });
    case 'mark-done-externally':
      unpark(draft, step.name);
      change(draft, step.name, { external: true });
      return done(draft, step);
    case 'abort':
      failParked(draft, step.name);
      turnBack(draft, { cause: 'fault', reason: 'ABORTED' });
      return;
    default:
      // The saga turned back while the journal was written: there is nothing to try any more.
      if (isTurned) return failParked(draft, step.name);
      unpark(draft, step.name);
      return again(draft, step, verb === 'retry-with-input' ? verb : 'retry');
  }
}

function actUndo(draft: Draft, step: MachineStep, verb: RepairVerb): void {
  switch (verb) {
    case 'resume-forward':
      return resume(draft, step.name);
    case 'skip':
      unpark(draft, step.name);
      return change(draft, step.name, { phase: 'left' });
    case 'mark-done-externally':
      unpark(draft, step.name);
      return change(draft, step.name, { phase: 'undone', external: true });
    default:
      unpark(draft, step.name);
      return undoAgain(draft, step);
  }
}
