import type { EventLog } from '../event-log/kafka';
import type { LogFlow, LogRecord } from '../event-log/ports';
import { readTopic } from '../event-log/read-topic';
import type { LogFeed } from './options';

/** Bounds of the auditor's own consumer. */
export const feedLimits = {
  /** Records of one partition kept for the next step; behind them the log is not read on. */
  bufferMax: 4_000,
  /** A log of which nothing came for so long is away. */
  stallMs: 20_000,
} as const;

type Log = Pick<EventLog, 'marks' | 'startConsumer'>;

/** A feed for one look: each step joins a group of its own. Slow, and leaves nothing behind in this process. */
export function lookingFeed(eventLog: Log, groupPrefix: string): LogFeed {
  return {
    async read(topic, { offsets, limitMax }) {
      const records: LogRecord[] = [];
      const { stallMs: timeoutMs } = feedLimits;
      const from = offsets;
      await readTopic({
        ...{ eventLog, topic, groupPrefix, from, timeoutMs },
        onRecord: (record) => records.push(record),
      });
      return records.slice(0, limitMax);
    },
  };
}

/** A feed that stays in its group and reads ahead, until closed. */
export interface FollowingFeed extends LogFeed {
  close(): Promise<void>;
}

/**
 * Follows topics with one consumer. Begins where the first question about a partition begins, and again wherever a
 * later question is not what was read ahead.
 */
export function followingFeed(
  eventLog: Log,
  { groupId, topics }: { readonly groupId: string; readonly topics: readonly string[] },
): FollowingFeed {
  const ahead = new Map<string, LogRecord[]>();
  const wanted = new Map<string, bigint>();
  const held = new Set<string>();
  let steer: LogFlow | undefined;
  const placeOf = (topic: string, partition: number): string => `${topic}/${partition}`;

  /** A group that is being joined anew is steered when it has its partitions again. */
  function steered(act: (flow: LogFlow) => void): void {
    try {
      if (steer !== undefined) act(steer);
    } catch {
      steer = undefined;
      held.clear();
    }
  }

  const consumer = eventLog.startConsumer({
    ...{ groupId, topics },
    assigned: async (places, flow) => {
      steer = flow;
      held.clear();
      for (const { topic, partition } of places) {
        const place = placeOf(topic, partition);
        held.add(place);
        begin(topic, partition, wanted.get(place));
      }
    },
    read: async (batch) => {
      const { topic, partition, records } = batch;
      const place = placeOf(topic, partition);
      const known = ahead.get(place) ?? [];
      const next = nextOf(place);
      // What was fetched before the last seek would leave a hole.
      if (next === undefined || !batch.isCurrent()) return 0;
      if (known.length >= feedLimits.bufferMax) {
        steered((flow) => flow.pause({ topic, partition }));
        return 0;
      }
      ahead.set(place, [...known, ...records.filter(({ offset }) => BigInt(offset) >= next)]);
      return records.length;
    },
  });

  /** Offset behind what was read ahead. */
  function nextOf(place: string): bigint | undefined {
    const last = ahead.get(place)?.at(-1);
    return last === undefined ? wanted.get(place) : BigInt(last.offset) + 1n;
  }

  function begin(topic: string, partition: number, offset: bigint | undefined): void {
    const place = placeOf(topic, partition);
    ahead.set(place, []);
    if (offset === undefined || !held.has(place)) return;
    steered((flow) => {
      flow.seek({ topic, partition }, offset);
      flow.resume({ topic, partition });
    });
  }

  function take(topic: string, partition: number, offset: bigint): readonly LogRecord[] {
    const place = placeOf(topic, partition);
    const before = wanted.get(place);
    wanted.set(place, offset);
    const known = ahead.get(place) ?? [];
    const [first] = known;
    const isAhead = first !== undefined && BigInt(first.offset) <= offset;
    if (before === undefined || (first !== undefined && !isAhead) || offset < before) {
      begin(topic, partition, offset);
      return [];
    }
    const rest = known.filter((record) => BigInt(record.offset) >= offset);
    ahead.set(place, rest);
    const hasRoom = rest.length < feedLimits.bufferMax && held.has(place);
    if (hasRoom) steered((flow) => flow.resume({ topic, partition }));
    return rest;
  }

  return {
    async read(topic, { marks, offsets, limitMax }) {
      const each = Math.ceil(limitMax / Math.max(1, marks.length));
      return marks.flatMap(({ partition }) =>
        take(topic, partition, offsets.get(partition) ?? 0n).slice(0, each),
      );
    },
    close: () => consumer.stop(),
  };
}
