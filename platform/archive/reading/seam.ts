import type { PartitionMarks } from '../../event-log/ports';
import { ArchiveError } from '../codes';
import type { PartitionFiles } from '../files/open';

/**
 * Marks of a partition that begins in the files and goes on at the broker. Throws `LOG_TRUNCATED` where something is
 * missing between the two, and `ARCHIVE_AHEAD` where the broker ends before the files do.
 */
export function joinMarks(
  marks: PartitionMarks,
  files: PartitionFiles | undefined,
): PartitionMarks {
  if (files === undefined) return marks;
  demandSeam(marks, files);
  return { ...marks, low: files.first < marks.low ? files.first : marks.low };
}

/** Throws as {@link joinMarks} does. */
export function demandSeam(
  { low, high }: PartitionMarks,
  { topic, partition, next }: PartitionFiles,
): void {
  const place = `${topic}/${partition}`;
  if (high < next) {
    const told = `${place} ends at ${high} at the broker, and at ${next} in the files`;
    throw new ArchiveError('ARCHIVE_AHEAD', told);
  }
  if (low <= next) return;
  const told = `of ${place} the files end before ${next}, and the broker begins at ${low}`;
  throw new ArchiveError('LOG_TRUNCATED', told);
}

/** The first offset in the files whose time is later than `timeMs`; undefined where there is none. */
export function cutInFiles(files: PartitionFiles, timeMs: number): bigint | undefined {
  const later = files.segments.filter(({ newestMs }) => newestMs > timeMs);
  const [segment] = later;
  if (segment === undefined) return undefined;
  const first = BigInt(segment.first);
  const records = files.recordsFrom(first, segment.records);
  const index = records.findIndex(({ stored }) => Number(stored?.timestamp ?? 0) > timeMs);
  return first + BigInt(index);
}
