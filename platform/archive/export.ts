import type { EventLog } from '../event-log/kafka';
import type { LogRecord, PartitionMarks } from '../event-log/ports';
import { readTopic } from '../event-log/read-topic';
import { ArchiveError } from './codes';
import { digestOf, lineOf } from './files/line';
import { chained, readManifest, stampOf, writeManifest } from './files/manifest';
import type { Manifest, Segment } from './files/manifest';
import { segmentLimits, writeSegment } from './files/segment';
import type { OpenSegment } from './files/segment';

/** Given up when nothing came for so long. */
const stallMs = 30_000;

/** An export that is killed is gone on with from the last manifest it wrote, at most so long before. */
const manifestEveryMs = 2_000;

export interface ExportOptions {
  readonly topic: string;
  readonly folder: string;
  /** The brokers' log alone. */
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  /** Consumer groups of this prefix must be allowed to us. */
  readonly groupPrefix: string;
  /** By partition the first offset that is left at the brokers alone; by default the end of the log. */
  readonly until?: ReadonlyMap<number, bigint>;
  /** Most that goes into one file. */
  readonly limits?: Partial<Record<keyof typeof segmentLimits, number>>;
  /** Told how many records were written so far. */
  progress?(records: number): void;
}

/** What one export has added to the files of a topic. */
export interface ExportReport {
  readonly topic: string;
  readonly records: number;
  readonly segments: number;
  readonly bytes: number;
  /** By partition: where the files end now. */
  readonly ends: Readonly<Record<string, string>>;
}

/**
 * Writes what the files do not hold yet, in segments that are closed when they are written and never touched again. It
 * goes on where the manifest ends, after holding the last record there against the broker's. May be broken off and run
 * again at any point. Throws {@link ArchiveError}.
 */
export async function exportTopic(options: ExportOptions): Promise<ExportReport> {
  const { topic, folder, eventLog, groupPrefix, until } = options;
  const marks = await eventLog.marks(topic);
  const book = openBook(options, marks);
  await readTopic({
    ...{ eventLog, topic, groupPrefix, timeoutMs: stallMs },
    ...(until === undefined ? {} : { until }),
    from: new Map(marks.map((one) => [one.partition, book.from(one)])),
    onRecord: (record) => book.take(record),
  });
  const added = book.close();
  const ends = readManifest(folder, topic)?.partitions ?? {};
  const nextOf = (segments: readonly Segment[]) => String(BigInt(segments.at(-1)?.last ?? -1) + 1n);
  return {
    topic,
    ...added,
    ends: Object.fromEntries(Object.entries(ends).map(([one, all]) => [one, nextOf(all)])),
  };
}

/** The manifest that is written on, and the segment of each partition that is still open. */
function openBook(options: ExportOptions, marks: readonly PartitionMarks[]) {
  const { topic, folder } = options;
  const limits = { ...segmentLimits, ...options.limits };
  const manifest: Manifest = readManifest(folder, topic) ?? { format: 1, topic, partitions: {} };
  const open = new Map<number, OpenSegment>();
  const total = { records: 0, segments: 0, bytes: 0 };
  const segmentsOf = (partition: number) => (manifest.partitions[String(partition)] ??= []);
  const nextOf = (partition: number) => BigInt(segmentsOf(partition).at(-1)?.last ?? -1) + 1n;
  const pace = { stamp: stampOf(folder, topic), nextMs: performance.now() + manifestEveryMs };
  marks.forEach((one) => demandWhole(topic, one, nextOf(one.partition)));

  function take(record: LogRecord): void {
    const { partition } = record;
    const line = lineOf(record);
    const offset = BigInt(record.offset);
    const begun = open.get(partition);
    const next = begun ? begun.first + BigInt(begun.lines.length) : nextOf(partition);
    if (offset === next - 1n && begun === undefined) return demandSame(record, line);
    if (offset !== next) {
      const told = `${topic}/${partition} goes on at ${offset}, not at ${next}`;
      throw new ArchiveError('LOG_HOLE', told);
    }
    const segment = begun ?? { first: offset, lines: [], textBytes: 0, newestMs: 0 };
    segment.lines.push(line);
    segment.textBytes += line.length;
    segment.newestMs = Math.max(segment.newestMs, Number(record.stored?.timestamp ?? 0));
    open.set(partition, segment);
    const isFull = segment.lines.length >= limits.records || segment.textBytes >= limits.textBytes;
    if (isFull) closeSegment(partition, segment);
  }

  function demandSame({ partition, offset }: LogRecord, line: string): void {
    if (digestOf(line) === segmentsOf(partition).at(-1)?.seam) return;
    const told = `${topic}/${partition}@${offset} is another record at the broker than in the files`;
    throw new ArchiveError('ARCHIVE_FORKED', told);
  }

  /** The file first, then the manifest that names it: a file without an entry is nothing, and is written again. */
  function closeSegment(partition: number, segment: OpenSegment): void {
    open.delete(partition);
    const entry = writeSegment(folder, { topic, partition }, segment);
    const segments = segmentsOf(partition);
    segments.push(chained({ topic, partition }, segments.at(-1), entry));
    total.segments += 1;
    total.records += entry.records;
    total.bytes += entry.bytes;
    options.progress?.(total.records);
    if (performance.now() >= pace.nextMs) write();
  }

  function write(): void {
    if (stampOf(folder, topic) !== pace.stamp) {
      throw new ArchiveError('ARCHIVE_BUSY', `${topic} is exported by somebody else as well`);
    }
    writeManifest(folder, manifest);
    pace.stamp = stampOf(folder, topic);
    pace.nextMs = performance.now() + manifestEveryMs;
  }

  return {
    take,
    from: ({ partition, low }: PartitionMarks) => {
      const next = nextOf(partition);
      return next > low ? next - 1n : next;
    },
    close: () => {
      for (const [partition, segment] of [...open]) closeSegment(partition, segment);
      if (total.segments > 0) write();
      return total;
    },
  };
}

/** Files and broker must meet, or the archive would have a hole for good. */
function demandWhole(topic: string, { partition, low, high }: PartitionMarks, next: bigint): void {
  const place = `${topic}/${partition}`;
  if (low > next) {
    const told = `of ${place} the files end before ${next}, and the broker begins at ${low}`;
    throw new ArchiveError('LOG_TRUNCATED', told);
  }
  if (high >= next) return;
  const told = `${place} ends at ${high} at the broker, and at ${next} in the files`;
  throw new ArchiveError('ARCHIVE_AHEAD', told);
}
