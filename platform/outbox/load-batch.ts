import type { Aggregate } from './ports';

/** Reads many aggregates in one round trip; absent ones are left out. */
type Fetch<State> = (ids: readonly string[]) => Promise<ReadonlyMap<string, Aggregate<State>>>;

/** The loads of one transaction. */
export interface LoadBatch<State> {
  readonly load: (id: string) => Promise<Aggregate<State> | undefined>;
  /** Sequence of everything loaded so far; 0 for an aggregate that has no events. */
  readonly reads: ReadonlyMap<string, number>;
}

/**
 * Gathers the loads of one tick into one request, in ascending order of id, and never has two requests under way:
 * neither a PostgreSQL connection nor a MongoDB session can serve two at once.
 */
export function batchLoads<State>(fetch: Fetch<State>): LoadBatch<State> {
  const reads = new Map<string, number>();
  let waiting:
    { ids: Set<string>; found: Promise<ReadonlyMap<string, Aggregate<State>>> } | undefined;
  let previous: Promise<unknown> = Promise.resolve();

  const open = () => {
    const ids = new Set<string>();
    const found = previous.then(async () => {
      waiting = undefined;
      const rows = await fetch([...ids].sort());
      for (const id of ids) reads.set(id, rows.get(id)?.seq ?? 0);
      return rows;
    });
    previous = found;
    return { ids, found };
  };

  return {
    reads,
    async load(id) {
      waiting ??= open();
      waiting.ids.add(id);
      return (await waiting.found).get(id);
    },
  };
}
