import type { ParkedCondition, StepKind } from './moves';

/** Reason of a saga that parks before a step because its history grows too long. */
export const historyLimit = 'HISTORY_LIMIT';

export type Verb = 'retry' | 'skip';

/** A parked step, as the rules for verbs see it. */
export interface ParkedStep {
  readonly step: string;
  readonly kind: StepKind;
  readonly direction: 'forward' | 'undo';
  readonly condition: ParkedCondition;
  readonly reason: string;
  /** A verb for this step has been taken and is on its way. */
  readonly acting: boolean;
}

/** Why a verb is not taken; the code says what to do instead. */
export type VerbRefusal =
  | 'NOT_PARKED'
  | 'STEP_AMBIGUOUS'
  | 'VERB_IN_PROGRESS'
  | 'STEP_UNSETTLED'
  | 'NOT_STARTED'
  | 'PIVOT_NOT_SKIPPABLE';

/** The parked step a verb means: named, or the only one there is. */
export function stepOfVerb<Parked extends ParkedStep>(
  parked: readonly Parked[],
  step: string | undefined,
): Parked | VerbRefusal {
  const meant = step === undefined ? parked : parked.filter((candidate) => candidate.step === step);
  const [first, second] = meant;
  if (first === undefined) return 'NOT_PARKED';
  return second === undefined ? first : 'STEP_AMBIGUOUS';
}

/**
 * Whether a verb may be used on a parked step. `retry` always may: on an unsettled step it takes effect once the settle
 * is answered. `skip` sends no message, so the settle must have shut the door; the pivot is never skipped, because
 * "pivot done" alone decides whether the saga goes forward or back.
 */
export function verbRefusal(verb: Verb, parked: ParkedStep): VerbRefusal | undefined {
  if (parked.acting) return 'VERB_IN_PROGRESS';
  if (verb === 'retry') return undefined;
  if (parked.condition === 'unsettled') return 'STEP_UNSETTLED';
  if (parked.reason === historyLimit) return 'NOT_STARTED';
  return parked.kind === 'pivot' && parked.direction === 'forward'
    ? 'PIVOT_NOT_SKIPPABLE'
    : undefined;
}
