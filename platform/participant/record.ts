import type { NewEvent, RecordedEvent } from '../kernel/decision';
import { Fault } from '../kernel/faults';
import type { Aggregate, AggregateChange, TransactionView } from '../outbox/ports';
import { stampEvents } from '../outbox/stamp';
import type { StampContext } from '../outbox/stamp';
import type { States } from './service';

/** The aggregates one decision may see and change; undefined where an aggregate has no events yet. */
export type Loaded<State> = ReadonlyMap<string, Aggregate<State> | undefined>;

/** Loads each id once, in ascending order: stores that lock do so in one order everywhere. */
export async function loadAggregates<State>(
  view: TransactionView<State>,
  ids: readonly string[],
): Promise<Loaded<State>> {
  const distinct = [...new Set(ids)].sort();
  return new Map(await Promise.all(distinct.map(async (id) => [id, await view.load(id)] as const)));
}

/** The states of loaded aggregates; asking for another one is a bug of the handler, not a missing aggregate. */
export function statesOf<State>(loaded: Loaded<State>): States<State> {
  return (id) => {
    if (!loaded.has(id)) throw new Fault('INVARIANT_BROKEN', `${id} was not asked for`);
    return loaded.get(id)?.state;
  };
}

/** What a decision's facts change: the facts with their positions, and each aggregate folded over its own. */
export interface Recording<State> {
  readonly recorded: readonly RecordedEvent[];
  readonly changes: readonly AggregateChange<State>[];
}

/**
 * Gives facts their sequence numbers (`expected + k`), folds them into the states and stamps them as rows.
 * `evolve` is the only way a state changes, so a state is always the fold of its history.
 */
export function recordEvents<State>(
  loaded: Loaded<State>,
  events: readonly NewEvent[],
  how: { evolve(state: State | undefined, event: RecordedEvent): State; stamp: StampContext },
): Recording<State> {
  const heads = new Map<string, { seq: number; state: State | undefined }>();
  const recorded = events.map((event): RecordedEvent => {
    if (!loaded.has(event.aggregateId)) {
      throw new Fault('INVARIANT_BROKEN', `${event.type} of ${event.aggregateId}: not asked for`);
    }
    const head = heads.get(event.aggregateId) ?? headOf(loaded.get(event.aggregateId));
    const { aggregateId, type, data } = event;
    const fact = { aggregateId, type, data, seq: head.seq + 1 };
    heads.set(aggregateId, { seq: fact.seq, state: how.evolve(head.state, fact) });
    return fact;
  });
  const stamped = stampEvents(recorded, how.stamp);
  const changes = [...heads].map(([id, head]) => ({
    id,
    expectedSeq: loaded.get(id)?.seq ?? 0,
    state: head.state as State,
    events: stamped.filter((event) => event.aggregateId === id),
  }));
  return { recorded, changes };
}

function headOf<State>(aggregate: Aggregate<State> | undefined) {
  return { seq: aggregate?.seq ?? 0, state: aggregate?.state };
}
