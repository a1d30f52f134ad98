import { encodeEvent } from '../../platform/event-log/envelope';
import type { EventLog } from '../../platform/event-log/kafka';
import type {
  LogFlow,
  LogMessage,
  LogRecord,
  LogWriter,
  StoredMessage,
} from '../../platform/event-log/ports';
import { recordOf } from '../../platform/event-log/stored';
import type { OutboxSource, StoredEvent } from '../../platform/outbox/ports';

/** A topic of several partitions in memory, for what reads a log; who writes it is the test. */
export function memoryLog(service: string, partitions = 3) {
  const topic = `service-events.${service}`;
  const kept = Array.from({ length: partitions }, (): LogRecord[] => []);
  const lows = kept.map(() => 0n);
  let timeMs = Date.parse('2026-11-23T10:00:00.000Z');
  const context = { service, recordedTime: '2026-11-23T10:00:01.000Z' };

  function append(partition: number, message: LogMessage): void {
    const records = kept[partition] ?? [];
    const { key, value, headers } = message;
    const stored = { timestamp: String(timeMs), key: Buffer.from(key), value: Buffer.from(value) };
    records.push({
      ...{ ...message, topic, partition, offset: String(records.length) },
      stored: { ...stored, headers },
    });
    timeMs += 1_000;
  }

  /** Appends as an operator does: time and all. */
  function appendStored(partition: number, stored: StoredMessage): void {
    const records = kept[partition] ?? [];
    records.push(recordOf({ topic, partition }, String(records.length), stored));
  }

  const encode = (event: StoredEvent): LogMessage => encodeEvent(event, context);

  function send(...events: readonly StoredEvent[]): void {
    for (const event of events) append(event.slot, encode(event));
  }

  const eventLog: Pick<EventLog, 'marks' | 'startConsumer'> = {
    marks: async () =>
      kept.map((records, partition) => ({
        ...{ partition, low: lows[partition] ?? 0n, high: BigInt(records.length) },
      })),
    startConsumer: (reader) => {
      const places = kept.map((_, partition) => ({ topic, partition }));
      const from = new Map<number, bigint>();
      const readings: Promise<void>[] = [];
      const flow: LogFlow = {
        seek: ({ partition }, offset) => void from.set(partition, offset),
        pause: () => undefined,
        resume: ({ partition }) => void readings.push(begun.then(() => readOn(partition))),
      };
      const begun = Promise.resolve();
      readings.push(reader.assigned(places, flow));
      const stop = async (): Promise<void> => {
        // What is being read may resume another partition.
        for (const one of readings) await one;
      };
      return { isJoined: () => true, stop };

      async function readOn(partition: number): Promise<void> {
        const low = lows[partition] ?? 0n;
        const asked = from.get(partition) ?? 0n;
        const records = (kept[partition] ?? []).slice(Number(asked > low ? asked : low));
        const high = BigInt(kept[partition]?.length ?? 0);
        const steering = { isCurrent: () => true, heartbeat: async () => undefined };
        await reader.read({ topic, partition, records, high, ...steering }, flow);
      }
    },
  };

  /** Appends as the real one does; `before` runs first, as whatever comes between. */
  function writer(before: () => Promise<void> = async () => undefined): LogWriter {
    return {
      connect: async () => undefined,
      append: async (_topic, partition, messages) => {
        await before();
        messages.forEach((message) => append(partition, message));
      },
      close: async () => undefined,
    };
  }

  return {
    ...{ topic, eventLog, append, appendStored, encode, send, writer },
    /** Every record, partition by partition. */
    records: () => kept.flat(),
    /** Loses everything, as a topic that was made anew. */
    lose: () => kept.forEach((records) => void records.splice(0)),
    /** Forgets the first records of a partition, as retention does; offsets stay. */
    forget: (partition: number, low: bigint) => void (lows[partition] = low),
    /** Sends and marks what an outbox holds, as a relay would. */
    async relay(source: Pick<OutboxSource, 'pending' | 'markPublished'>): Promise<void> {
      for (let slot = 0; slot < partitions; slot += 1) {
        const events = await source.pending(slot, 1_000);
        send(...events);
        await source.markPublished(events);
      }
    },
  };
}
