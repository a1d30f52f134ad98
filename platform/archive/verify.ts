import type { EventLog } from '../event-log/kafka';
import type { LogRecord, PartitionMarks } from '../event-log/ports';
import { readTopic } from '../event-log/read-topic';
import { ArchiveError } from './codes';
import type { ArchiveCode } from './codes';
import { lineOf } from './files/line';
import { readManifest } from './files/manifest';
import type { Segment } from './files/manifest';
import { openFiles } from './files/open';
import type { PartitionFiles } from './files/open';
import { demandSeam } from './reading/seam';

const limits = { stallMs: 30_000, findingsMax: 100 } as const;

/** Something in the archive that is not as it should be. */
export interface ArchiveFinding {
  readonly code: ArchiveCode;
  readonly detail: string;
}

export interface ArchiveReport {
  readonly topic: string;
  readonly segments: number;
  readonly records: number;
  readonly bytes: number;
  /** Records that the brokers still hold as well and that were compared, byte for byte. */
  readonly compared: number;
  readonly findings: readonly ArchiveFinding[];
}

export interface VerifyOptions {
  readonly topic: string;
  readonly folder: string;
  /** The brokers' log alone; without it only the files are looked at. */
  readonly eventLog?: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly groupPrefix: string;
  /** Only what stands before these offsets, of what the brokers hold; by default everything. */
  readonly onlyHeldBefore?: ReadonlyMap<number, bigint>;
  progress?(records: number): void;
}

/**
 * Reads every file again, holds it against the manifest, and holds every record that the brokers have too against
 * theirs. Writes nothing. Throws what the log throws when it is away.
 */
export async function verifyTopic(options: VerifyOptions): Promise<ArchiveReport> {
  const { topic, folder, eventLog } = options;
  const findings: ArchiveFinding[] = [];
  const total = { segments: 0, records: 0, bytes: 0, compared: 0 };
  const noting = (work: () => void): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof ArchiveError)) throw error;
      if (findings.length < limits.findingsMax) {
        findings.push({ code: error.code, detail: error.message });
      }
    }
  };
  noting(() => void readManifest(folder, topic));
  if (findings.length > 0) return { topic, ...total, findings };
  const marks = (await eventLog?.marks(topic)) ?? [];
  const ranges = new Map(marks.map((one) => [one.partition, one] as const));
  noting(() => demandBeginning(topic, marks, folder));
  const partitions = Object.keys(readManifest(folder, topic)?.partitions ?? {}).map(Number);
  const opened = openFiles(folder);
  for (const partition of partitions) {
    const files = opened.partition({ topic, partition });
    const held = ranges.get(partition);
    const before = options.onlyHeldBefore?.get(partition);
    if (files === undefined) continue;
    noting(() => held && demandSeam(held, files));
    for (const segment of files.segments) {
      if (options.onlyHeldBefore !== undefined && !reaches(segment, held?.low, before)) continue;
      noting(() => readAll(files, segment));
      total.segments += 1;
      total.records += segment.records;
      total.bytes += segment.bytes;
      options.progress?.(total.records);
    }
  }
  if (findings.length > 0 || eventLog === undefined) return { topic, ...total, findings };
  await compare(options, eventLog, (record) => {
    const files = opened.partition(record);
    noting(() => files && demandSame(files, record));
    total.compared += 1;
    options.progress?.(total.records + total.compared);
  });
  return { topic, ...total, findings };
}

/** What the brokers have forgotten must be in files. */
function demandBeginning(topic: string, marks: readonly PartitionMarks[], folder: string): void {
  const opened = openFiles(folder);
  for (const { partition, low } of marks) {
    if (low === 0n || opened.partition({ topic, partition }) !== undefined) continue;
    const told = `${topic}/${partition} begins at ${low} at the broker, and there are no files of it`;
    throw new ArchiveError('LOG_TRUNCATED', told);
  }
}

function reaches({ first, last }: Segment, low = 0n, before = 0n): boolean {
  return BigInt(last) >= low && BigInt(first) < before;
}

/** Every line is parsed: an archive that cannot be read is none. */
function readAll(files: PartitionFiles, { first, records }: Segment): void {
  void files.recordsFrom(BigInt(first), records);
}

function demandSame(files: PartitionFiles, record: LogRecord): void {
  if (files.lineAt(BigInt(record.offset)) === lineOf(record)) return;
  const told = `${record.topic}/${record.partition}@${record.offset} is another record at the broker`;
  throw new ArchiveError('ARCHIVE_FORKED', told);
}

/** Reads of the brokers what the files hold as well. */
async function compare(
  { topic, folder, groupPrefix, onlyHeldBefore }: VerifyOptions,
  eventLog: NonNullable<VerifyOptions['eventLog']>,
  onRecord: (record: LogRecord) => void,
): Promise<void> {
  const opened = openFiles(folder);
  const until = new Map<number, bigint>();
  for (const { partition } of await eventLog.marks(topic)) {
    const next = opened.partition({ topic, partition })?.next ?? 0n;
    const before = onlyHeldBefore === undefined ? next : (onlyHeldBefore.get(partition) ?? 0n);
    until.set(partition, before < next ? before : next);
  }
  await readTopic({ eventLog, topic, groupPrefix, timeoutMs: limits.stallMs, until, onRecord });
}
