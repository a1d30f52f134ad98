import type { Collection, Document, Filter } from 'mongodb';
import type { SealedRows, Sealing } from '../sealing';
import type { Collections } from './collections';
import { aggregateOf, eventOf, sorted } from './source';
import { isWritten, stepRecordOf } from './steps';

/** What keys the documents of a MongoDB service are sealed with, and sealing them anew. */
export function mongoSealedRows(collections: Collections, sealing: Sealing): SealedRows {
  const { aggregates, events, steps } = collections;
  return {
    async keyUse() {
      const counts = await Promise.all([
        countKeys(aggregates, 'state', {}),
        countKeys(events, 'data', {}),
        countKeys(steps, 'result', { version: { $exists: true } }),
      ]);
      const use = new Map<string, number>();
      for (const [key, rows] of counts.flat()) use.set(key, (use.get(key) ?? 0) + rows);
      return use;
    },
    async reseal(limitMax) {
      let found = 0;
      for (const part of [resealAggregates, resealEvents, resealSteps]) {
        if (found < limitMax) found += await part(collections, sealing, limitMax - found);
      }
      return found;
    },
  };
}

/** Documents by the key of one member. */
async function countKeys<Row extends Document>(
  collection: Collection<Row>,
  member: string,
  filter: Document,
): Promise<readonly (readonly [string, number])[]> {
  const regex = /^hf1\.([A-Za-z0-9_-]{1,64})\./;
  const text = { $cond: [{ $eq: [{ $type: `$${member}` }, 'string'] }, `$${member}`, ''] };
  const found = { $regexFind: { input: text, regex } };
  const key = { $ifNull: [{ $first: { $getField: { field: 'captures', input: found } } }, ''] };
  const stages = [{ $match: filter }, { $group: { _id: key, rows: { $sum: 1 } } }];
  const groups = await sorted(
    collection.aggregate<{ _id: string; rows: number }>(stages).toArray(),
  );
  return groups.map(({ _id, rows }) => [_id, rows] as const);
}

/** Finds what is not under the current key. */
function notUnder<Row>(sealing: Sealing, member: string): Filter<Row> {
  const current = new RegExp(`^${sealing.prefix().replaceAll('.', '\\.')}`);
  return { [member]: { $not: current } } as Filter<Row>;
}

/** Each document is written only where it still holds what was read: whoever changed it has sealed it anew. */
async function resealAggregates(
  { aggregates }: Collections,
  sealing: Sealing,
  limitMax: number,
): Promise<number> {
  const rows = aggregates.find(notUnder(sealing, 'state')).limit(limitMax);
  const documents = await sorted(rows.toArray());
  for (const document of documents) {
    const { state, ...version } = aggregateOf<unknown>(sealing, document);
    const $set = { state: sealing.sealState(version, state) };
    await sorted(aggregates.updateOne({ _id: version.id, state: document.state }, { $set }));
  }
  return documents.length;
}

async function resealEvents(
  { events }: Collections,
  sealing: Sealing,
  limitMax: number,
): Promise<number> {
  const rows = events.find(notUnder(sealing, 'data')).limit(limitMax);
  const documents = await sorted(rows.toArray());
  for (const document of documents) {
    const { data, stepImage } = sealing.sealEvent(eventOf(sealing, document));
    const $set = { data, ...(stepImage === undefined ? {} : { stepImage }) };
    await sorted(events.updateOne({ _id: document._id, data: document.data }, { $set }));
  }
  return documents.length;
}

async function resealSteps(
  { steps }: Collections,
  sealing: Sealing,
  limitMax: number,
): Promise<number> {
  const rows = steps.find({ ...notUnder(sealing, 'result'), version: { $exists: true } });
  const documents = await sorted(rows.limit(limitMax).toArray());
  for (const document of documents.filter(isWritten)) {
    const { _id, version } = document;
    const { result, effect, plan } = sealing.sealStep(_id, stepRecordOf(sealing, document));
    const $set = { result, effect, ...(plan === undefined ? {} : { plan }) };
    await sorted(steps.updateOne({ _id, version }, { $set }));
  }
  return documents.length;
}
