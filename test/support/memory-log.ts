import { encodeEvent } from '../../platform/event-log/envelope';
import type { EventLog } from '../../platform/event-log/kafka';
import type { LogMessage, LogRecord, LogWriter } from '../../platform/event-log/ports';
import type { OutboxSource, StoredEvent } from '../../platform/outbox/ports';

/** A topic of several partitions in memory, for what reads a log; who writes it is the test. */
export function memoryLog(service: string, partitions = 3) {
  const topic = `service-events.${service}`;
  const kept = Array.from({ length: partitions }, (): LogRecord[] => []);
  const lows = kept.map(() => 0n);
  const context = { service, recordedTime: '2026-11-23T10:00:01.000Z' };

  function append(partition: number, message: LogMessage): void {
    const records = kept[partition] ?? [];
    records.push({ ...message, topic, partition, offset: String(records.length) });
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
      const flow = {
        seek: ({ partition }: { partition: number }, offset: bigint) =>
          void from.set(partition, offset),
        pause: () => undefined,
        resume: () => undefined,
      };
      const reading = reader.assigned(places, flow).then(async () => {
        for (const [partition, offset] of from) {
          const records = (kept[partition] ?? []).slice(Number(offset));
          const high = BigInt(kept[partition]?.length ?? 0);
          const steering = { isCurrent: () => true, heartbeat: async () => undefined };
          await reader.read({ topic, partition, records, high, ...steering }, flow);
        }
      });
      return { isJoined: () => true, stop: () => reading };
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
    ...{ topic, eventLog, append, encode, send, writer },
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
