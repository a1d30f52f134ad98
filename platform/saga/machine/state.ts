import type { StepKind } from '../../kernel/step';
import type { Direction } from '../plan/direction';
import { ahead } from '../plan/direction';
import { epochOfCounter } from '../plan/epochs';
import type { EpochCounter } from '../plan/epochs';
import type { Place } from '../plan/way-back';
import type { RepairVerb } from '../verbs';

/**
 * A wait sends no message: an approval, a domain event, a timer. A hold is the wait of a child saga for its parent: the
 * child's own point of no return, which only the parent can open again.
 */
export type MachineKind = StepKind | 'wait' | 'hold';

/** True for what sends no message. */
export function isWait(kind: MachineKind): kind is 'wait' | 'hold' {
  return kind === 'wait' || kind === 'hold';
}

export type Side = 'forward' | 'undo';

/** What is known of a parked step. */
export type ParkedCondition = 'nothing-stands' | 'effect-stands' | 'unsettled';

/**
 * Where a step stands.
 *
 *   recovered  started by an earlier run; this one has asked nothing yet
 *   going      its forward is on its way               waiting   a wait that is not over
 *   settling   its settle is on its way, on one side   parked    settled, waits for a person, on one side
 *   done       its effect stands                       skipped   not done, and resolved all the same
 *   ready      nothing stands, and it is sent again once the saga is unpaused, or another verb is through
 *   failed     ended forward without a known effect: an unwind undoes it
 *   undoing    its undo is on its way                  undone    nothing of it stands, and the door is shut
 *   left       its undo was skipped by a person: the effect stays for good
 */
export type Phase =
  | 'recovered'
  | 'going'
  | 'waiting'
  | 'settling'
  | 'parked'
  | 'ready'
  | 'done'
  | 'skipped'
  | 'failed'
  | 'undoing'
  | 'undone'
  | 'left';

/** What a step that parks or is settled does with a fault that outlasts its patience. */
export type FaultPolicy = 'compensate' | 'park';

/** One step as the rules see it: no inputs, no results, no times. */
export interface MachineStep {
  readonly name: string;
  readonly kind: MachineKind;
  readonly place: Place;
  readonly onFault: FaultPolicy;
  readonly phase: Phase;
  readonly counter: EpochCounter;
  /** Of `settling` and `parked`. */
  readonly side: Side;
  /** `settling` without an answer for so long that a person should know; goes on being asked. */
  readonly unsettled: boolean;
  /** Refusal, fault or reason of parking. */
  readonly reason: string;
  /** `failed` by a business "no"; it is undone all the same, since the "no" may hide behind a lost reply. */
  readonly refused: boolean;
  /** `failed` and settled before: needs no undo. */
  readonly nothingStands: boolean;
  /** A person did or reversed this step by hand: the saga never sends it another forward or undo. */
  readonly external: boolean;
  /** The saga function waits for the step; false for steps of an earlier run that it has not asked for yet. */
  readonly awaited: boolean;
  /** The saga function was told that the step is resolved. */
  readonly resolved: boolean;
  /** A verb for this step is being written to the journal. */
  readonly taken?: RepairVerb;
  /** A verb that takes effect once the settle is answered; of a `ready` step, how it is sent again. */
  readonly asked?: RepairVerb;
}

/**
 *   forward    steps start as the saga function asks for them
 *   unwinding  going back; begins once nothing is on its way and no verb is in between
 *   redoing    an operator resumed: what was undone is done again, in the original order
 *   deciding   a recovery settles the pivot before anything else
 *   ended, halted   nothing is sent any more
 */
export type Mode = 'forward' | 'unwinding' | 'redoing' | 'deciding' | 'ended' | 'halted';

/** One saga as the rules see it. Immutable, plain data, comparable by its JSON. */
export interface MachineState {
  /** 0 for the first run; each recovery, and each run that continues another, takes the next one. */
  readonly generation: number;
  /** Its saga function begins again over what an earlier run started. */
  readonly isRecovery: boolean;
  readonly mode: Mode;
  readonly direction: Direction;
  /** In the order in which they were started. */
  readonly steps: readonly MachineStep[];
  /** Asked for by the saga function, but not started: the saga goes back, is paused or redoes. */
  readonly held: readonly OpenedStep[];
  readonly paused: boolean;
  readonly bodyEnded: boolean;
}

/** A step as the saga function asks for it. */
export interface OpenedStep extends Pick<MachineStep, 'name' | 'kind' | 'place' | 'onFault'> {
  /** Parks before it is sent, with this reason. */
  readonly parkAs?: string;
}

/** A saga at its beginning. */
export const initialState: MachineState = {
  generation: 0,
  isRecovery: false,
  mode: 'forward',
  direction: ahead,
  steps: [],
  held: [],
  paused: false,
  bodyEnded: false,
};

/** The step of that name; undefined while it has not been started. */
export function findStep(state: MachineState, name: string): MachineStep | undefined {
  return state.steps.find((step) => step.name === name);
}

/** The state with one step changed; the others are the same objects. */
export function withStep(
  state: MachineState,
  name: string,
  change: Partial<MachineStep>,
): MachineState {
  return {
    ...state,
    steps: state.steps.map((step) => (step.name === name ? { ...step, ...change } : step)),
  };
}

/** The epoch a step's last message carries. */
export function epochOfStep(state: MachineState, step: MachineStep): number {
  return epochOfCounter(state.generation, step.counter);
}

/** What is known of a parked or unsettled step; undefined when the step does not wait for a person. */
export function parkedCondition(step: MachineStep): ParkedCondition | undefined {
  if (step.phase === 'settling') return step.unsettled ? 'unsettled' : undefined;
  if (step.phase !== 'parked') return undefined;
  return step.side === 'forward' ? 'nothing-stands' : 'effect-stands';
}

/** The state with an optional member of a step removed, not undefined: equal states have equal JSON. */
export function withoutMember(
  state: MachineState,
  name: string,
  member: 'taken' | 'asked',
): MachineState {
  const steps = state.steps.map((step) => {
    if (step.name !== name || step[member] === undefined) return step;
    const copy: { -readonly [Member in keyof MachineStep]: MachineStep[Member] } = { ...step };
    delete copy[member];
    return copy;
  });
  return { ...state, steps };
}
