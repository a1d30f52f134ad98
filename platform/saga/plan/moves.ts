import type { FaultAction } from '../../kernel/faults';
import type { Json } from '../../kernel/json';

import type { StepKind } from '../../kernel/step';

export type { StepKind } from '../../kernel/step';

/** What became of a message, as far as the saga can know. */
export type Outcome =
  | { readonly kind: 'done'; readonly result: Json }
  | { readonly kind: 'undone' | 'no-effect' | 'not-done' }
  | { readonly kind: 'refused'; readonly code: string }
  | { readonly kind: 'fault'; readonly code: string; readonly action: FaultAction }
  /** Timed out, or interrupted by us: it may have happened, and may still happen. */
  | { readonly kind: 'unknown'; readonly code: string };

/** What the saga does next with a step. */
export type Move =
  | { readonly do: 'resolve' }
  | { readonly do: 'turn-back'; readonly cause: 'refusal' | 'fault'; readonly reason: string }
  | { readonly do: 'settle'; readonly reason: string }
  | { readonly do: 'park'; readonly condition: ParkedCondition; readonly reason: string }
  /** Another run has taken over: nothing more is sent under this generation. */
  | { readonly do: 'halt'; readonly reason: string };

export type ParkedCondition = 'nothing-stands' | 'effect-stands' | 'unsettled';

/** The code of an outcome that is not a success. */
export function reasonOf(outcome: Outcome): string {
  return 'code' in outcome ? outcome.code : outcome.kind;
}

/** The step a rule is about: its kind, and what it does when a fault outlasts its patience. */
export interface RuledStep {
  readonly kind: StepKind | 'wait' | 'hold';
  readonly onFault: 'compensate' | 'park';
}

/**
 * After a forward. A compensatable step that may compensate turns back and is undone like a success; whatever may
 * park, and the pivot, is settled before anything else.
 */
export function afterForward({ kind, onFault }: RuledStep, outcome: Outcome): Move {
  if (outcome.kind === 'done') return { do: 'resolve' };
  if (outcome.kind === 'fault' && outcome.action === 'stop') {
    return { do: 'halt', reason: outcome.code };
  }
  const reason = reasonOf(outcome);
  if (outcome.kind === 'refused' && kind !== 'retriable') {
    return { do: 'turn-back', cause: 'refusal', reason };
  }
  if (kind === 'compensatable' && onFault === 'compensate') {
    return { do: 'turn-back', cause: 'fault', reason };
  }
  return { do: 'settle', reason };
}

/** After an undo: an undo has no refusals; whatever is not an answer is settled. */
export function afterUndo(outcome: Outcome): Move {
  if (outcome.kind === 'undone' || outcome.kind === 'no-effect') return { do: 'resolve' };
  if (outcome.kind === 'fault' && outcome.action === 'stop') {
    return { do: 'halt', reason: outcome.code };
  }
  return { do: 'settle', reason: reasonOf(outcome) };
}

/** Why a forward was given up. */
export interface GivenUp extends RuledStep {
  readonly reason: string;
  /** The time of a pivot is over: its deadline passed, its retries would outlast it, or a person gave it up. */
  readonly timeIsOver: boolean;
}

/** After the settle of a forward: only a pivot ever goes back here, any other step waits for a person. */
export function afterForwardSettled(answer: 'done' | 'not-done', givenUp: GivenUp): Move {
  if (answer === 'done') return { do: 'resolve' };
  const isOver = givenUp.timeIsOver || givenUp.onFault === 'compensate';
  if (givenUp.kind === 'pivot' && isOver) {
    return { do: 'turn-back', cause: 'fault', reason: givenUp.reason };
  }
  return { do: 'park', condition: 'nothing-stands', reason: givenUp.reason };
}

/** After the settle of an undo: "done" means the effect still stands. */
export function afterUndoSettled(answer: 'done' | 'not-done', reason: string): Move {
  if (answer === 'not-done') return { do: 'resolve' };
  return { do: 'park', condition: 'effect-stands', reason };
}
