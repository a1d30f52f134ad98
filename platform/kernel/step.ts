import type { Json } from './json';

/** The three kinds of message a participant answers; `settle` makes an unknown outcome known and shuts the door. */
export type MessageKind = 'forward' | 'undo' | 'settle';

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
}

/** What a participant answers. Technical trouble is thrown as a fault and changes nothing. */
export type StepAnswer =
  | { readonly answer: 'done'; readonly result: Json }
  | { readonly answer: 'refused'; readonly code: string; readonly detail: string }
  | { readonly answer: 'undone' }
  | { readonly answer: 'no-effect' }
  | { readonly answer: 'not-done' };
