import { LogError } from '../../platform/event-log/ports';
import type { LogBatch, LogConsumer, LogFlow, LogMessage } from '../../platform/event-log/ports';
import type { LogRecord, LogWriter, TopicPartition } from '../../platform/event-log/ports';
import { eventually } from '../support/eventually';
import { startOwnBroker } from '../support/own-broker';
import type { OwnBroker } from '../support/own-broker';

/** What the port promises while the broker does its worst; the calm half is in event-log-kafka.test.ts. */
let broker: OwnBroker;
let topic: string;
const consumers: LogConsumer[] = [];

beforeAll(async () => void (broker = await startOwnBroker()));
afterAll(() => broker.close());
beforeEach(async () => void (topic = await broker.createTopic()));
afterEach(async () => void (await Promise.all(consumers.splice(0).map((one) => one.stop()))));

const message = (number: number, key = 'a'): LogMessage => {
  return { key, value: String(number), headers: {} };
};
const numbersIn = (records: readonly LogRecord[]) => records.map(({ value }) => Number(value));
const firsts = (numbers: readonly number[]) => [...new Set(numbers)];
const upTo = (count: number) => Array.from({ length: count }, (_, index) => index + 1);

/** A broker that starts again on a busy machine takes its time. */
const insistMs = 60_000;

/** As a relay does: the same message until it is acknowledged, and only then the next. */
async function insist(writer: LogWriter, partition: number, number: number): Promise<number> {
  const deadlineMs = performance.now() + insistMs;
  for (let tries = 1; ; tries += 1) {
    try {
      await writer.append(topic, partition, [message(number)], 1_000);
      return tries;
    } catch (error) {
      if (!(error instanceof LogError) || performance.now() > deadlineMs) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

/** The signal is sent in a moment; the broker is suspended once it answers nobody any more. */
async function suspend(): Promise<void> {
  const { writer } = broker.logAs('payments');
  await insist(writer, 1, 0);
  broker.signal('SIGSTOP');
  for (let isAnswering = true; isAnswering;) {
    await writer.append(topic, 1, [message(0)], 400).catch(({ code }: LogError) => {
      expect(code).toBe('LOG_TIMEOUT');
      isAnswering = false;
    });
  }
}

describe('a writer', () => {
  test('fills partitions side by side, each in order; a second send into one is refused and leaves nothing', async () => {
    const { writer } = broker.logAs('payments');
    let refused = 0;
    const fill = async (partition: number): Promise<void> => {
      for (let number = 1; number <= 30; number += 1) {
        const sent = writer.append(topic, partition, [message(number)], 5_000);
        const second = writer.append(topic, partition, [message(-number)], 5_000);
        await second.catch(({ code }: LogError) => (refused += code === 'APPEND_OVERLAPS' ? 1 : 0));
        await sent;
      }
    };
    await Promise.all([0, 1, 2].map(fill));
    const records = await broker.records(topic);
    for (const partition of [0, 1, 2]) {
      const own = records.filter((record) => record.partition === partition);
      expect(numbersIn(own)).toEqual(upTo(30));
    }
    expect(refused).toBe(90);
  });

  test('gives up at its own deadline when the broker is suspended; what arrives late is a repeat', async () => {
    const { writer } = broker.logAs('payments');
    await insist(writer, 0, 1);
    await suspend();
    const startedMs = performance.now();
    const codes: string[] = [];
    for (let tries = 0; tries < 3; tries += 1) {
      await writer.append(topic, 0, [message(2)], 400).catch(({ code }: LogError) => {
        codes.push(code);
      });
    }
    const tookMs = performance.now() - startedMs;
    broker.signal('SIGCONT');
    expect(codes).toEqual(Array(3).fill('LOG_TIMEOUT'));
    expect(tookMs).toBeLessThan(3 * 400 + 4_000);
    await insist(writer, 0, 2);
    await insist(writer, 0, 3);
    const records = await broker.records(topic);
    const own = records.filter(({ partition }) => partition === 0);
    expect(firsts(numbersIn(own))).toEqual([1, 2, 3]);
  });

  test('never sends what was given up while there was no connection yet', async () => {
    const { writer } = broker.logAs('payments');
    await suspend();
    await expect(writer.append(topic, 0, [message(1)], 300)).rejects.toMatchObject({
      code: 'LOG_TIMEOUT',
    });
    broker.signal('SIGCONT');
    await insist(broker.logAs('payments').writer, 0, 2);
    await insist(writer, 0, 3);
    expect(numbersIn(await broker.records(topic))).not.toContain(1);
  });

  test('names a topic that is not there', async () => {
    const { writer } = broker.logAs('payments');
    const nowhere = writer.append('service-events.payments-nowhere', 0, [message(1)], 5_000);
    await expect(nowhere).rejects.toMatchObject({ code: 'TOPIC_MISSING' });
    await writer.append(topic, 0, [message(1)], 5_000);
  });
});

/** Reads from offset 0, or on from what it has read, and keeps what it reads, ownership by ownership. */
function startReader(groupId: string, onBatch?: (batch: LogBatch) => Promise<void>) {
  const ownerships = new Map<string, LogRecord[]>();
  const next = new Map<number, bigint>();
  let epoch = 0;
  let flow: LogFlow | undefined;
  let held: readonly TopicPartition[] = [];
  const consumer = broker.logAs('projector').startConsumer({
    groupId,
    topics: [topic],
    assigned: async (places, given) => {
      epoch += 1;
      [flow, held] = [given, places];
      for (const place of places) {
        given.seek(place, next.get(place.partition) ?? 0n);
        given.resume(place);
      }
    },
    read: async (batch) => {
      const name = `${epoch}/${batch.partition}`;
      await onBatch?.(batch);
      if (!batch.isCurrent()) return 0;
      ownerships.set(name, [...(ownerships.get(name) ?? []), ...batch.records]);
      const last = batch.records.at(-1);
      if (last) next.set(batch.partition, BigInt(last.offset) + 1n);
      return batch.records.length;
    },
  });
  consumers.push(consumer);
  const all = (): LogRecord[] => [...ownerships.values()].flat();
  return { consumer, ownerships, all, held: () => held, flow: () => flow };
}

describe('a consumer group', () => {
  test('shared out anew, whoever has a batch in hand is told, and nobody reads a record twice in one ownership', async () => {
    const { writer } = broker.logAs('payments');
    for (const partition of [0, 1, 2]) await insist(writer, partition, partition + 1);
    const group = `projector-shared-${topic}`;
    const told: string[] = [];
    let isHolding = false;
    const first = startReader(group, async (batch) => {
      isHolding = true;
      while (told.length === 0) {
        await batch.heartbeat().catch((error: { type: string }) => {
          told.push(error.type);
          throw error;
        });
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    });
    await eventually(() => expect(isHolding).toBe(true), insistMs);
    const second = startReader(group);
    await eventually(() => expect(second.held().length).toBeGreaterThan(0), insistMs);
    expect(new Set(told)).toEqual(new Set(['REBALANCE_IN_PROGRESS']));
    await eventually(() => {
      const places = [...first.held(), ...second.held()].map(({ partition }) => partition);
      expect(places.sort()).toEqual([0, 1, 2]);
      const read = [...first.all(), ...second.all()].map(({ value }) => Number(value));
      expect(firsts(read.sort())).toEqual([1, 2, 3]);
    }, insistMs);
    for (const records of [...first.ownerships.values(), ...second.ownerships.values()]) {
      const offsets = records.map(({ offset }) => offset);
      expect(new Set(offsets).size).toBe(offsets.length);
    }
  });
});

describe('a partition that has forgotten its first records', () => {
  test('says so by its marks, and a reader that was behind sees the jump and nothing is passed over', async () => {
    const { writer } = broker.logAs('payments');
    for (let number = 1; number <= 3; number += 1) await insist(writer, 0, number);
    const reader = startReader(`projector-behind-${topic}`);
    await eventually(() => expect(numbersIn(reader.all())).toEqual([1, 2, 3]), insistMs);
    const place = { topic, partition: 0 };
    reader.flow()?.pause(place);
    for (let number = 4; number <= 9; number += 1) await insist(writer, 0, number);
    const partitions = [{ partition: 0, offset: '6' }];
    await broker.admin.deleteTopicRecords({ topic, partitions });
    const [marks] = await broker.logAs('projector').marks(topic);
    expect(marks).toMatchObject({ low: 6n, high: 9n });
    reader.flow()?.seek(place, 3n);
    reader.flow()?.resume(place);
    await eventually(() => expect(numbersIn(reader.all())).toEqual([1, 2, 3, 7, 8, 9]), insistMs);
    expect(reader.all()[3]).toMatchObject({ offset: '6' });
  });

  test('a place behind the end is answered from the beginning, never by silence', async () => {
    const { writer } = broker.logAs('payments');
    for (let number = 1; number <= 3; number += 1) await insist(writer, 0, number);
    const reader = startReader(`projector-beyond-${topic}`);
    await eventually(() => expect(numbersIn(reader.all())).toEqual([1, 2, 3]), insistMs);
    reader.flow()?.seek({ topic, partition: 0 }, 50n);
    await insist(writer, 0, 4);
    await eventually(
      () => expect(numbersIn(reader.all()).slice(3)).toEqual([1, 2, 3, 4]),
      insistMs,
    );
  });
});

describe.each(['stopped and started', 'killed and started'] as const)('a broker %s', (how) => {
  test('loses nothing and reorders nothing, for a writer or for a reader', async () => {
    const { writer } = broker.logAs('payments');
    const reader = startReader(`projector-restart-${topic}`);
    await insist(writer, 0, 1);
    await eventually(() => expect(reader.all()).toHaveLength(1), insistMs);
    const restart = async (): Promise<void> => {
      await (how === 'killed and started' ? broker.kill() : broker.stop());
      await broker.start();
    };
    let restarted: Promise<void> | undefined;
    const writing = (async () => {
      let repeats = 0;
      for (let number = 2; number <= 60; number += 1) {
        repeats += (await insist(writer, 0, number)) - 1;
        if (number === 10) restarted = restart();
      }
      return repeats;
    })();
    const tries = await writing;
    await restarted;
    const records = await broker.records(topic);
    expect(firsts(numbersIn(records))).toEqual(upTo(60));
    expect(records.length - 60).toBeLessThanOrEqual(tries);
    await eventually(() => expect(reader.all().length).toBe(records.length), insistMs);
    expect(reader.all().map(({ offset }) => offset)).toEqual(records.map(({ offset }) => offset));
  });
});
