import { eventAt } from '../../outbox/event-at';
import { mapAtOnce } from '../../outbox/map-at-once';
import type { OutboxSource } from '../../outbox/ports';
import { eventId, eventIn } from '../envelope';
import type { LogEvent } from '../envelope';
import type { EventLog } from '../kafka';
import { readTopic } from '../read-topic';

/** Why a relay must not send: the log knows more, or something else, than the events table. */
export type HistoryCode = 'HISTORY_FORKED' | 'DATABASE_BEHIND';

/** Thrown before anything is sent: sending on would give one number two contents, for every reader and for good. */
export class HistoryError extends Error {
  constructor(
    readonly code: HistoryCode,
    detail: string,
  ) {
    super(`${code}: ${detail}; stop the service, and run holdfast restore`);
    this.name = 'HistoryError';
  }
}

/** Tells whether an error says that this database must not go on. */
export function isHistoryCode(code: string): code is HistoryCode {
  return code === 'HISTORY_FORKED' || code === 'DATABASE_BEHIND';
}

/** Holds the end of the log against the events table of its service. */
export interface LogCheck {
  /**
   * Demands that everything in the topic behind the ends that the leases have noted is in the events table: of every
   * slot, since a database goes back as a whole. Answers the end of this slot. `keep` is called now and then. Throws
   * {@link HistoryError}, and what log and table throw when they are away.
   */
  demand(slot: number, keep: () => Promise<void>): Promise<string>;
  /** End of the slot's partition. */
  end(slot: number): Promise<string>;
}

/** Events that are asked for at the same moment, and between two calls of `keep`. */
const atOnce = { requests: 8, between: 200 } as const;
const stallMs = 20_000;

/** Where a check reads. */
export interface LogCheckOptions {
  /** With the service's own identity: it may read what it has written. */
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly topic: string;
  readonly source: Pick<OutboxSource, 'history' | 'readLease'>;
  /** Consumer groups of this prefix must be allowed to us. */
  readonly groupPrefix: string;
}

interface Running {
  readonly keeps: Set<() => Promise<void>>;
  readonly ends: Promise<ReadonlyMap<number, string>>;
}

/** Slots that ask at the same moment share one reading. */
export function createLogCheck(options: LogCheckOptions): LogCheck {
  const { eventLog, topic } = options;
  let running: Running | undefined;

  function begin(): Running {
    const keeps = new Set<() => Promise<void>>();
    const ends = check(options, async () => {
      for (const keep of keeps) await keep();
    }).finally(() => (running = undefined));
    return { keeps, ends };
  }

  return {
    async demand(slot, keep) {
      running ??= begin();
      running.keeps.add(keep);
      return (await running.ends).get(slot) ?? '0';
    },
    async end(slot) {
      const marks = await eventLog.marks(topic);
      return (marks.find(({ partition }) => partition === slot)?.high ?? 0n).toString();
    },
  };
}

async function check(
  options: LogCheckOptions,
  keep: () => Promise<void>,
): Promise<ReadonlyMap<number, string>> {
  const { eventLog, topic, source, groupPrefix } = options;
  const marks = await eventLog.marks(topic);
  const from = new Map<number, bigint>();
  for (const { partition } of marks) {
    from.set(partition, BigInt((await source.readLease(partition))?.logEnd ?? 0));
  }
  const ends = new Map(marks.map(({ partition, high }) => [partition, high.toString()]));
  for (const { partition, low } of marks)
    demandUnforgotten(low, from.get(partition) ?? 0n, partition);
  if (marks.every(({ partition, high }) => high <= (from.get(partition) ?? 0n))) return ends;
  const events: LogEvent[] = [];
  await readTopic({
    ...{ eventLog, topic, groupPrefix, from, timeoutMs: stallMs },
    onRecord: (record) => {
      // What is no event of ours says nothing about our history; readers keep it as a dead letter.
      const event = eventIn(record);
      if (event !== undefined) events.push(event);
    },
  });
  for (let first = 0; first < events.length; first += atOnce.between) {
    await keep();
    const some = events.slice(first, first + atOnce.between);
    await mapAtOnce(some, atOnce.requests, (event) => compare(source, event));
  }
  return ends;
}

/** What the brokers have forgotten, the archive may have: `holdfast restore` reads it, a relay does not. */
function demandUnforgotten(low: bigint, from: bigint, partition: number): void {
  if (low <= from) return;
  const detail = `partition ${partition} begins at ${low}, and the database was held against it up to ${from}`;
  throw new HistoryError('DATABASE_BEHIND', detail);
}

async function compare(source: Pick<OutboxSource, 'history'>, event: LogEvent): Promise<void> {
  const { aggregateId, seq, contentHash } = event;
  const found = await eventAt(source, aggregateId, seq);
  if (found === undefined) {
    throw new HistoryError('DATABASE_BEHIND', `the log has ${eventId(event)}, the database not`);
  }
  if (found.contentHash === contentHash) return;
  throw new HistoryError('HISTORY_FORKED', `${eventId(event)} is another one in the log`);
}
