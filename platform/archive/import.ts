import type { EventLog } from '../event-log/kafka';
import type { LogKeeper, LogRecord, PartitionMarks, StoredMessage } from '../event-log/ports';
import { messageBytes } from '../event-log/reach';
import { readTopic } from '../event-log/read-topic';
import { ArchiveError } from './codes';
import { lineOf } from './files/line';
import { openFiles } from './files/open';
import type { ArchiveFiles, PartitionFiles } from './files/open';
import { verifyTopic } from './verify';

const limits = { records: 500, bytes: 700_000, appendMs: 8_000, stallMs: 30_000 } as const;

export interface ImportOptions {
  readonly topic: string;
  readonly folder: string;
  /** The brokers' log alone. */
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly keeper: Pick<LogKeeper, 'appendStored'>;
  readonly groupPrefix: string;
  /** Called before each append; throws where somebody else may write to the topic. */
  confirm(): Promise<void>;
  progress?(records: number): void;
}

export interface ImportReport {
  readonly topic: string;
  readonly records: number;
  /** By partition of which there are files: where files and topic end now. */
  readonly ends: Readonly<Record<string, string>>;
}

/**
 * Fills a topic that was lost and made anew with the records of the files: each gets the offset it had, so that places
 * in the log mean what they meant, as far as the files reach. Takes an empty topic, or one that an import before has
 * begun to fill. May be broken off and run again. Throws {@link ArchiveError}.
 */
export async function importTopic(options: ImportOptions): Promise<ImportReport> {
  const { topic, folder, eventLog, groupPrefix } = options;
  const [problem] = (await verifyTopic({ topic, folder, groupPrefix })).findings;
  if (problem !== undefined) throw new ArchiveError(problem.code, problem.detail);
  const files = openFiles(folder);
  const marks = await eventLog.marks(topic);
  const parts = marks.flatMap((one) => {
    const held = files.partition({ topic, partition: one.partition });
    return held === undefined ? [] : [{ held, begun: demandOurs(one, held) }];
  });
  await compareBegun(options, files, marks);
  let records = 0;
  for (const { held, begun } of parts) {
    for (let next = begun; next < held.next;) {
      const messages = batchFrom(held, next);
      await options.confirm();
      await append(options, held, { next, messages });
      next += BigInt(messages.length);
      records += messages.length;
      options.progress?.(records);
    }
  }
  const ends = parts.map(({ held }) => [String(held.partition), held.next.toString()] as const);
  return { topic, records, ends: Object.fromEntries(ends) };
}

/** Where to go on: the end of the partition. Offsets are kept only if both begin at 0. */
function demandOurs({ low, high }: PartitionMarks, held: PartitionFiles): bigint {
  const place = `${held.topic}/${held.partition}`;
  if (held.first > 0n) {
    throw new ArchiveError('OFFSETS_NOT_KEPT', `of ${place} the files begin at ${held.first}`);
  }
  if (low === 0n && high <= held.next) return high;
  const told = `${place} holds ${low} to ${high}, the files end before ${held.next}`;
  throw new ArchiveError('TOPIC_NOT_EMPTY', told);
}

/** What is there already must be what an import before has put there. */
async function compareBegun(
  { topic, eventLog, groupPrefix }: ImportOptions,
  files: ArchiveFiles,
  marks: readonly PartitionMarks[],
): Promise<void> {
  if (marks.every(({ high }) => high === 0n)) return;
  await readTopic({
    ...{ eventLog, topic, groupPrefix, timeoutMs: limits.stallMs },
    onRecord: (record) => {
      const line = files.partition(record)?.lineAt(BigInt(record.offset));
      if (line === lineOf(record)) return;
      const place = `${topic}/${record.partition}@${record.offset}`;
      throw new ArchiveError('TOPIC_NOT_EMPTY', `${place} is not what the files have there`);
    },
  });
}

function batchFrom(held: PartitionFiles, next: bigint): readonly StoredMessage[] {
  let bytes = 0;
  const fits = (record: LogRecord, index: number): boolean => {
    bytes += messageBytes(record);
    return index === 0 || bytes <= limits.bytes;
  };
  const records = held.recordsFrom(next, limits.records);
  const end = records.findIndex((record, index) => !fits(record, index));
  const batch = end === -1 ? records : records.slice(0, end);
  return batch.flatMap(({ stored }) => (stored === undefined ? [] : [stored]));
}

async function append(
  { keeper }: ImportOptions,
  { topic, partition }: PartitionFiles,
  { next, messages }: { readonly next: bigint; readonly messages: readonly StoredMessage[] },
): Promise<void> {
  const at = await keeper.appendStored({ topic, partition }, messages, limits.appendMs);
  if (at === next) return;
  const told = `${topic}/${partition} was written to by somebody else: ${next} became ${at}`;
  throw new ArchiveError('TOPIC_NOT_EMPTY', told);
}
