import type { Filter } from 'mongodb';
import type { Aggregate, OutboxSource, StoredEvent } from '../ports';
import { contiguousRuns } from '../runs';
import type { Sealing } from '../sealing';
import type { AggregateDocument, Collections, EventDocument } from './collections';
import { sortError } from './errors';

/**
 * The outbox of a MongoDB service: the partial index over events not yet published. Reads see only what a majority
 * has, so nothing is published that a failover could take back.
 */
export function mongoSource(
  { events, leases }: Collections,
  sealing: Sealing,
): Omit<OutboxSource, 'subscribe'> {
  return {
    async pending(slot, limitMax) {
      const cursor = events
        // One snapshot for the whole cursor: a later batch must not show an event without the one before it.
        .find({ slot, unpublished: true }, { readConcern: { level: 'snapshot' } })
        .sort({ ord: 1, aggregateId: 1, seq: 1 })
        .limit(limitMax);
      return contiguousRuns((await sorted(cursor.toArray())).map((it) => eventOf(sealing, it)));
    },
    async markPublished(published) {
      if (published.length === 0) return;
      const ids = published.map(({ aggregateId, seq }) => `${aggregateId}:${seq}`);
      await sorted(events.updateMany({ _id: { $in: ids } }, { $unset: { unpublished: '' } }));
    },
    async readLease(slot) {
      const lease = await sorted(leases.findOne({ _id: slot }));
      if (lease === null) return undefined;
      const { owner, version, logEnd } = lease;
      return { slot, owner, version, ...(logEnd === undefined ? {} : { logEnd }) };
    },
    async writeLease({ slot, ...lease }, expectedVersion) {
      if (expectedVersion === 0) {
        const first = { $setOnInsert: lease };
        const { upsertedCount } = await sorted(
          leases.updateOne({ _id: slot }, first, { upsert: true }),
        );
        return upsertedCount === 1;
      }
      const mine = { _id: slot, version: expectedVersion };
      return (await sorted(leases.updateOne(mine, { $set: lease }))).matchedCount === 1;
    },
    async depth() {
      const pending = await sorted(events.countDocuments({ unpublished: true }));
      const oldest = await sorted(
        events
          .find({ unpublished: true }, { projection: { ord: 1 } })
          .sort({ ord: 1 })
          .limit(1)
          .next(),
      );
      return { pending, oldestAgeMs: oldest === null ? 0 : Math.max(0, Date.now() - oldest.ord) };
    },
    async history({ after, limitMax }) {
      const cursor = events.find(behind(after)).sort({ aggregateId: 1, seq: 1 }).limit(limitMax);
      const documents = await sorted(cursor.toArray());
      return documents.map((it) => ({
        ...eventOf(sealing, it),
        published: it.unpublished !== true,
      }));
    },
  };
}

function behind(after?: { aggregateId: string; seq: number }): Filter<EventDocument> {
  if (after === undefined) return {};
  const { aggregateId, seq } = after;
  return { $or: [{ aggregateId: { $gt: aggregateId } }, { aggregateId, seq: { $gt: seq } }] };
}

/** The event without what only the adapter needs. */
export function eventOf(
  sealing: Sealing,
  { _id, ord: _ord, unpublished: _unpublished, ...event }: EventDocument,
): StoredEvent {
  return sealing.openEvent(event);
}

/** The aggregate without what only the adapter needs. */
export function aggregateOf<State>(
  sealing: Sealing,
  { _id: id, seq, state }: AggregateDocument,
): Aggregate<State> {
  return { id, seq, state: sealing.openState({ id, seq }, state) as State };
}

/** Driver errors come out sorted. A duplicate key here is the race of two first leases. */
export async function sorted<Result>(question: Promise<Result>): Promise<Result> {
  try {
    return await question;
  } catch (error) {
    throw sortError(error);
  }
}
