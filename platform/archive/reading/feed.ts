import type { LogBatch, LogFlow, LogReader, LogRecord } from '../../event-log/ports';
import type { PartitionMarks, TopicPartition } from '../../event-log/ports';
import { waiter } from '../../runtime/waiter';
import { ArchiveError } from '../codes';
import { digestOf, lineOf } from '../files/line';
import type { PartitionFiles } from '../files/open';
import { demandSeam } from './seam';

/** Most records handed out at a time from the files, and the pause after a batch of which none was taken. */
const limits = { batchMax: 2_000, pauseMs: 50 } as const;

/** One partition of a reader, from an assignment to the next: the files first, the broker from there. */
export interface Feed {
  seek(offset: bigint): void;
  pause(): void;
  resume(): void;
  /** Takes a batch of the broker; answers how many records of it are done with. */
  fromBroker(batch: LogBatch): Promise<number>;
  /** Nothing is handed out once this has resolved. */
  end(): Promise<void>;
}

export interface FeedOptions {
  readonly place: TopicPartition;
  readonly reader: LogReader;
  /** Steers the broker's side. */
  readonly broker: LogFlow;
  /** What the reader steers with. */
  readonly flow: LogFlow;
  readonly files: () => PartitionFiles | undefined;
  /** The broker's own. */
  readonly marks: () => Promise<PartitionMarks>;
  readonly failed: (error: Error) => void;
}

/**
 * Hands the records of a partition to a reader in order, each offset once, wherever they stand. Where the files end,
 * the broker must hold the very record they end with, and from there no offset may be missing.
 */
export function createFeed(options: FeedOptions): Feed {
  const { place, reader, broker, flow } = options;
  const idle = waiter();
  let next = 0n;
  let isInFiles = false;
  /** The record before `next`, which the broker is asked for first. */
  let seam: string | undefined;
  let isPaused = true;
  let isEnded = false;
  /** Rises with every seek: what was begun before it does not count. */
  let turn = 0;
  let running: Promise<void> | undefined;

  function seek(offset: bigint): void {
    const files = options.files();
    turn += 1;
    next = offset;
    seam = undefined;
    isInFiles = files !== undefined && offset >= files.first && offset < files.next;
    if (!isInFiles) broker.seek(place, offset);
    else broker.pause(place);
    if (isInFiles && !isPaused) run();
  }

  function run(): void {
    running ??= handOut()
      .catch((error: unknown) => fail(error))
      .finally(() => {
        running = undefined;
        if (isInFiles && !isPaused && !isEnded) run();
      });
  }

  async function handOut(): Promise<void> {
    while (isInFiles && !isPaused && !isEnded) {
      const mine = turn;
      const marks = await options.marks();
      const files = options.files();
      if (files !== undefined) demandSeam(marks, files);
      if (mine !== turn || isPaused || isEnded) continue;
      const records = files?.recordsFrom(next, limits.batchMax) ?? [];
      if (records.length === 0) crossOver(marks, files);
      else await offer(records, marks.high, mine);
    }
  }

  async function offer(records: readonly LogRecord[], high: bigint, mine: number): Promise<void> {
    const isCurrent = (): boolean => mine === turn && !isEnded;
    const steering = { isCurrent, heartbeat: async () => undefined };
    const done = await reader.read({ ...place, records, high, ...steering }, flow);
    if (!isCurrent()) return;
    next += BigInt(done);
    if (done === 0) await idle.wait(limits.pauseMs);
  }

  /** Where the broker still holds the last record of the files, it is asked for it: both must say the same. */
  function crossOver({ low, high }: PartitionMarks, files: PartitionFiles | undefined): void {
    isInFiles = false;
    seam = low < next && next <= high ? files?.seam : undefined;
    broker.seek(place, seam === undefined ? next : next - 1n);
    broker.resume(place);
  }

  async function fromBroker(batch: LogBatch): Promise<number> {
    if (isInFiles || isEnded || !batch.isCurrent()) return 0;
    if (filesNow() === undefined) return fromBrokerAlone(batch);
    const mine = turn;
    const told = batch.records.slice(crossed(batch.records));
    const skipped = batch.records.length - told.length;
    const records = told.filter(({ offset }, index) => BigInt(offset) === next + BigInt(index));
    if (records.length === 0) {
      if (told[0] !== undefined && !isPaused) missed(told[0]);
      return skipped;
    }
    const isCurrent = (): boolean => mine === turn && !isEnded && batch.isCurrent();
    const done = await reader.read({ ...batch, records, isCurrent }, flow);
    if (mine === turn) next += BigInt(done);
    return skipped + done;
  }

  /** Nothing was exported: there is no seam, and what the broker has is the log. */
  async function fromBrokerAlone(batch: LogBatch): Promise<number> {
    const mine = turn;
    const done = await reader.read(batch, flow);
    const last = batch.records[done - 1];
    if (mine === turn && last !== undefined) next = BigInt(last.offset) + 1n;
    return done;
  }

  /** How many records before `next` the batch begins with, the seam compared. */
  function crossed(records: readonly LogRecord[]): number {
    const [first] = records;
    if (seam === undefined || first?.offset !== (next - 1n).toString()) return 0;
    if (digestOf(lineOf(first)) !== seam) {
      const told = `${place.topic}/${place.partition}@${first.offset} is another record in the files`;
      fail(new ArchiveError('ARCHIVE_FORKED', told));
      return records.length;
    }
    seam = undefined;
    return 1;
  }

  /** The broker went on further on, as it does where records were deleted: the files have them by then, or nobody. */
  function missed({ offset }: LogRecord): void {
    const files = filesNow();
    if (files !== undefined && next < files.next) return seek(next);
    const told = `${place.topic}/${place.partition} goes on at ${offset}, not at ${next}`;
    fail(new ArchiveError('LOG_TRUNCATED', told));
  }

  function filesNow(): PartitionFiles | undefined {
    try {
      return options.files();
    } catch (error) {
      fail(error);
      return undefined;
    }
  }

  function fail(error: unknown): void {
    if (isEnded) return;
    pause();
    options.failed(error instanceof Error ? error : new Error(String(error)));
  }

  function pause(): void {
    isPaused = true;
    broker.pause(place);
  }

  return {
    ...{ seek, pause, fromBroker },
    resume: () => {
      isPaused = false;
      if (isInFiles) run();
      else broker.resume(place);
    },
    end: async () => {
      isEnded = true;
      idle.stop();
      await running;
    },
  };
}
