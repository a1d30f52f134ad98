import { claimedSeq, eventIn } from '../event-log/envelope';
import type { LogEvent } from '../event-log/envelope';
import type { LogRecord } from '../event-log/ports';
import { messageBytes } from '../event-log/reach';
import { HashList } from '../rebuild/roll/hash-list';

/** An event that stands in the log before an earlier one of its aggregate. */
interface Early {
  readonly contentHash: string;
  /** Bytes of its partition before it. */
  readonly at: number;
}

/** What the log holds of one aggregate: 1 to `count` without a hole, and what stands beyond the first hole. */
interface Entry {
  readonly hashes: HashList;
  readonly beyond: Map<number, Early>;
  /** Numbers for which there is a record that no reader can take. */
  readonly broken: Set<number>;
  count: number;
}

/** What a topic holds of a service's history. */
export interface LogIndex {
  readonly counts: { records: number; repeats: number; broken: number };
  /** Events of which the log holds two contents. */
  readonly forks: readonly Pick<LogEvent, 'aggregateId' | 'seq'>[];
  take(record: LogRecord): void;
  /** Whether the log holds this event: with this content, with another, or not at all. */
  look(aggregateId: string, seq: number, contentHash: string): 'same' | 'other' | 'absent';
  holds(aggregateId: string, seq: number): boolean;
  /** The highest number the log holds of an aggregate; 0 where it holds none. */
  lastSeq(aggregateId: string): number;
  aggregates(): Iterable<string>;
  /**
   * Bytes between the record at which a reader stops for want of this event and the end of the partition; undefined
   * where nobody stops, since nothing later of its aggregate stands there.
   */
  distance(aggregateId: string, seq: number, partition: number): number | undefined;
  /** Notes that so many bytes were appended. */
  appended(partition: number, bytes: number): void;
}

/** Eight bytes an event, while each aggregate is in order. `only` leaves all others out. */
export function createLogIndex(service: string, only?: string): LogIndex {
  const entries = new Map<string, Entry>();
  const ends = new Map<number, number>();
  const counts = { records: 0, repeats: 0, broken: 0 };
  const forks: Pick<LogEvent, 'aggregateId' | 'seq'>[] = [];

  function entryOf(id: string): Entry {
    const entry = entries.get(id) ?? newEntry();
    entries.set(id, entry);
    return entry;
  }

  function appended(partition: number, bytes: number): void {
    ends.set(partition, (ends.get(partition) ?? 0) + bytes);
  }

  function look(id: string, seq: number, contentHash: string): 'same' | 'other' | 'absent' {
    const entry = entries.get(id);
    if (entry === undefined) return 'absent';
    const early = entry.beyond.get(seq);
    if (early !== undefined) return early.contentHash === contentHash ? 'same' : 'other';
    if (seq > entry.count) return 'absent';
    return entry.hashes.has(seq, contentHash) ? 'same' : 'other';
  }

  function takeEvent({ aggregateId, seq, contentHash }: LogEvent, at: number): void {
    const seen = look(aggregateId, seq, contentHash);
    if (seen === 'same') counts.repeats += 1;
    if (seen === 'other') forks.push({ aggregateId, seq });
    if (seen !== 'absent') return;
    const entry = entryOf(aggregateId);
    entry.beyond.set(seq, { contentHash, at });
    closeUp(entry);
  }

  return {
    counts,
    forks,
    look,
    appended,
    take(record) {
      const at = ends.get(record.partition) ?? 0;
      appended(record.partition, messageBytes(record));
      if (only !== undefined && record.key !== only) return;
      counts.records += 1;
      const event = readable(record, service);
      if (event !== undefined) {
        takeEvent(event, at);
        return;
      }
      counts.broken += 1;
      const seq = claimedSeq(record);
      if (seq !== undefined) entryOf(record.key).broken.add(seq);
    },
    holds(id, seq) {
      const entry = entries.get(id);
      return entry !== undefined && (seq <= entry.count || entry.beyond.has(seq));
    },
    lastSeq(id) {
      const entry = entries.get(id);
      let last = entry?.count ?? 0;
      for (const seq of entry?.beyond.keys() ?? []) last = Math.max(last, seq);
      return last;
    },
    aggregates: () => entries.keys(),
    distance(id, seq, partition) {
      const entry = entries.get(id);
      // A reader keeps the place of a record it cannot take, and goes on behind it.
      if (entry === undefined || entry.broken.has(seq)) return undefined;
      const later = [...entry.beyond].filter(([number]) => number > seq).map(([, { at }]) => at);
      return later.length === 0 ? undefined : (ends.get(partition) ?? 0) - Math.min(...later);
    },
  };
}

function newEntry(): Entry {
  return { hashes: new HashList(), beyond: new Map(), broken: new Set(), count: 0 };
}

/** Moves what has become contiguous to where it takes eight bytes. */
function closeUp(entry: Entry): void {
  const { hashes, beyond } = entry;
  for (let next = beyond.get(entry.count + 1); next; next = beyond.get(entry.count + 1)) {
    entry.count += 1;
    hashes.push(next.contentHash);
    beyond.delete(entry.count);
  }
}

function readable(record: LogRecord, service: string): LogEvent | undefined {
  const event = eventIn(record);
  return event?.service === service ? event : undefined;
}
