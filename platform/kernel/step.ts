import type { Json } from './json';

/** The three kinds of message a participant answers; `settle` makes an unknown outcome known and shuts the door. */
export type MessageKind = 'forward' | 'undo' | 'settle';

/** What may become of a step before and after the go/no-go point; an approval or another wait sends no message. */
export type StepKind = 'compensatable' | 'pivot' | 'retriable';

/**
 * What a recovery has to know of a step when nothing but the participant's row is left of its saga. Travels with
 * every message and is kept in the row as it came.
 */
export interface StepPlan {
  readonly kind: StepKind;
  /** Place in the order in which the saga started its steps, from 0: undone in reverse. */
  readonly order: number;
  /** The command that undoes it; absent where there is none. */
  readonly undo?: {
    readonly participant: string;
    readonly command: string;
    readonly input: Json;
  };
}

/** The idempotency key of one step: a saga's first run and the step's name, unique within the saga. */
export interface StepKey {
  /** `<workflow id>/<first execution run id>`: a second run under an old workflow id is another saga. */
  readonly sagaId: string;
  readonly step: string;
}

/** One message of a saga to a participant. It may arrive any number of times, at any later time. */
export interface StepMessage extends StepKey {
  readonly kind: MessageKind;
  readonly epoch: number;
  /** The Temporal run id that sent it: a reset run repeats epochs, and must not be taken for the first. */
  readonly run: string;
  /** Command of the participant's contract. A settle carries the command of the step it settles. */
  readonly command: string;
  readonly input: Json;
  /** Name of the saga, for example `place-order`. */
  readonly saga: string;
  /** Workflow id of the saga. */
  readonly correlationId: string;
  /** Pseudonym of whoever started the saga. */
  readonly owner: string;
  /** Absent for the journal's own records, and in messages of sagas that began before plans travelled. */
  readonly plan?: StepPlan;
}

/** What a participant answers. Technical trouble is thrown as a fault and changes nothing. */
export type StepAnswer =
  | { readonly answer: 'done'; readonly result: Json }
  | { readonly answer: 'refused'; readonly code: string; readonly detail: string }
  | { readonly answer: 'undone' }
  | { readonly answer: 'no-effect' }
  | { readonly answer: 'not-done' };
