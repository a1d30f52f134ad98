import type { Json } from '../../kernel/json';

/**
 * What is asked of the outside under one key. `call`: do it, or answer what was answered. `settle`: did it happen? If
 * not, shut the key, so that it never will. `cancel`: the same, and where it happened, reverse it.
 */
export type ErrandVerb = 'call' | 'settle' | 'cancel';

/** One question to the outside. It may be asked any number of times and answers the same. */
export interface Errand {
  readonly verb: ErrandVerb;
  /** Idempotency key of the call: one per step, epoch and direction; 64 hexadecimal digits. */
  readonly key: string;
  /** The call as the handler described it; plain data that says everything the outside needs. */
  readonly call: Json;
}

/**
 * A definite answer of the outside. Anything else (no answer, "not known yet", an error) is thrown as the fault
 * `OUTSIDE_UNAVAILABLE`, and the same question is asked again under the same key.
 *
 * `happened`: the call took effect. `refused`: a business "no"; nothing took effect, and under this key nothing will.
 * `closed`: the key was shut before the call came. `never`: the key is shut and nothing happened under it. `reversed`:
 * it had happened, it was reversed, and the key is shut. `irreversible`: it happened and no cancel of this key will
 * ever reverse it.
 */
export type OutsideWord =
  | { readonly word: 'happened'; readonly answer: Json }
  | { readonly word: 'refused'; readonly code: string; readonly detail: string }
  | { readonly word: 'irreversible'; readonly answer: Json }
  | { readonly word: 'closed' | 'never' | 'reversed' };

/** A system outside of the service's database that knows idempotency keys and can shut one. */
export interface Outside {
  /** Asks once and gives up after `timeoutMs`. Throws `OUTSIDE_UNAVAILABLE`, or `INVARIANT_BROKEN` for our own bug. */
  ask(errand: Errand, how: { readonly timeoutMs: number }): Promise<OutsideWord>;
  close(): Promise<void>;
}

/** What a step record of an open state keeps in the place of its result. */
export type OutsideIntent = {
  readonly key: string;
  readonly call: Json;
  /** The command or undo whose handler concludes it. */
  readonly command: string;
  /** Aggregates the conclusion needs: those the intent was decided on. */
  readonly aggregates: readonly string[];
  /** In `undoing`: the result of the forward, which stands again when the reversal never happens. */
  readonly result: Json;
};
