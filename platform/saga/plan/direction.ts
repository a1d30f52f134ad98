/** Why a saga went back: a business "no", technical trouble (deadline included), or somebody's cancel. */
export type TurnCause = 'refusal' | 'fault' | 'cancel';

export interface Turn {
  readonly cause: TurnCause;
  /** Refusal or fault code, `DEADLINE` or `CANCELLED`. */
  readonly reason: string;
}

/**
 * The point of no return. It is set before the pivot is scheduled, so that no cancel can slip in
 * between; a refusal or a settled "not done" opens it again, a done pivot confirms it.
 */
export type PointOfNoReturn = 'open' | 'set' | 'confirmed';

/** The one fact that decides whether a saga goes forward or back. */
export interface Direction {
  readonly pointOfNoReturn: PointOfNoReturn;
  /** The first reason to go back, in history order; later ones do not replace it. */
  readonly turn?: Turn;
}

export type DirectionFact =
  | { readonly kind: 'pivot-scheduled' }
  | { readonly kind: 'pivot-done' }
  | { readonly kind: 'pivot-not-done' }
  /** The saga function ended without a pivot: what it did stands. */
  | { readonly kind: 'body-ended' }
  | { readonly kind: 'turn'; readonly turn: Turn };

export const ahead: Direction = { pointOfNoReturn: 'open' };

/** A turn is heard only while the point of no return is open, and only once. */
export function canTurn(direction: Direction): boolean {
  return direction.pointOfNoReturn === 'open' && direction.turn === undefined;
}

/** The direction after one more fact. A turn that comes too late changes nothing. */
export function afterFact(direction: Direction, fact: DirectionFact): Direction {
  switch (fact.kind) {
    case 'pivot-scheduled':
      return { ...direction, pointOfNoReturn: 'set' };
    case 'pivot-done':
    case 'body-ended':
      return { ...direction, pointOfNoReturn: 'confirmed' };
    case 'pivot-not-done':
      return { ...direction, pointOfNoReturn: 'open' };
    case 'turn':
      return canTurn(direction) ? { ...direction, turn: fact.turn } : direction;
  }
}

/** What a cancel is told: it is never refused while a turn is possible, and repeated cancels hear the same. */
export function cancelAnswer(direction: Direction): 'accepted' | 'too late' {
  return direction.turn?.cause === 'cancel' || canTurn(direction) ? 'accepted' : 'too late';
}

/** How a saga ends: the journal's outcome, and the status Temporal shows for it. */
export interface Ending {
  readonly outcome: 'completed' | 'compensated' | 'cancelled';
  readonly status: 'Completed' | 'Failed' | 'Cancelled';
  readonly reason?: string;
}

/** Compensated after a refusal is a normal end; after a fault or the deadline somebody should look. */
export function endingOf(turn: Turn | undefined): Ending {
  if (turn === undefined) return { outcome: 'completed', status: 'Completed' };
  const { cause, reason } = turn;
  if (cause === 'cancel') return { outcome: 'cancelled', status: 'Cancelled', reason };
  return { outcome: 'compensated', status: cause === 'fault' ? 'Failed' : 'Completed', reason };
}
