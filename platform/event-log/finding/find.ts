import { randomUUID } from 'node:crypto';
import { EnvelopeError, decodeEvent } from '../envelope';
import type { LogEvent } from '../envelope';
import type { EventLog } from '../kafka';
import type { LogRecord } from '../ports';
import { readTopic } from '../read-topic';
import { slotOf } from '../../outbox/hash';
import { inOrder } from '../../kernel/in-order';
import { isOfSaga } from '../../kernel/saga-id';

/** What somebody wants to see of the log. */
export interface Wanted {
  /** Whole id of an aggregate, such as `order/o-1`. */
  readonly aggregateId?: string | undefined;
  /** Workflow id or saga id. */
  readonly saga?: string | undefined;
  /** How the type begins: `payment.` has all of them. */
  readonly type?: string | undefined;
  /** Only what reached the log later, milliseconds since 1970. */
  readonly sinceMs?: number | undefined;
  /** So many, from the end. */
  readonly limit: number;
}

/** A record of the log: an event, or why it cannot be read. */
export interface Found {
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
  /** When it reached the log; of what cannot be read, when the one before it did. */
  readonly time: string;
  readonly event?: LogEvent;
  readonly problem?: string;
}

/** Reads records as every reader does, those of a partition one after the other. */
export function recordReader(): (record: LogRecord) => Found {
  const last = new Map<string, string>();
  return (record) => {
    const { topic, partition, offset } = record;
    const place = `${topic}/${partition}`;
    try {
      const event = decodeEvent(record);
      last.set(place, event.recordedTime);
      return { topic, partition, offset, time: event.recordedTime, event };
    } catch (error) {
      if (!(error instanceof EnvelopeError)) throw error;
      const time = last.get(place) ?? '';
      return { topic, partition, offset, time, problem: error.message };
    }
  };
}

/** Whether it is one of those; what cannot be read is shown to whoever asks for everything. */
export function isWanted({ event }: Found, { aggregateId, saga, type }: Wanted): boolean {
  const isFiltered = [aggregateId, saga, type].some((one) => one !== undefined);
  if (event === undefined) return !isFiltered;
  const isOfIt = saga === undefined || isOfSaga(event.sagaId, saga);
  const isOfAggregate = aggregateId === undefined || event.aggregateId === aggregateId;
  return isOfIt && isOfAggregate && (type === undefined || event.type.startsWith(type));
}

/** The last so many of what is told one after the other, in no more memory than twice as many take. */
function lastOnes(limit: number) {
  let kept: Found[] = [];
  const cut = (): readonly Found[] => (kept = inOrder(kept).slice(-limit));
  return {
    add(one: Found): void {
      kept.push(one);
      if (kept.length >= 2 * limit) cut();
    },
    all: cut,
  };
}

export interface Reading {
  readonly eventLog: Pick<EventLog, 'marks' | 'cutAt' | 'startConsumer'>;
  readonly topics: readonly string[];
  /** Consumer groups of this prefix must be allowed. */
  readonly groupPrefix: string;
  /** Hears of every record that was read. */
  readonly read: (records: number) => void;
}

/** Nothing came for so long: the log is away. */
const timeoutMs = 20_000;

/** What is read at most of each partition where only the last few are asked for. */
function beginOf(
  { low, high }: { readonly low: bigint; readonly high: bigint },
  wanted: Wanted,
): bigint {
  const isAnything = [wanted.aggregateId, wanted.saga, wanted.type].every(
    (one) => one === undefined,
  );
  const last = high - BigInt(wanted.limit);
  return isAnything && last > low ? last : low;
}

/** The last events that are wanted, over all topics, and where each partition ended. */
export async function lastEvents(
  reading: Reading,
  wanted: Wanted,
): Promise<{ readonly found: readonly Found[]; readonly ends: Ends }> {
  const ends = new Map<string, ReadonlyMap<number, bigint>>();
  const found = lastOnes(wanted.limit);
  const read = recordReader();
  const readOne = async (topic: string): Promise<void> => {
    const { eventLog, groupPrefix } = reading;
    const marks = await eventLog.marks(topic);
    const since =
      wanted.sinceMs === undefined
        ? undefined
        : // To the broker a time before 1970 is another question: for the beginning, or the end.
          await eventLog.cutAt(topic, Math.max(0, wanted.sinceMs));
    const own =
      wanted.aggregateId === undefined ? undefined : slotOf(wanted.aggregateId, marks.length);
    const from = new Map(
      marks.map((mark) => {
        const { partition, high } = mark;
        // All events of an aggregate are in one partition.
        if (own !== undefined && own !== partition) return [partition, high];
        return [partition, since?.get(partition) ?? beginOf(mark, wanted)];
      }),
    );
    const onRecord = (record: LogRecord): void => {
      reading.read(1);
      const one = read(record);
      if (isWanted(one, wanted)) found.add(one);
    };
    ends.set(topic, await readTopic({ eventLog, topic, groupPrefix, timeoutMs, from, onRecord }));
  };
  await Promise.all(reading.topics.map(readOne));
  return { found: found.all(), ends };
}

export type Ends = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

/**
 * Hands out what comes from there on, each once, until it is told to stop: a group that is shared out again goes on
 * where it was. `failed` rejects where nothing will come any more.
 */
export function followEvents(
  { eventLog, topics, groupPrefix }: Reading,
  { ends, wanted, show }: { ends: Ends; wanted: Wanted; show: (found: Found) => void },
): { readonly failed: Promise<never>; stop(): Promise<void> } {
  const read = recordReader();
  const next = new Map<string, bigint>();
  for (const [topic, partitions] of ends)
    for (const [partition, offset] of partitions) next.set(`${topic}/${partition}`, offset);
  let fail: (error: Error) => void = () => undefined;
  const failed = new Promise<never>((_resolve, reject) => (fail = reject));
  const consumer = eventLog.startConsumer({
    ...{ groupId: `${groupPrefix}-${randomUUID()}`, topics },
    failed: fail,
    assigned: async (places, flow) => {
      for (const place of places) {
        flow.seek(place, next.get(`${place.topic}/${place.partition}`) ?? 0n);
        flow.resume(place);
      }
    },
    read: async ({ topic, partition, records }) => {
      const place = `${topic}/${partition}`;
      for (const record of records) {
        if (BigInt(record.offset) < (next.get(place) ?? 0n)) continue;
        next.set(place, BigInt(record.offset) + 1n);
        const one = read(record);
        if (isWanted(one, wanted)) show(one);
      }
      return records.length;
    },
  });
  return { failed, stop: () => consumer.stop() };
}
