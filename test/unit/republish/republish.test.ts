import { decodeEvent, eventId } from '../../../platform/event-log/envelope';
import { gapReachBytes } from '../../../platform/event-log/reach';
import { startRelay } from '../../../platform/event-log/relay';
import type { StoredEvent } from '../../../platform/outbox/ports';
import type { RepublishOptions, RepublishReport } from '../../../platform/republish/options';
import { republish } from '../../../platform/republish/republish';
import { silentLog } from '../../../platform/runtime/log';
import { anEvent } from '../../support/events';
import { eventually } from '../../support/eventually';
import { memoryLog } from '../../support/memory-log';
import { memoryOutbox } from '../../support/memory-outbox';

const historyOf = (name: string, count: number, from = 1): StoredEvent[] =>
  Array.from({ length: count }, (_, index) =>
    anEvent({ aggregateId: `order/${name}`, seq: from + index }),
  );

/** A service whose events were all sent, except for those `lost` names. */
async function aWorld(events: readonly StoredEvent[], lost: (event: StoredEvent) => boolean) {
  const outbox = memoryOutbox(events);
  const log = memoryLog('orders');
  log.send(...events.filter((event) => !lost(event)));
  await outbox.source.markPublished(events);
  return {
    ...{ outbox, log },
    run: (told: Partial<RepublishOptions> = {}): Promise<RepublishReport> =>
      republish({
        ...{ service: 'orders', topic: log.topic, source: outbox.source, owner: 'republish-1' },
        ...{ eventLog: log.eventLog, writer: log.writer(), groupPrefix: 'projector-test' },
        ...{ leaseMs: 60, ...told },
      }),
    /** First occurrences of each aggregate, in the order of the log. */
    order: (): Record<string, number[]> => {
      const found: Record<string, number[]> = {};
      for (const { aggregateId, seq } of log.records().map(decodeEvent)) {
        const seqs = (found[aggregateId] ??= []);
        if (!seqs.includes(seq)) seqs.push(seq);
      }
      return found;
    },
  };
}

const everything = () => true;
const nothing = () => false;
const isSecond = ({ seq }: StoredEvent) => seq === 2;
const briefly = ({ findings }: RepublishReport) =>
  findings.map(({ aggregateId, code, seq }) => `${aggregateId} ${code} ${seq}`);

test('a log that holds everything is left alone, and so are its slots', async () => {
  const world = await aWorld(historyOf('a', 3), nothing);
  expect(await world.run()).toMatchObject({
    ...{ verdict: 'complete', aggregates: 1, events: 3, records: 3, lacking: 0, sent: 0 },
  });
  expect(await world.outbox.source.readLease(0)).toBeUndefined();
});

test('a topic that lost everything is filled again with the same ids and hashes, each in order', async () => {
  const events = [...historyOf('a', 300), ...historyOf('b', 3), ...historyOf('c', 1)];
  const world = await aWorld(events, everything);
  expect(await world.run()).toMatchObject({ verdict: 'complete', lacking: 304, sent: 304 });
  expect(world.order()).toEqual({
    'order/a': Array.from({ length: 300 }, (_, index) => index + 1),
    'order/b': [1, 2, 3],
    'order/c': [1],
  });
  const told = new Map(world.log.records().map((record) => [decodeEvent(record), record] as const));
  const hashes = new Map([...told.keys()].map((event) => [eventId(event), event.contentHash]));
  expect(hashes).toEqual(new Map(events.map((event) => [eventId(event), event.contentHash])));
  expect(await world.run()).toMatchObject({ verdict: 'complete', lacking: 0, sent: 0, repeats: 0 });
});

test('a dry run says what it would send, and touches neither log nor lease', async () => {
  const world = await aWorld(historyOf('a', 3), ({ seq }) => seq > 1);
  const writer = world.log.writer(() => Promise.reject(new Error('it was sent')));
  expect(await world.run({ dryRun: true, writer })).toMatchObject({
    ...{ verdict: 'lacking', dryRun: true, lacking: 2, sent: 0 },
  });
  expect(await world.outbox.source.readLease(anEvent().slot)).toBeUndefined();
});

test('with --all readers see repeats, and nothing but repeats', async () => {
  const world = await aWorld([...historyOf('a', 3), ...historyOf('b', 2)], nothing);
  expect(await world.run({ all: true })).toMatchObject({ lacking: 0, sent: 5 });
  expect(await world.run()).toMatchObject({ records: 10, repeats: 5, broken: 0 });
});

test('one aggregate alone is sent, and what is lacking elsewhere is not counted', async () => {
  const world = await aWorld([...historyOf('a', 2), ...historyOf('b', 2)], everything);
  const told = await world.run({ aggregateId: 'order/b' });
  expect(told).toMatchObject({ aggregates: 1, lacking: 2, sent: 2 });
  expect(world.order()).toEqual({ 'order/b': [1, 2] });
  await expect(world.run({ aggregateId: 'order/z' })).rejects.toMatchObject({
    code: 'AGGREGATE_UNKNOWN',
  });
});

test('what waits in the outbox is the relay’s, unless something before it is lacking', async () => {
  const world = await aWorld(historyOf('a', 2), isSecond);
  world.outbox.add([...historyOf('a', 1, 3), ...historyOf('b', 1)]);
  expect(await world.run()).toMatchObject({ pending: 2, lacking: 1, sent: 2 });
  expect(world.outbox.unpublished().map(eventId)).toEqual(['order/b:1']);
  expect(world.order()).toEqual({ 'order/a': [1, 2, 3] });
});

describe('a gap behind which the log went on', () => {
  test('is filled within the reach of a reader', async () => {
    const world = await aWorld(historyOf('a', 5), ({ seq }) => seq === 2 || seq === 4);
    expect(await world.run()).toMatchObject({ verdict: 'complete', lacking: 2, sent: 2 });
    expect(world.order()).toEqual({ 'order/a': [1, 3, 5, 2, 4] });
  });

  test('is told, and left alone, where no reader would look', async () => {
    const { slot } = anEvent({ aggregateId: 'order/a' });
    const data = { text: 'x'.repeat(gapReachBytes) };
    const large = anEvent({ aggregateId: 'order/large', slot, data });
    const world = await aWorld([...historyOf('a', 3), large, ...historyOf('b', 2)], isSecond);
    const told = await world.run();
    expect(told).toMatchObject({ verdict: 'refused', lacking: 2, sent: 1 });
    expect(briefly(told)).toEqual(['order/a GAP_OUT_OF_REACH 2']);
    expect(world.order()).toMatchObject({ 'order/a': [1, 3], 'order/b': [1, 2] });
  });
});

describe('what sending cannot put right', () => {
  test('two contents of one event stop everything, with the ids', async () => {
    const world = await aWorld(
      [...historyOf('a', 2), ...historyOf('b', 2)],
      ({ seq }) => seq === 2,
    );
    const other = anEvent({ aggregateId: 'order/a', seq: 2, data: { orderId: 'other' } });
    world.log.send(other);
    const told = await world.run({ all: true });
    expect(told).toMatchObject({ verdict: 'refused', sent: 0, counts: { HISTORY_FORKED: 1 } });
    expect(briefly(told)).toEqual(['order/a HISTORY_FORKED 2']);
  });

  test('a log that knows more than the table is named, and the others are sent', async () => {
    const world = await aWorld(
      [...historyOf('a', 1), ...historyOf('b', 2)],
      ({ seq }) => seq === 2,
    );
    world.log.send(...historyOf('a', 2, 2), ...historyOf('gone', 1));
    const told = await world.run();
    expect(briefly(told)).toEqual(['order/a LOG_AHEAD 2', 'order/gone LOG_AHEAD 1']);
    expect(told).toMatchObject({ verdict: 'refused', lacking: 1, sent: 1 });
  });

  test('a table with a hole or a changed row is not believed', async () => {
    const forged = { ...anEvent({ aggregateId: 'order/b', seq: 2 }), data: { orderId: 'forged' } };
    const holed = historyOf('a', 3).filter(({ seq }) => seq !== 2);
    const events = [...holed, ...historyOf('b', 1), forged, ...historyOf('c', 1)];
    const world = await aWorld(events, everything);
    const told = await world.run();
    expect(briefly(told)).toEqual(['order/a TABLE_NOT_CONTIGUOUS 3', 'order/b TABLE_HASH_WRONG 2']);
    expect(world.order()).toEqual({ 'order/c': [1] });
  });

  test('what retention took is sent only when asked for', async () => {
    const events = [...historyOf('a', 2), ...historyOf('a2', 1), ...historyOf('a3', 1)];
    const slot = 0;
    const there = events.map((event) => ({ ...event, slot }));
    const world = await aWorld(there, ({ aggregateId }) => aggregateId === 'order/a');
    world.log.forget(slot, 1n);
    const told = await world.run();
    expect([told.verdict, told.sent]).toEqual(['refused', 0]);
    expect(told.counts).toEqual({ LOG_TRUNCATED: 2 });
    expect(await world.run({ all: true })).toMatchObject({ verdict: 'complete', sent: 4 });
  });
});

describe('beside a relay', () => {
  const limits = { leaseMs: 400, challengeMs: 10, sendTimeoutMs: 100, idleMsMin: 5, idleMsMax: 10 };

  test('the slot is taken from it, and given back; nothing comes out of order', async () => {
    const world = await aWorld(historyOf('a', 50), ({ seq }) => seq > 10);
    const relay = startRelay({
      ...{ service: 'orders', source: world.outbox.source, topic: world.log.topic, partitions: 3 },
      ...{ owner: 'relay', log: silentLog, writer: world.log.writer(), limits },
    });
    await eventually(() =>
      expect(relay.status().slots.every(({ state }) => state === 'leading')).toBe(true),
    );
    const adding = { seq: 50 };
    const add = async (): Promise<void> => world.outbox.add(historyOf('a', 1, (adding.seq += 1)));
    const told = await world.run({ leaseMs: limits.leaseMs, writer: world.log.writer(add) });
    await add();
    await eventually(() => expect(world.outbox.unpublished()).toEqual([]));
    await relay.stop();
    expect(told).toMatchObject({ verdict: 'complete', lacking: 40 });
    expect(world.order()['order/a']).toEqual(
      Array.from({ length: adding.seq }, (_, index) => index + 1),
    );
  });

  test('what it sends while the table is read is not lacking', async () => {
    const world = await aWorld(historyOf('a', 2), nothing);
    const { source } = world.outbox;
    let isSent = false;
    const slowly: typeof source = {
      ...source,
      history: async (page) => {
        if (!isSent) {
          isSent = true;
          world.outbox.add(historyOf('a', 1, 3));
          await world.log.relay(source);
        }
        return source.history(page);
      },
    };
    expect(await world.run({ source: slowly })).toMatchObject({ events: 3, lacking: 0, sent: 0 });
  });

  test('a slot that somebody takes meanwhile ends the run, and the next one finishes it', async () => {
    const world = await aWorld(historyOf('a', 3), everything);
    const { source } = world.outbox;
    const thief: typeof source = {
      ...source,
      readLease: async (slot) => {
        const lease = await source.readLease(slot);
        return lease && { ...lease, version: lease.version + 1, owner: 'thief' };
      },
    };
    await expect(world.run({ source: thief })).rejects.toMatchObject({ code: 'LEASE_LOST' });
    expect(world.log.records()).toEqual([]);
    expect(await world.run()).toMatchObject({ verdict: 'complete', sent: 3 });
  });
});
