import type { EventLog } from '../kafka';
import type { LogRecord } from '../ports';
import type { Projection } from '../projector/projection';
import type { KeptRow } from '../projector/view';
import { readTopic } from '../read-topic';
import type { SchemaRegistry } from '../schema-registry';
import { cutOf } from './cut';
import type { Cut } from './cut';
import { createMemoryFold, FoldHalted } from './memory-fold';
import type { FoldState, MemoryFold } from './memory-fold';
import type { SnapshotStore } from './snapshot-port';

/** Limits of a look into the past. */
export const asOfLimits = {
  /** Records between two snapshots. */
  snapshotRecords: 100_000,
  /** Snapshots of a projection. */
  snapshotsKept: 8,
  readMs: 60_000,
} as const;

export interface AsOfOptions {
  readonly projection: Projection;
  /** Identity of the code that folds: snapshots of other code are not trusted. */
  readonly fold: string;
  /** A time, `now`, or places; see {@link cutOf}. */
  readonly asOf: string;
  readonly topics: readonly string[];
  readonly groupPrefix: string;
  readonly eventLog: Pick<EventLog, 'marks' | 'cutAt' | 'startConsumer'>;
  readonly schemas: Pick<SchemaRegistry, 'read'>;
  /** Without, the log is folded from its first record. */
  readonly snapshots?: SnapshotStore;
  readonly limits?: Partial<Record<keyof typeof asOfLimits, number>>;
}

/** A read model as it was. */
export interface AsOf {
  readonly cut: Cut;
  readonly rows: ReadonlyMap<string, KeptRow>;
  /** Aggregates that were parked behind an event the fold cannot apply, with their first number that waits. */
  readonly parked: readonly { readonly aggregateId: string; readonly seq: number }[];
  /** Records folded for this answer. */
  readonly records: number;
  /** Records it did not have to fold: those before the snapshot it began with. */
  readonly skipped: number;
}

/**
 * The rows that a rebuild would have had which stopped at the cut: the nearest snapshot before it, and the records
 * between. Nothing live is read or written but snapshots. Throws `AS_OF_INVALID` and `REPLAY_HALTED`.
 */
export async function readAsOf(options: AsOfOptions): Promise<AsOf> {
  const { projection, topics, eventLog, snapshots, schemas } = options;
  const cut = await cutOf(options.asOf, topics, eventLog);
  const near = await snapshots?.nearest(projection.name, options.fold, cut);
  const fold = createMemoryFold({ projection, schemas, ...(near ? { from: near.state } : {}) });
  const places = new Map(near?.places);
  const skipped = sumOf(places);
  const taking = snapshotting(options, { fold, places, skipped });
  const take = (record: LogRecord): void => {
    fold.take(record);
    places.set(`${record.topic}/${record.partition}`, BigInt(record.offset) + 1n);
    taking.noticed();
  };
  await Promise.all(topics.map((topic) => readOne(topic, { options, cut, places, take })));
  fold.end();
  await taking.end();
  const { rows, queues } = fold.state;
  const parked = [...queues].map(([aggregateId, { hashes }]) => ({
    ...{ aggregateId, seq: Math.min(...hashes.keys()) },
  }));
  return { cut, rows, parked, records: sumOf(places) - skipped, skipped };
}

interface Reading {
  readonly options: AsOfOptions;
  readonly cut: Cut;
  readonly places: Cut;
  take(record: LogRecord): void;
}

/** Not one record more than the cut has in it. */
async function readOne(topic: string, reading: Reading): Promise<void> {
  const { options, cut, places } = reading;
  const { eventLog, groupPrefix } = options;
  const { readMs: timeoutMs } = { ...asOfLimits, ...options.limits };
  const until = partitionsOf(topic, cut);
  await demandWhole(topic, { eventLog, from: partitionsOf(topic, places), until });
  await readTopic({
    ...{ eventLog, topic, groupPrefix, timeoutMs, until },
    from: partitionsOf(topic, places),
    onRecord: (record) => reading.take(record),
  });
}

/** What the log has forgotten cannot be folded, and must not be passed over. */
async function demandWhole(
  topic: string,
  told: Pick<AsOfOptions, 'eventLog'> & Record<'from' | 'until', ReadonlyMap<number, bigint>>,
): Promise<void> {
  for (const { partition, low } of await told.eventLog.marks(topic)) {
    const from = told.from.get(partition) ?? 0n;
    const until = told.until.get(partition) ?? 0n;
    if (low <= from || until <= from) continue;
    throw new FoldHalted(`LOG_TRUNCATED ${topic}/${partition} begins at ${low}, not at ${from}`);
  }
}

function partitionsOf(topic: string, cut: Cut): ReadonlyMap<number, bigint> {
  const prefix = `${topic}/`;
  const mine = [...cut].filter(([place]) => place.startsWith(prefix));
  return new Map(mine.map(([place, next]) => [Number(place.slice(prefix.length)), next]));
}

function sumOf(places: Cut): number {
  return [...places.values()].reduce((sum, next) => sum + Number(next), 0);
}

interface Folded {
  readonly fold: MemoryFold;
  readonly places: Cut;
  readonly skipped: number;
}

/** Puts the state by every so many records, and at the end where that saves the next one something. */
function snapshotting(options: AsOfOptions, { fold, places, skipped }: Folded) {
  const { projection, snapshots } = options;
  const limits = { ...asOfLimits, ...options.limits };
  const of = { projection: projection.name, fold: options.fold, keep: limits.snapshotsKept };
  let records = skipped;
  let since = 0;
  let putting = Promise.resolve();

  function take(): void {
    if (snapshots === undefined || !fold.isWhole()) return;
    // Rows and positions are replaced and never changed, so that copies of the maps are the state of this moment.
    const at = { places: new Map(places), records, state: copyOf(fold.state) };
    since = 0;
    putting = putting.then(() => snapshots.put(of, at));
    // Whoever waits for the end is told; until then it is no unhandled rejection.
    putting.catch(() => undefined);
  }

  return {
    noticed(): void {
      records += 1;
      since += 1;
      if (since >= limits.snapshotRecords) take();
    },
    async end(): Promise<void> {
      if (since * 10 >= limits.snapshotRecords) take();
      await putting;
    },
  };
}

function copyOf({ rows, positions, queues }: FoldState): FoldState {
  return { rows: new Map(rows), positions: new Map(positions), queues: new Map(queues) };
}
