import { eventId } from '../envelope';
import type { LogRecord } from '../ports';
import { planReadings } from '../projector/plan';
import type { Projection } from '../projector/projection';
import { readRecord } from '../projector/reading';
import type { Reading } from '../projector/reading';
import type { KeptRow, NewLetter, ParkedQueue, Plan, Position } from '../projector/view';
import type { SchemaRegistry } from '../schema-registry';

/** Everything a fold has come to: rows, and what is needed to go on. */
export interface FoldState {
  readonly rows: Map<string, KeptRow>;
  readonly positions: Map<string, Position>;
  /** Events that wait behind a dead letter, by aggregate. */
  readonly queues: Map<string, ParkedQueue>;
}

/** The log does not go on from here: it forked, or an event is missing before the end. */
export class FoldHalted extends Error {
  readonly code = 'REPLAY_HALTED';
  readonly fix = 'the log itself is not whole: see docs/operations.md, the projector says the same';
}

/** Folds records with the projector's own rules and nothing but memory. */
export interface MemoryFold {
  readonly state: FoldState;
  /** Records of one partition come in order. Throws {@link FoldHalted} on a forked history. */
  take(record: LogRecord): void;
  /** Throws {@link FoldHalted} where an event is missing and later ones are waiting for it. */
  end(): void;
  /** False while records wait behind a gap: the state is then not that of a place in the log. */
  isWhole(): boolean;
  readonly counts: { events: number; repeats: number; letters: number };
}

export interface FoldOptions {
  readonly projection: Projection;
  readonly schemas: Pick<SchemaRegistry, 'read'>;
  /** Where it goes on from; it becomes the fold's own and is changed. */
  readonly from?: FoldState;
}

/** The state before the first record. */
export function emptyState(): FoldState {
  return { rows: new Map(), positions: new Map(), queues: new Map() };
}

/** Begins a fold. */
export function createMemoryFold(options: FoldOptions): MemoryFold {
  const { projection, schemas, from: state = emptyState() } = options;
  /** Records behind a gap, by partition: the missing one may stand further on in the log, sent late. */
  const held = new Map<string, Held>();
  const counts = { events: 0, repeats: 0, letters: 0 };

  function apply(reading: Reading): Plan['halt'] {
    const { rows, positions, queues } = state;
    const view = { nextOffset: 0n, rows, positions, queues, applied: lastHashOf(reading) };
    const plan = planReadings(projection, view, [reading], 'fill');
    plan.rows.forEach((row, key) => rows.set(key, row));
    plan.positions.forEach((position, id) => positions.set(id, position));
    plan.letters.forEach((letter) => queue(queues, letter));
    counts.events += plan.applied.length;
    counts.repeats += plan.duplicates;
    counts.letters += plan.letters.length;
    return plan.halt;
  }

  /** Only the last event's hash is known: what was applied before it is not kept in memory. */
  function lastHashOf({ event }: Reading): ReadonlyMap<string, string> {
    const position = event && state.positions.get(event.aggregateId);
    if (position?.lastSeq !== event?.seq || !event || !position) return new Map();
    return new Map([[eventId(event), position.lastHash]]);
  }

  function takeAll(place: string, readings: readonly Reading[]): void {
    for (const [index, reading] of readings.entries()) {
      const halt = apply(reading);
      if (halt === undefined) continue;
      if (halt.missing === undefined) throw new FoldHalted(`${halt.code} ${halt.detail}`);
      held.set(place, {
        missing: halt.missing,
        detail: halt.detail,
        readings: readings.slice(index),
      });
      return;
    }
  }

  /** Behind a gap nothing is applied but the missing event itself, and then what waited for it. */
  function fill(place: string, gap: Held, reading: Reading): void {
    const { aggregateId, seq } = gap.missing;
    const isMissing = reading.event?.seq === seq && reading.aggregateId === aggregateId;
    if (!isMissing) {
      gap.readings.push(reading);
      return;
    }
    held.delete(place);
    apply(reading);
    takeAll(place, [...gap.readings, reading]);
  }

  return {
    state,
    counts,
    take(record) {
      const place = `${record.topic}/${record.partition}`;
      const reading = readRecord(record, projection, schemas);
      const gap = held.get(place);
      if (gap) fill(place, gap, reading);
      else takeAll(place, [reading]);
    },
    isWhole: () => held.size === 0,
    end() {
      const [gap] = held.values();
      if (gap) throw new FoldHalted(`SEQUENCE_GAP ${gap.detail}`);
    },
  };
}

interface Held {
  readonly missing: { readonly aggregateId: string; readonly seq: number };
  readonly detail: string;
  readonly readings: Reading[];
}

function queue(queues: Map<string, ParkedQueue>, { reading, seq }: NewLetter): void {
  const { aggregateId, event } = reading;
  const before = queues.get(aggregateId);
  const hashes = new Map(before?.hashes);
  hashes.set(seq, event?.contentHash ?? hashes.get(seq));
  queues.set(aggregateId, { lastSeq: Math.max(seq, before?.lastSeq ?? 0), hashes });
}
