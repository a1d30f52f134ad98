import { isDeepStrictEqual } from 'node:util';
import { eventId } from '../envelope';
import type { LogEvent } from '../envelope';
import { listedMembers } from './projection';
import type { Projection } from './projection';
import { foldProblem } from './reading';
import type { Problem, Reading } from './reading';
import type { Halt } from './store-port';
import type { KeptRow, NewLetter, Plan, Position, View } from './view';

/**
 * Decides what the next readings of a partition change. Per aggregate: a number seen before is a duplicate, or with
 * another hash a forked history; the next number is applied; a later one is a gap, before which everything stops, as
 * it does before an event whose row does not open. A broken event parks its aggregate, whose later events queue behind
 * it.
 */
export function planReadings(
  projection: Projection,
  view: View,
  readings: readonly Reading[],
  mode: 'follow' | 'fill' = 'follow',
): Plan {
  const draft = createDraft(projection, view);
  let nextOffset = view.nextOffset;
  let handled = 0;
  let halt: Plan['halt'];
  for (const reading of readings) {
    const offset = BigInt(reading.record.offset);
    if (mode === 'follow' && offset > nextOffset) halt = jumped(nextOffset, offset);
    else if (mode === 'fill' || offset === nextOffset) halt = draft.take(reading);
    if (halt) break;
    handled += 1;
    if (mode === 'follow' && offset >= nextOffset) nextOffset = offset + 1n;
  }
  return { handled, nextOffset, ...draft.result(), ...(halt ? { halt } : {}) };
}

function jumped(expected: bigint, found: bigint): Halt {
  const detail = `the log goes on at ${found} where ${expected} was expected`;
  return { code: 'LOG_TRUNCATED', detail };
}

/** A number that is passed by; without a hash where nothing readable stands for it. */
interface Skipped {
  readonly aggregateId: string;
  readonly seq: number;
  readonly hash?: string;
}

/** Changes under way, on top of what is stored. */
export function createDraft(projection: Projection, view: View) {
  const positions = new Map<string, Position>();
  const rows = new Map<string, KeptRow>();
  const queues = new Map<string, Map<number, string | undefined>>();
  const applied: LogEvent[] = [];
  const letters: NewLetter[] = [];
  const skipped: Skipped[] = [];
  let duplicates = 0;

  const positionOf = (id: string) => positions.get(id) ?? view.positions.get(id);

  /** Sequence numbers that wait; undefined for an aggregate that is not parked. */
  function queueOf(id: string): Map<number, string | undefined> | undefined {
    const stored = view.queues.get(id);
    if (!queues.has(id) && stored) queues.set(id, new Map(stored.hashes));
    return queues.get(id);
  }

  function expectedSeq(id: string): number {
    const queued = Math.max(0, ...(queueOf(id)?.keys() ?? []));
    return Math.max(positionOf(id)?.lastSeq ?? 0, queued) + 1;
  }

  function park(reading: Reading, problem: Problem): void {
    const queue = queueOf(reading.aggregateId) ?? new Map<number, string | undefined>();
    const seq = reading.seq ?? expectedSeq(reading.aggregateId);
    queue.set(seq, reading.event?.contentHash ?? queue.get(seq));
    queues.set(reading.aggregateId, queue);
    letters.push({ reading, seq, ...problem });
  }

  /** Hash of an event seen before: applied, in this draft or earlier, or waiting. */
  function knownHash(event: LogEvent): string | undefined {
    const earlier = applied.find((one) => eventId(one) === eventId(event))?.contentHash;
    const queued = queueOf(event.aggregateId)?.get(event.seq);
    const given = skipped.find((one) => eventId(one) === eventId(event))?.hash;
    return earlier ?? given ?? queued ?? view.applied.get(eventId(event));
  }

  function take(reading: Reading): Plan['halt'] {
    const { event, problem, aggregateId } = reading;
    if (event === undefined) {
      park(reading, problem ?? { reason: 'ENVELOPE_INVALID', detail: 'no event' });
      return undefined;
    }
    const expected = expectedSeq(aggregateId);
    if (event.seq > expected) return gap(event, expected);
    if (event.seq < expected && !isBrokenInQueue(event)) return repeated(event);
    const parked = queueOf(aggregateId);
    if (parked) park(reading, problem ?? behind(parked));
    else if (problem) park(reading, problem);
    else return refused(reading.keys) ?? applyOrPark(reading, event);
    return undefined;
  }

  /** The number waits with an unreadable envelope: a readable repeat takes its place in the queue. */
  function isBrokenInQueue(event: LogEvent): boolean {
    const queue = queueOf(event.aggregateId);
    return queue?.has(event.seq) === true && queue.get(event.seq) === undefined;
  }

  function repeated(event: LogEvent): Plan['halt'] {
    const known = knownHash(event);
    if (known !== undefined && known !== event.contentHash) return forked(event, known);
    duplicates += 1;
    return undefined;
  }

  /** A row that is to be changed is not what was written there. */
  function refused(keys: readonly string[]): Plan['halt'] {
    const why = keys.map((key) => view.refused?.get(key)).find((one) => one !== undefined);
    return why && { code: 'CIPHERTEXT_REFUSED', detail: why.message };
  }

  function applyOrPark(reading: Reading, event: LogEvent): undefined {
    const problem = apply(event, reading.keys);
    if (problem) park(reading, problem);
  }

  /** Folds an event into its rows, all of them or none; answers what the fold threw. */
  function apply(event: LogEvent, keys: readonly string[]): Problem | undefined {
    const changed = new Map<string, KeptRow>();
    try {
      for (const key of keys) changed.set(key, foldOne(event, key));
    } catch (error) {
      return foldProblem(error);
    }
    changed.forEach((row, key) => rows.set(key, row));
    positions.set(event.aggregateId, { lastSeq: event.seq, lastHash: event.contentHash });
    applied.push(event);
    return undefined;
  }

  /** Passes a number by, and every missing one before it, as if it had been applied and said nothing. */
  function skip(one: Skipped): void {
    if (one.seq <= (positionOf(one.aggregateId)?.lastSeq ?? 0)) return;
    positions.set(one.aggregateId, { lastSeq: one.seq, lastHash: one.hash ?? '' });
    skipped.push(one);
  }

  function foldOne(event: LogEvent, key: string): KeptRow {
    const kept = rows.get(key) ?? view.rows.get(key);
    const row = projection.fold(kept?.row, event, key);
    demandStorable(row);
    const sources = new Set(kept?.sources).add(event.aggregateId);
    const asOf = kept && kept.asOf > event.time ? kept.asOf : event.time;
    return { row, sources: [...sources].sort(), asOf };
  }

  function changedRows(): ReadonlyMap<string, KeptRow> {
    return new Map([...rows].filter(([key, row]) => !isDeepStrictEqual(row, view.rows.get(key))));
  }

  return {
    take,
    apply,
    skip,
    positionOf,
    knownHash,
    result: () => ({
      ...{ applied, duplicates, positions, rows: changedRows(), letters, skipped },
      listed: listedMembers(projection),
    }),
  };
}

function behind(queue: ReadonlyMap<number, unknown>): Problem {
  const detail = `behind number ${Math.min(...queue.keys())}`;
  return { reason: 'BEHIND_DEAD_LETTER', detail };
}

function gap({ aggregateId, seq }: LogEvent, expected: number): Plan['halt'] {
  const detail = `${aggregateId} jumps to ${seq} where ${expected} was expected`;
  return { code: 'SEQUENCE_GAP', detail, missing: { aggregateId, seq: expected } };
}

function forked(event: LogEvent, known: string): Halt {
  const detail = `${eventId(event)} has hash ${event.contentHash}, it was ${known} before`;
  return { code: 'HISTORY_FORKED', detail };
}

/** Characters JSON can say and PostgreSQL cannot keep, as JSON.stringify escapes them: U+0000 and half surrogates. */
const unstorable = /(?<!\\)(?:\\\\)*\\u(?:0000|d[89a-f])/i;

/** A row the database refused would stop the whole partition; thrown here it parks one aggregate. */
function demandStorable(row: unknown): void {
  const text = JSON.stringify(row);
  const isForbidden = text.includes('\\u') && unstorable.test(text);
  if (isForbidden) throw new Error('the row holds a forbidden character');
}
