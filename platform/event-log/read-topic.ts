import { randomUUID } from 'node:crypto';
import type { EventLog } from './kafka';
import type { LogRecord } from './ports';

export interface TopicReading {
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly topic: string;
  /** Consumer groups of this prefix must be allowed to us; each reading joins one of its own. */
  readonly groupPrefix: string;
  /** Given up when nothing came for so long. */
  readonly timeoutMs: number;
  /** First offset to read, by partition, where it is not the first that the partition still holds. */
  readonly from?: ReadonlyMap<number, bigint>;
  /** Where to stop, by partition, where that is before the end: the first offset that is not read. */
  readonly until?: ReadonlyMap<number, bigint>;
  onRecord(record: LogRecord): void;
}

/** Thrown when the log has an end that was not reached, and nothing comes any more. */
export class TopicReadTimeout extends Error {
  readonly code = 'TOPIC_READ_TIMEOUT';
}

/**
 * Reads a topic as it stands: from the first record each partition still holds, or from where a reading before it has
 * ended, to the end it had when this was called, or to where it is told to stop. Per partition in order; between
 * partitions there is none. Each record is handed out once, also where the group is shared out again meanwhile. Answers
 * where the next reading begins.
 */
export async function readTopic(reading: TopicReading): Promise<ReadonlyMap<number, bigint>> {
  const { eventLog, topic, from, until } = reading;
  const marks = await eventLog.marks(topic);
  const ends = new Map(
    marks.map(({ partition, high }) => [partition, smaller(high, until?.get(partition))]),
  );
  const next = new Map(
    marks.map(({ partition, low }) => [partition, greater(low, from?.get(partition))]),
  );
  const isDone = (partition: number) => (next.get(partition) ?? 0n) >= (ends.get(partition) ?? 0n);
  const isRead = () => [...ends.keys()].every(isDone);
  if (isRead()) return next;
  function take(record: LogRecord): void {
    const { partition } = record;
    const offset = BigInt(record.offset);
    const endOffset = ends.get(partition) ?? 0n;
    if (isDone(partition) || offset < (next.get(partition) ?? 0n)) return;
    if (offset < endOffset) reading.onRecord(record);
    next.set(partition, offset < endOffset ? offset + 1n : endOffset);
  }
  let finish: () => void = () => undefined;
  let fail: (error: unknown) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => ([finish, fail] = [resolve, reject]));
  const clock = stallClock(reading);
  const consumer = eventLog.startConsumer({
    groupId: `${reading.groupPrefix}-${randomUUID()}`,
    topics: [topic],
    failed: (error) => fail(error),
    assigned: async (places, flow) => {
      for (const place of places) begin(place, next, flow);
    },
    read: async ({ partition, records }) => {
      if (!isDone(partition)) clock.refresh();
      try {
        for (const record of records) take(record);
      } catch (error) {
        fail(error);
      }
      if (isRead()) finish();
      return records.length;
    },
  });
  try {
    await Promise.race([finished, clock.late]);
  } finally {
    clock.stop();
    await consumer.stop();
  }
  return next;
}

type Flow = Parameters<Parameters<EventLog['startConsumer']>[0]['assigned']>[1];
type Place = Parameters<Flow['resume']>[0];

function begin(place: Place, next: ReadonlyMap<number, bigint>, flow: Flow): void {
  const offset = next.get(place.partition);
  if (offset === undefined) return;
  flow.seek(place, offset);
  flow.resume(place);
}

function smaller(high: bigint, until = high): bigint {
  return until < high ? until : high;
}

function greater(low: bigint, from = 0n): bigint {
  return from > low ? from : low;
}

/** Rejects `late` when it was not refreshed for `timeoutMs`. */
function stallClock({ timeoutMs, topic }: TopicReading) {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new TopicReadTimeout(`${topic} was not read: nothing came for ${timeoutMs} ms`);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  return { late, refresh: () => timer?.refresh(), stop: () => clearTimeout(timer) };
}
