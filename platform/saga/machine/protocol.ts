import type { MessageKind } from '../../kernel/step';
import type { Ending, Turn } from '../plan/direction';
import type { Outcome } from '../plan/moves';
import type { RepairVerb } from '../verbs';
import type { MachineState, OpenedStep, ParkedCondition, Side } from './state';

/**
 * Everything that may happen to a saga. Each is applied at once and whole; what does not fit the state is ignored.
 */
export type Input =
  /** The saga function asks for a step. */
  | { readonly on: 'open'; readonly step: OpenedStep }
  | { readonly on: 'body-ended' }
  /** What became of a message; an answer to a message that was given up meanwhile changes nothing. */
  | {
      readonly on: 'answered';
      readonly step: string;
      readonly message: MessageKind;
      readonly epoch: number;
      readonly outcome: Outcome;
      /** The time of the step is over: a pivot settled as not done goes back instead of parking. */
      readonly timeIsOver?: boolean;
    }
  /** A settle has had no answer for so long that a person should know. */
  | { readonly on: 'unsettled'; readonly step: string; readonly epoch: number }
  /** A wait is over. */
  | { readonly on: 'waited'; readonly step: string; readonly refusal?: string }
  /** A reason to go back: a cancel, the deadline, a refusal of the saga function. */
  | { readonly on: 'turn'; readonly turn: Turn; /** Of a child saga. */ readonly byParent?: true }
  /** A verb that fits the state is on its way into the journal: nothing else may happen to its step. */
  | { readonly on: 'take'; readonly step: string; readonly verb: RepairVerb }
  /** The journal has it: it acts. */
  | { readonly on: 'act'; readonly step: string; readonly verb: RepairVerb }
  /** The journal refused it. */
  | { readonly on: 'drop'; readonly step: string }
  | { readonly on: 'pause' }
  | { readonly on: 'unpause' }
  /** Another run is in charge: nothing more is sent under this generation. */
  | { readonly on: 'fenced'; readonly step: string; readonly reason: string };

/** What the saga does next. Effects of one input are carried out in their order. */
export type Effect =
  | {
      readonly do: 'send';
      readonly step: string;
      readonly message: MessageKind;
      readonly epoch: number;
      /** A forward that a person gave another input. */
      readonly newInput?: true;
    }
  /** Cancel the attempt of a forward, and report what became of it. */
  | { readonly do: 'interrupt'; readonly step: string }
  /** A person asked: ask the settle again without waiting. */
  | { readonly do: 'hurry'; readonly step: string }
  | { readonly do: 'wait'; readonly step: string }
  /** Tell the saga function that the step is resolved. */
  | { readonly do: 'resolve'; readonly step: string; readonly how: 'done' | 'skipped' }
  | {
      readonly do: 'park';
      readonly step: string;
      readonly side: Side;
      readonly condition: ParkedCondition;
      readonly reason: string;
    }
  | { readonly do: 'unpark'; readonly step: string }
  /** What a person asked for did not come about, because the step turned out to be done. */
  | { readonly do: 'note'; readonly step: string; readonly code: NoteCode }
  /** The saga goes forward again: cause, cancel and deadline are cleared. */
  | { readonly do: 'resumed'; readonly step: string }
  | { readonly do: 'end'; readonly ending: Ending }
  /** Another run took over: ask for a recovery of this saga. */
  | { readonly do: 'give-up'; readonly step: string; readonly reason: string };

/** A new input was not used; or: an abort found the saga past its point of no return. */
export type NoteCode = 'INPUT_NOT_USED' | 'TOO_LATE';

export interface Next {
  readonly state: MachineState;
  readonly effects: readonly Effect[];
}

/** A state under change, and the effects so far: local to one input, never kept. */
export interface Draft {
  state: MachineState;
  readonly effects: Effect[];
}
