import { startRelay } from '../../../platform/event-log/relay';
import type { RelayOptions } from '../../../platform/event-log/relay';
import { createLease } from '../../../platform/event-log/relay/lease';
import { decodeEvent, eventId } from '../../../platform/event-log/envelope';
import { LogError } from '../../../platform/event-log/ports';
import type { LogMessage, LogWriter } from '../../../platform/event-log/ports';
import type { StoredEvent } from '../../../platform/outbox/ports';
import { silentLog } from '../../../platform/runtime/log';
import { anEvent } from '../../support/events';
import { memoryOutbox } from '../../support/memory-outbox';
import { eventually } from '../../support/eventually';

/** A log in memory; `onAppend` may throw what a broker would. */
function memoryLog(onAppend: (messages: readonly LogMessage[]) => void = () => undefined) {
  const messages: LogMessage[] = [];
  const writer: LogWriter = {
    connect: async () => undefined,
    append: async (_topic, _partition, batch) => {
      onAppend(batch);
      messages.push(...batch);
    },
    close: async () => undefined,
  };
  return { writer, ids: () => messages.map((message) => eventId(decodeEvent(message))) };
}

const quick = { idleMsMin: 1, idleMsMax: 5, challengeMs: 1, backoffMsMin: 1, backoffMsMax: 5 };
const relays: { stop(): Promise<void> }[] = [];

function relayOf(
  source: RelayOptions['source'],
  writer: LogWriter,
  told: Partial<RelayOptions> = {},
) {
  const relay = startRelay({
    ...{ service: 'orders', topic: 'service-events.orders', partitions: 1, owner: 'one' },
    ...{ source, writer, log: silentLog, ...told, limits: { ...quick, ...told.limits } },
  });
  relays.push(relay);
  return relay;
}

function history(aggregateId: string, count: number): StoredEvent[] {
  return Array.from({ length: count }, (_, index) =>
    anEvent({ aggregateId, seq: index + 1, partitions: 1 }),
  );
}

afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
});

describe('a relay', () => {
  test('sends every pending event once and marks it', async () => {
    const outbox = memoryOutbox([...history('a', 3), ...history('b', 2)]);
    const log = memoryLog();
    relayOf(outbox.source, log.writer);
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    expect(log.ids()).toEqual(['a:1', 'a:2', 'a:3', 'b:1', 'b:2']);
  });

  test('repeats a send whose outcome it does not know, and counts the repeats', async () => {
    const outbox = memoryOutbox(history('a', 2));
    let failures = 1;
    const log = memoryLog();
    const writer: LogWriter = {
      ...log.writer,
      append: async (...told) => {
        await log.writer.append(...told);
        if (failures-- > 0) throw new LogError('LOG_TIMEOUT', 'no answer');
      },
    };
    const relay = relayOf(outbox.source, writer);
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    expect(log.ids()).toEqual(['a:1', 'a:2', 'a:1', 'a:2']);
    expect(relay.status().slots[0]).toMatchObject({ repeats: 2, sent: 2 });
  });

  test('parks the one aggregate the broker refuses and lets the others pass', async () => {
    const outbox = memoryOutbox([...history('a', 2), ...history('b', 2), ...history('c', 1)]);
    const log = memoryLog((messages) => {
      if (messages.some(({ key }) => key === 'b'))
        throw new LogError('RECORD_REFUSED', 'too large');
    });
    const relay = relayOf(outbox.source, log.writer);
    await eventually(() => expect(outbox.unpublished().map(eventId)).toEqual(['b:1', 'b:2']));
    expect(log.ids()).toEqual(['a:1', 'a:2', 'c:1']);
    expect(relay.status().parked).toMatchObject([{ aggregateId: 'b', seq: 1 }]);
  });

  test('is woken by a hint, and looks by itself where none comes', async () => {
    const outbox = memoryOutbox([]);
    const log = memoryLog();
    const limits = { idleMsMin: 60_000, idleMsMax: 60_000 };
    const relay = relayOf(outbox.source, log.writer, { limits });
    await eventually(() => expect(relay.status().slots[0]?.state).toBe('leading'));
    outbox.add(history('a', 2));
    await eventually(() => expect(log.ids()).toEqual(['a:1', 'a:2']));

    const deaf = memoryOutbox([]);
    relayOf({ ...deaf.source, subscribe: () => () => undefined }, log.writer);
    deaf.add(history('b', 1));
    await eventually(() => expect(log.ids()).toContain('b:1'));
  });

  test('reads no more than it can send, and nothing while a send is on its way or the log is away', async () => {
    const outbox = memoryOutbox(history('a', 1_000));
    let [reads, asked, onTheWay, atMost] = [0, 0, 0, 0];
    const source: typeof outbox.source = {
      ...outbox.source,
      pending: (slot, limitMax) => {
        [reads, asked, atMost] = [reads + 1, Math.max(asked, limitMax), Math.max(atMost, onTheWay)];
        return outbox.source.pending(slot, limitMax);
      },
    };
    const log = memoryLog();
    let isAway = true;
    const writer: LogWriter = {
      ...log.writer,
      append: async (...told) => {
        if (isAway) throw new LogError('LOG_UNAVAILABLE', 'away');
        onTheWay += 1;
        await log.writer.append(...told);
        onTheWay -= 1;
      },
    };
    const limits = { batchSizeMax: 10, backoffMsMin: 200, backoffMsMax: 200 };
    const relay = relayOf(source, writer, { limits });
    await eventually(() => expect(relay.status().slots[0]?.state).toBe('failing'));
    for (let hints = 0; hints < 100; hints += 1) {
      relay.wake();
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(reads).toBeLessThan(5);
    isAway = false;
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    expect([asked, atMost]).toEqual([10, 0]);
    expect(log.ids()).toHaveLength(1_000);
  });

  test('goes on behind what somebody else has sent and marked', async () => {
    const outbox = memoryOutbox(history('a', 1));
    const log = memoryLog();
    const relay = relayOf(outbox.source, log.writer, { limits: { leaseMs: 100 } });
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    await outbox.source.markPublished(history('a', 2));
    const [, second, third] = history('a', 3);
    const { source } = outbox;
    const marked = source.markPublished.bind(source);
    outbox.add([second!]);
    await marked([second!]);
    outbox.add([third!]);
    await eventually(() => expect(log.ids()).toContain('a:3'));
    expect(relay.status().slots[0]?.state).toBe('leading');
  });

  test('tries a parked aggregate again after its time', async () => {
    const outbox = memoryOutbox(history('b', 1));
    let isTooLarge = true;
    const log = memoryLog(() => {
      if (isTooLarge) throw new LogError('RECORD_REFUSED', 'too large');
    });
    const relay = relayOf(outbox.source, log.writer, { limits: { parkedRetryMs: 5 } });
    await eventually(() => expect(relay.status().parked).toHaveLength(1));
    isTooLarge = false;
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
  });

  test('gives its slots back when it stops, so that a successor need not wait for the lease', async () => {
    const outbox = memoryOutbox(history('a', 1));
    const log = memoryLog();
    await relayOf(outbox.source, log.writer).stop();
    outbox.add(history('z', 1));
    relayOf(outbox.source, log.writer, { owner: 'two', limits: { leaseMs: 60_000 } });
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
  });

  test('sends nothing when the lease went away while it connected', async () => {
    const outbox = memoryOutbox(history('a', 1));
    const log = memoryLog();
    let connects = 0;
    const writer: LogWriter = {
      ...log.writer,
      connect: async () => {
        connects += 1;
        const lease = await outbox.source.readLease(0);
        if (lease)
          await outbox.source.writeLease(
            { ...lease, owner: 'thief', version: lease.version + 1 },
            lease.version,
          );
      },
    };
    const relay = relayOf(outbox.source, writer, { limits: { leaseMs: 60_000 } });
    await eventually(() => {
      expect(connects).toBe(1);
      expect(relay.status().slots[0]?.state).toBe('waiting');
    });
    expect(log.ids()).toEqual([]);
  });
});

describe('the lease of a slot', () => {
  function contenders(leaseMs = 100) {
    const { source } = memoryOutbox([]);
    let nowMs = 0;
    const lease = (owner: string) =>
      createLease({ source, slot: 0, owner, leaseMs, nowMs: () => nowMs });
    return { first: lease('first'), second: lease('second'), pass: (ms: number) => (nowMs += ms) };
  }

  test('a challenger waits until it has seen one version unchanged for the whole time', async () => {
    const { first, second, pass } = contenders();
    expect(await first.take()).toBe(true);
    expect(await second.take()).toBe(false);
    pass(60);
    await first.keep();
    expect(await second.take()).toBe(false);
    pass(99);
    expect(await second.take()).toBe(false);
    pass(1);
    expect(await second.take()).toBe(true);
  });

  test('a holder that slept past its lease finds out before it goes on', async () => {
    const { first, second, pass } = contenders();
    await first.take();
    await second.take();
    pass(100);
    expect(await second.take()).toBe(true);
    await expect(first.keep()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await expect(first.confirm()).rejects.toMatchObject({ code: 'LEASE_LOST' });
    await first.release();
    await second.confirm();
  });
});
