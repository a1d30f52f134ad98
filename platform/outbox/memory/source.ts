import type { OutboxSource, StoredEvent } from '../ports';
import { contiguousRuns } from '../runs';
import type { Wakes } from '../wake';
import { eventRowKey } from './rows';
import type { EventRow, Rows } from './rows';

/** The outbox of an in-memory service. */
export function memorySource<State>(rows: Rows<State>, wakes: Wakes): OutboxSource {
  return {
    async pending(slot, limitMax) {
      const found = unpublished(rows).filter(({ event }) => event.slot === slot);
      return structuredClone(contiguousRuns(found.slice(0, limitMax).map(({ event }) => event)));
    },
    async markPublished(events) {
      for (const event of events) {
        const row = rows.events.get(eventRowKey(event));
        if (row !== undefined) row.published = true;
      }
    },
    async readLease(slot) {
      return rows.leases.get(slot);
    },
    async writeLease(lease, expectedVersion) {
      if ((rows.leases.get(lease.slot)?.version ?? 0) !== expectedVersion) return false;
      rows.leases.set(lease.slot, { ...lease });
      return true;
    },
    subscribe: (wake) => wakes.subscribe(wake),
    async depth() {
      const waiting = unpublished(rows);
      const oldestMs = Math.min(...waiting.map(({ event }) => Date.parse(event.time)));
      const oldestAgeMs = waiting.length === 0 ? 0 : Math.max(0, Date.now() - oldestMs);
      return { pending: waiting.length, oldestAgeMs };
    },
    async history({ after, limitMax }) {
      const all = [...rows.events.values()];
      const rest = after === undefined ? all : all.filter(({ event }) => isAfter(event, after));
      const page = rest.sort(byAggregateAndSeq).slice(0, limitMax);
      return page.map(({ event, published }) => ({ ...structuredClone(event), published }));
    },
  };
}

function unpublished(rows: Rows<unknown>): EventRow[] {
  const waiting = [...rows.events.values()].filter((row) => !row.published);
  return waiting.sort((left, right) => left.ord - right.ord);
}

type Position = Pick<StoredEvent, 'aggregateId' | 'seq'>;

function isAfter(event: Position, after: Position): boolean {
  if (event.aggregateId === after.aggregateId) return event.seq > after.seq;
  return event.aggregateId > after.aggregateId;
}

function byAggregateAndSeq({ event: left }: EventRow, { event: right }: EventRow): number {
  return isAfter(left, right) ? 1 : -1;
}
