import fc from 'fast-check';
import { readAsOf } from '../../../platform/event-log/history/as-of';
import type { AsOfOptions } from '../../../platform/event-log/history/as-of';
import { cutOf, cutText } from '../../../platform/event-log/history/cut';
import type { Cut } from '../../../platform/event-log/history/cut';
import type { Snapshot, SnapshotStore } from '../../../platform/event-log/history/snapshot-port';
import type { LogRecord } from '../../../platform/event-log/ports';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import { chunksOf, stateOf } from '../../../projections/history/chunks';
import { orderStatus } from '../../../projections/order-status';
import { anEvent } from '../../support/events';
import { memoryLog } from '../../support/memory-log';
import { placedOrder } from '../../support/order-histories';
import { plainFold } from '../../support/plain-fold';

const schemas = loadSchemas();

/** What belongs to one order: the stock they share would have a history of its own for each. */
function ordersAlone(index: number) {
  const outcomes = ['completed', 'declined', 'resumed'] as const;
  const events = placedOrder(`o-${index}`, outcomes[index % 3] ?? 'completed').flat();
  return events.filter(({ aggregateId }) => aggregateId.endsWith(`/o-${index}`));
}

/** The log of some orders, written by three services; every second event stands in it twice. */
function openLog() {
  const logs = new Map(orderStatus.services.map((service) => [service, memoryLog(service)]));
  const byTopic = new Map([...logs.values()].map((log) => [log.topic, log]));
  for (let index = 0; index < 12; index += 1) {
    const events = ordersAlone(index);
    for (const [at, event] of events.entries()) {
      const sent = anEvent(event);
      logs.get(event.service)?.send(...(at % 2 === 0 ? [sent] : [sent, sent]));
    }
  }
  const of = (topic: string) => byTopic.get(topic)!.eventLog;
  const eventLog: AsOfOptions['eventLog'] = {
    marks: (topic) => of(topic).marks(topic),
    cutAt: async (topic) =>
      new Map((await of(topic).marks(topic)).map((one) => [one.partition, 1n])),
    startConsumer: (reader) => of(reader.topics[0] ?? '').startConsumer(reader),
  };
  return { eventLog, topics: [...byTopic.keys()], logs };
}

/** Snapshots as the database keeps them: as bytes. */
function memorySnapshots() {
  const kept: { fold: string; places: Cut; chunks: Buffer[]; records: number }[] = [];
  const store: SnapshotStore = {
    async nearest(_projection, fold, cut) {
      const fitting = kept.filter((one) => {
        const isBefore = [...one.places].every(([place, next]) => next <= (cut.get(place) ?? -1n));
        return one.fold === fold && isBefore;
      });
      const [best] = fitting.sort((left, right) => right.records - left.records);
      if (best === undefined) return undefined;
      return { id: '', places: best.places, state: await stateOf(best.chunks) } satisfies Snapshot;
    },
    async put({ fold }, { places, records, state }) {
      const chunks: Buffer[] = [];
      for await (const chunk of chunksOf(state)) chunks.push(chunk);
      kept.push({ fold, places, records, chunks });
    },
    snapshots: () => Promise.reject(new Error('not asked here')),
  };
  return { kept, store };
}

const { eventLog, topics } = openLog();
const options = (asOf: string, told: Partial<AsOfOptions> = {}): AsOfOptions => ({
  ...{ projection: orderStatus, fold: 'f', asOf, topics, eventLog, schemas },
  ...{ groupPrefix: 'projector-test', ...told },
});

/** Every record of the log that is in a cut. */
async function recordsBefore(cut: Cut): Promise<LogRecord[]> {
  const records: LogRecord[] = [];
  for (const topic of topics) {
    const consumer = eventLog.startConsumer({
      ...{ groupId: 'g', topics: [topic] },
      assigned: async (places, flow) =>
        places.forEach((place) => {
          flow.seek(place, 0n);
          flow.resume(place);
        }),
      read: async (batch) => {
        const until = cut.get(`${topic}/${batch.partition}`) ?? 0n;
        records.push(...batch.records.filter(({ offset }) => BigInt(offset) < until));
        return batch.records.length;
      },
    });
    await consumer.stop();
  }
  return records;
}

const plain = (found: Awaited<ReturnType<typeof readAsOf>>) =>
  new Map(
    [...found.rows]
      .map(([key, { row }]) => [key, row] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );

test('at any cut the rows are those of a rebuild that stopped there, with snapshots and without', async () => {
  const ends = await cutOf('now', topics, eventLog);
  const snapshots = memorySnapshots();
  let skipped = 0;
  const cuts = fc.tuple(
    ...[...ends].map(([place, end]) => fc.bigInt(0n, end).map((at) => [place, at] as const)),
  );
  await fc.assert(
    fc.asyncProperty(cuts, async (places) => {
      const cut = new Map(places);
      // Places that are cut at their very beginning cannot be named by a last record: they are cut by hand.
      const inspector = { ...eventLog, cutAt: async (topic: string) => within(topic, cut) };
      const asOf = '2026-11-26T20:00:00Z';
      const expected = plainFold(orderStatus, await recordsBefore(cut));
      const alone = await readAsOf(options(asOf, { eventLog: inspector }));
      expect(plain(alone)).toEqual(expected);
      const limits = { snapshotRecords: 7 };
      const told = { eventLog: inspector, snapshots: snapshots.store, limits };
      const helped = await readAsOf(options(asOf, told));
      expect([...helped.rows].sort()).toEqual([...alone.rows].sort());
      expect(helped.records + helped.skipped).toBe(alone.records);
      skipped += helped.skipped;
    }),
    { numRuns: 40 },
  );
  expect(skipped).toBeGreaterThan(0);
});

function within(topic: string, cut: Cut): ReadonlyMap<number, bigint> {
  const mine = [...cut].filter(([place]) => place.startsWith(`${topic}/`));
  return new Map(mine.map(([place, next]) => [Number(place.slice(topic.length + 1)), next]));
}

test('a snapshot of other code is not looked at', async () => {
  const { store, kept } = memorySnapshots();
  const limits = { snapshotRecords: 20 };
  await readAsOf(options('now', { snapshots: store, limits }));
  expect(kept.length).toBeGreaterThan(0);
  const other = await readAsOf(options('now', { snapshots: store, limits, fold: 'g' }));
  expect(other).toMatchObject({ skipped: 0 });
  const same = await readAsOf(options('now', { snapshots: store, limits }));
  expect(same.skipped).toBeGreaterThan(0);
});

test('a cut prints as it can be asked for again', async () => {
  const first = await readAsOf(options(`${topics[0]}/0@3,${topics[1]}/1@0`));
  const again = await readAsOf(options(cutText(first.cut)));
  expect(again.cut).toEqual(first.cut);
  expect([...again.rows]).toEqual([...first.rows]);
});

test.each([
  ['yesterday', 'neither a time nor a place'],
  ['2026-13-26T20:00:00Z', 'no such time'],
  ['service-events.payments/9@1', 'reads no'],
  ['service-events.payments/0@100000', 'ends before'],
])('"%s" names nothing: %s', async (asOf, told) => {
  await expect(readAsOf(options(asOf))).rejects.toMatchObject({
    ...{ code: 'AS_OF_INVALID', message: expect.stringContaining(told) as string },
  });
});

test('a fork before the cut, or a gap, is told and not passed over', async () => {
  const event = (seq: number, data = {}) =>
    anEvent({ aggregateId: 'order/f', seq, type: 'order.noted', data });
  const readLog = async (...events: ReturnType<typeof event>[]) => {
    const log = memoryLog('orders');
    log.send(...events);
    return readAsOf(
      options('now', { topics: [log.topic], eventLog: { ...eventLog, ...log.eventLog } }),
    );
  };
  await expect(readLog(event(1), event(1, { other: true }))).rejects.toThrow('HISTORY_FORKED');
  await expect(readLog(event(1), event(3))).rejects.toThrow('SEQUENCE_GAP');
  // The missing one stands further on, sent late.
  await expect(readLog(event(1), event(3), event(2), event(4))).resolves.toMatchObject({
    records: 4,
  });
});

test('puts no state by that lacks what stands behind a gap', async () => {
  const event = (seq: number) =>
    anEvent({ aggregateId: 'order/f', seq, type: 'order.noted', data: {} });
  const log = memoryLog('orders');
  log.send(event(1), event(3), event(2), event(4));
  const { store, kept } = memorySnapshots();
  const told = { topics: [log.topic], eventLog: { ...eventLog, ...log.eventLog } };
  await readAsOf(options('now', { ...told, snapshots: store, limits: { snapshotRecords: 1 } }));
  const ends = kept.map(({ places }) => Math.max(...[...places.values()].map(Number)));
  expect(ends).toEqual([1, 3, 4]);
});

test('what the log has forgotten is told, where no snapshot reaches over it', async () => {
  const log = memoryLog('orders');
  log.send(anEvent({ aggregateId: 'order/t', seq: 1, type: 'order.noted', data: {} }));
  const { slot } = anEvent({ aggregateId: 'order/t' });
  log.forget(slot, 1n);
  const told = { topics: [log.topic], eventLog: { ...eventLog, ...log.eventLog } };
  await expect(readAsOf(options('now', told))).rejects.toThrow('LOG_TRUNCATED');
});
