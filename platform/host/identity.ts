/** A broken identity: what an audit reports, never repairs. */
export interface Violation {
  /** Closed code of the identity, for example `STOCK_CONSERVED`. */
  readonly identity: string;
  readonly aggregateId: string;
  readonly detail: string;
}

/** An aggregate as an audit sees it. */
export interface AuditedAggregate<State> {
  readonly id: string;
  readonly state: State;
}

/**
 * Identities of one service over all its aggregates, which must be of one moment: identities
 * between aggregates (a hold and the payment it is for) hold at every commit, but not over a
 * mixture of moments. Pure; an empty list is a clean audit.
 */
export type Identities<State> = (
  aggregates: readonly AuditedAggregate<State>[],
) => readonly Violation[];
