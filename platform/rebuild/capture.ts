import { canonicalJson } from '../kernel/json';
import { aggregatePages } from '../outbox/aggregate-pages';
import { mapAtOnce } from '../outbox/map-at-once';
import type { Aggregate, ServiceStore } from '../outbox/ports';
import type { RollScope } from './roll/roll';
import type { Captured } from './roll/track';

/** What a comparison asks of a service's database; nothing is written. */
export type RebuiltStore = Pick<
  ServiceStore<unknown>,
  'listAggregates' | 'readAggregate' | 'history'
>;

/** Bounds of asking a database. */
export const captureLimits = { pageMax: 500, requestsAtOnce: 8 } as const;

/** Aggregates as the database held them, each at a moment of its own. */
export interface Slice extends Pick<RollScope, 'captured' | 'isExpected'> {
  /** The next slice begins behind it; absent when this was the last. */
  readonly lastId?: string;
}

/** The next aggregates of a database in the order of their ids, `aggregatesMax` and up to a page more. */
export async function captureSlice(
  store: RebuiltStore,
  afterId: string,
  aggregatesMax: number,
): Promise<Slice> {
  const captured = new Map<string, Captured>();
  // A record may have no key at all: the first slice has everything up to its end.
  const isBehind = (id: string): boolean => afterId === '' || id > afterId;
  let lastId = afterId;
  for await (const page of aggregatePages(store, { afterId, limitMax: captureLimits.pageMax })) {
    for (const aggregate of page) {
      captured.set(aggregate.id, capturedOf(aggregate));
      lastId = aggregate.id;
    }
    if (captured.size < aggregatesMax) continue;
    return { captured, lastId, isExpected: (id) => isBehind(id) && id <= lastId };
  }
  return { captured, isExpected: isBehind };
}

/** The named aggregates, those of them that there are. */
export async function captureNamed(store: RebuiltStore, ids: readonly string[]): Promise<Slice> {
  const found = await mapAtOnce(ids, captureLimits.requestsAtOnce, (id) => store.readAggregate(id));
  const present = found.filter((one) => one !== undefined);
  const named = new Set(ids);
  return {
    captured: new Map(present.map((one) => [one.id, capturedOf(one)])),
    isExpected: (id) => named.has(id),
  };
}

function capturedOf({ seq, state }: Aggregate<unknown>): Captured {
  return { seq, state: canonicalJson(state) };
}
