import { randomUUID } from 'node:crypto';
import type { EventLog } from './kafka';
import type { LogRecord, PartitionMarks } from './ports';

export interface TopicReading {
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly topic: string;
  /** Consumer groups of this prefix must be allowed to us; each reading joins one of its own. */
  readonly groupPrefix: string;
  readonly timeoutMs: number;
  onRecord(record: LogRecord): void;
}

/** Thrown when the log was not read to its end in time. */
export class TopicReadTimeout extends Error {
  readonly code = 'TOPIC_READ_TIMEOUT';
}

/**
 * Reads a topic as it stands: from the first record each partition still holds to the end it had when this was called.
 * Per partition in order; between partitions there is none.
 */
export async function readTopic(reading: TopicReading): Promise<void> {
  const { eventLog, topic } = reading;
  const marks = (await eventLog.marks(topic)).filter(({ low, high }) => high > low);
  if (marks.length === 0) return;
  let finish: () => void = () => undefined;
  const finished = new Promise<void>((resolve) => (finish = resolve));
  const rest = new Map(marks.map((mark) => [mark.partition, mark.high]));
  const consumer = eventLog.startConsumer({
    groupId: `${reading.groupPrefix}-${randomUUID()}`,
    topics: [topic],
    assigned: async (places, flow) => {
      for (const place of places) begin(place, marks, flow);
    },
    read: async ({ partition, records }) => {
      const high = rest.get(partition);
      if (high === undefined) return records.length;
      for (const record of records) {
        if (BigInt(record.offset) < high) reading.onRecord(record);
      }
      const last = records.at(-1);
      if (last !== undefined && BigInt(last.offset) + 1n >= high) rest.delete(partition);
      if (rest.size === 0) finish();
      return records.length;
    },
  });
  try {
    await within(reading, finished);
  } finally {
    await consumer.stop();
  }
}

type Flow = Parameters<Parameters<EventLog['startConsumer']>[0]['assigned']>[1];
type Place = Parameters<Flow['resume']>[0];

function begin(place: Place, marks: readonly PartitionMarks[], flow: Flow): void {
  const mark = marks.find(({ partition }) => partition === place.partition);
  if (mark === undefined) return;
  flow.seek(place, mark.low);
  flow.resume(place);
}

async function within({ timeoutMs, topic }: TopicReading, finished: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new TopicReadTimeout(`${topic} was not read within ${timeoutMs} ms`);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    await Promise.race([finished, late]);
  } finally {
    clearTimeout(timer);
  }
}
