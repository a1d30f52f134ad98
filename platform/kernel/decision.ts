import type { Json } from './json';

/** A fact a decision wants recorded; the unit of work gives it its sequence number. */
export interface NewEvent {
  readonly aggregateId: string;
  /** Past tense, `<aggregate>.<what happened>`, for example `payment.captured`. */
  readonly type: string;
  readonly data: { readonly [key: string]: Json };
}

/** A fact as it was recorded: what an undo reverses. */
export interface RecordedEvent extends NewEvent {
  /** Position in its aggregate, contiguous from 1. */
  readonly seq: number;
}

/** What a pure decider says. It never throws for a business "no". */
export type Decision =
  | { readonly kind: 'happened'; readonly events: readonly NewEvent[]; readonly result: Json }
  | { readonly kind: 'unchanged'; readonly result: Json }
  | {
      readonly kind: 'refused';
      readonly code: string;
      readonly detail: string;
      /** Facts worth recording although the answer is no, for example `payment.declined`. */
      readonly facts: readonly NewEvent[];
    }
  | { readonly kind: 'busy'; readonly heldBy: string }
  | { readonly kind: 'impossible'; readonly detail: string };

export function happened(events: readonly NewEvent[], result: Json = {}): Decision {
  return { kind: 'happened', events, result };
}

/** Success without an effect; its undo does nothing. What another saga did is a refusal, never this. */
export function unchanged(result: Json = {}): Decision {
  return { kind: 'unchanged', result };
}

export function refused(code: string, detail = '', facts: readonly NewEvent[] = []): Decision {
  return { kind: 'refused', code, detail, facts };
}

/** Another saga holds the aggregate: nothing is written, the step is tried again by policy. */
export function busy(heldBy: string): Decision {
  return { kind: 'busy', heldBy };
}

/** For undo deciders only: the recorded effect cannot be reversed now. */
export function impossible(detail: string): Decision {
  return { kind: 'impossible', detail };
}

/**
 * A decision that has to ask the outside: the call as plain data, and the facts that set aside what it needs. The call
 * is made after this is committed, under a key of the step, and concluded in a second transaction.
 */
export type Intention = {
  readonly kind: 'intended';
  readonly call: Json;
  readonly events: readonly NewEvent[];
};

export function intended(call: Json, events: readonly NewEvent[] = []): Intention {
  return { kind: 'intended', call, events };
}
