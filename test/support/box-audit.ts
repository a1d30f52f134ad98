import type { Aggregate, ServiceStore, StoredEvent } from '../../platform/outbox/ports';
import { contentHashOf } from '../../platform/outbox/stamp';
import { boxService } from './box-service';
import type { Box } from './box-service';

const pageMax = 500;

/**
 * Counts a whole store, not a sample: every history is contiguous from 1 and hashes to what it says, and every box is
 * the fold of its history, with no event too many and none missing. Answers how many aggregates it held.
 */
export async function auditBoxes(store: ServiceStore<Box>): Promise<number> {
  const folded = new Map<string, Aggregate<Box>>();
  for (const event of await wholeHistory(store)) {
    const box = folded.get(event.aggregateId);
    if (event.seq !== (box?.seq ?? 0) + 1)
      throw new Error(`hole before ${event.aggregateId}:${event.seq}`);
    expect(contentHashOf(event)).toBe(event.contentHash);
    const state = boxService.evolve(box?.state, event);
    folded.set(event.aggregateId, { id: event.aggregateId, seq: event.seq, state });
  }
  const stored = await allAggregates(store);
  expect(stored).toEqual([...folded.values()]);
  return stored.length;
}

/** Every event of a store, ascending by aggregate and number. */
export async function wholeHistory(store: ServiceStore<Box>): Promise<StoredEvent[]> {
  const events: StoredEvent[] = [];
  for (;;) {
    const last = events.at(-1);
    const after = last && { aggregateId: last.aggregateId, seq: last.seq };
    const page = await store.history({
      limitMax: pageMax,
      ...(after === undefined ? {} : { after }),
    });
    events.push(...page);
    if (page.length < pageMax) return events;
  }
}

async function allAggregates(store: ServiceStore<Box>): Promise<Aggregate<Box>[]> {
  const aggregates: Aggregate<Box>[] = [];
  for (;;) {
    const afterId = aggregates.at(-1)?.id ?? '';
    const page = await store.listAggregates({ prefix: '', afterId, limitMax: pageMax });
    aggregates.push(...page);
    if (page.length < pageMax) return aggregates;
  }
}
