import { randomUUID } from 'node:crypto';
import { EnvelopeError, decodeEvent } from '../../platform/event-log/envelope';
import type { LogEvent } from '../../platform/event-log/envelope';
import type { EventLog } from '../../platform/event-log/kafka';
import type { LogRecord } from '../../platform/event-log/ports';
import { readTopic } from '../../platform/event-log/read-topic';
import { slotOf } from '../../platform/outbox/hash';

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
  readonly event?: LogEvent;
  readonly problem?: string;
}

/** Reads a record as every reader does. */
export function foundIn(record: LogRecord): Found {
  const { topic, partition, offset } = record;
  try {
    return { topic, partition, offset, event: decodeEvent(record) };
  } catch (error) {
    if (!(error instanceof EnvelopeError)) throw error;
    return { topic, partition, offset, problem: error.message };
  }
}

/** Whether it is one of those; what cannot be read is shown to whoever asks for everything. */
export function isWanted({ event }: Found, { aggregateId, saga, type }: Wanted): boolean {
  const isFiltered = [aggregateId, saga, type].some((one) => one !== undefined);
  if (event === undefined) return !isFiltered;
  const isOfSaga =
    saga === undefined || event.sagaId === saga || event.sagaId?.startsWith(`${saga}/`) === true;
  const isOfAggregate = aggregateId === undefined || event.aggregateId === aggregateId;
  return isOfSaga && isOfAggregate && (type === undefined || event.type.startsWith(type));
}

const timeOf = ({ event }: Found): string => event?.recordedTime ?? '';

/** By the time they reached the log; of one partition as they stand there. */
export function inOrder(found: readonly Found[]): readonly Found[] {
  return [...found].sort((one, other) =>
    timeOf(one) < timeOf(other) ? -1 : timeOf(one) > timeOf(other) ? 1 : 0,
  );
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
  const found: Found[] = [];
  for (const topic of reading.topics) {
    const { eventLog, groupPrefix } = reading;
    const marks = await eventLog.marks(topic);
    const since =
      wanted.sinceMs === undefined ? undefined : await eventLog.cutAt(topic, wanted.sinceMs);
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
      const one = foundIn(record);
      if (isWanted(one, wanted)) found.push(one);
    };
    ends.set(topic, await readTopic({ eventLog, topic, groupPrefix, timeoutMs, from, onRecord }));
  }
  return { found: inOrder(found).slice(-wanted.limit), ends };
}

export type Ends = ReadonlyMap<string, ReadonlyMap<number, bigint>>;

/** Hands out what comes from there on, until it is told to stop. */
export function followEvents(
  { eventLog, topics, groupPrefix }: Reading,
  { ends, wanted, show }: { ends: Ends; wanted: Wanted; show: (found: Found) => void },
): { stop(): Promise<void> } {
  return eventLog.startConsumer({
    ...{ groupId: `${groupPrefix}-${randomUUID()}`, topics },
    assigned: async (places, flow) => {
      for (const place of places) {
        flow.seek(place, ends.get(place.topic)?.get(place.partition) ?? 0n);
        flow.resume(place);
      }
    },
    read: async ({ records }) => {
      records
        .map(foundIn)
        .filter((one) => isWanted(one, wanted))
        .forEach(show);
      return records.length;
    },
  });
}
