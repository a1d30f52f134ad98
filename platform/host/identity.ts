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
 * What one aggregate adds to a sum that is zero at every commit of its service: an account takes away what it says is
 * held, each of its payments adds what it holds.
 */
export interface Weight {
  readonly identity: string;
  /** Aggregate whose sum it is; the one that is accused where the sum is not zero. */
  readonly aggregateId: string;
  /** A whole number, in the identity's own unit. */
  readonly amount: number;
}

/**
 * Identities of one service, as pure questions about one aggregate. Sums can be kept up event by event, so an audit of
 * them costs what is new and not what there is.
 */
export interface ServiceIdentities<State> {
  /** What is wrong with this aggregate, whatever the others are. */
  alone(aggregate: AuditedAggregate<State>): readonly Violation[];
  weights?(aggregate: AuditedAggregate<State>): readonly Weight[];
}

/**
 * Identities of one service over all its aggregates, which must be of one moment: identities
 * between aggregates (a hold and the payment it is for) hold at every commit, but not over a
 * mixture of moments. Pure; an empty list is a clean audit.
 */
export type Identities<State> = (
  aggregates: readonly AuditedAggregate<State>[],
) => readonly Violation[];

/** Asks all identities of a service over all its aggregates at once. */
export function identitiesOver<State>(identities: ServiceIdentities<State>): Identities<State> {
  return (aggregates) => {
    const sums = new Map<string, Weight>();
    for (const weight of aggregates.flatMap((one) => identities.weights?.(one) ?? [])) {
      const key = `${weight.identity} ${weight.aggregateId}`;
      sums.set(key, { ...weight, amount: (sums.get(key)?.amount ?? 0) + weight.amount });
    }
    return [
      ...aggregates.flatMap((one) => identities.alone(one)),
      ...[...sums.values()].filter(({ amount }) => amount !== 0).map(unbalanced),
    ];
  };
}

function unbalanced({ identity, aggregateId, amount }: Weight): Violation {
  return { identity, aggregateId, detail: `the others make it ${amount} more than it says` };
}

/** Names those of some identities that do not hold. */
export function brokenOf(
  aggregateId: string,
  identities: Readonly<Record<string, boolean>>,
  facts: object,
): readonly Violation[] {
  return Object.entries(identities)
    .filter(([, holds]) => !holds)
    .map(([identity]) => ({ identity, aggregateId, detail: JSON.stringify(facts) }));
}
