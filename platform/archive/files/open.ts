import type { LogRecord, TopicPartition } from '../../event-log/ports';
import { readManifest, stampOf } from './manifest';
import type { Manifest, Segment } from './manifest';
import { readSegment, recordAt } from './segment';

/** What the archive holds of one partition: every record from `first` to before `next`. */
export interface PartitionFiles extends TopicPartition {
  readonly first: bigint;
  readonly next: bigint;
  /** Digest of the line of the last record. */
  readonly seam: string;
  readonly segments: readonly Segment[];
  /** The line of a record; undefined for an offset that is not held. Throws `ARCHIVE_DAMAGED`. */
  lineAt(offset: bigint): string | undefined;
  /** Records from an offset on, at most `max` and at most to the end of its file. Throws `ARCHIVE_DAMAGED`. */
  recordsFrom(offset: bigint, max: number): readonly LogRecord[];
}

/** An archive, to be read. What another process adds meanwhile is seen at the next question. */
export interface ArchiveFiles {
  /** Undefined where nothing of the partition was exported. Throws `ARCHIVE_DAMAGED` for an unsound manifest. */
  partition(place: TopicPartition): PartitionFiles | undefined;
}

/** A file that was read: whoever reads, reads in order, so that one a partition is kept. */
interface Opened {
  readonly first: bigint;
  readonly lines: readonly string[];
}

/** Opens the archive in a folder, which need not be there. */
export function openFiles(folder: string): ArchiveFiles {
  const known = new Map<string, { readonly stamp: string; readonly manifest: Manifest }>();
  const opened = new Map<string, Opened>();

  function manifestOf(topic: string): Manifest | undefined {
    const stamp = stampOf(folder, topic);
    if (stamp === undefined) return undefined;
    const kept = known.get(topic);
    if (kept?.stamp === stamp) return kept.manifest;
    const manifest = readManifest(folder, topic);
    if (manifest !== undefined) known.set(topic, { stamp, manifest });
    opened.clear();
    return manifest;
  }

  function fileOf(place: TopicPartition, segments: readonly Segment[], offset: bigint) {
    const name = `${place.topic}/${place.partition}`;
    const kept = opened.get(name);
    if (kept && offset >= kept.first && offset < endOf(kept)) return kept;
    const segment = segments.find(({ last }) => offset <= BigInt(last));
    if (segment === undefined || offset < BigInt(segment.first)) return undefined;
    const file = { first: BigInt(segment.first), lines: readSegment(folder, place, segment) };
    opened.set(name, file);
    return file;
  }

  function filesOf(place: TopicPartition, segments: readonly Segment[]) {
    const [first, last] = [segments[0], segments.at(-1)];
    if (first === undefined || last === undefined) return undefined;
    const linesFrom = (offset: bigint, max: number): readonly string[] => {
      const file = fileOf(place, segments, offset);
      if (file === undefined) return [];
      const from = Number(offset - file.first);
      return file.lines.slice(from, from + max);
    };
    return {
      ...{ ...place, segments, seam: last.seam },
      ...{ first: BigInt(first.first), next: BigInt(last.last) + 1n },
      lineAt: (offset: bigint) => linesFrom(offset, 1)[0],
      recordsFrom: (offset: bigint, max: number) =>
        linesFrom(offset, max).map((line, index) => recordAt(place, offset + BigInt(index), line)),
    };
  }

  return {
    partition: ({ topic, partition }) =>
      filesOf({ topic, partition }, manifestOf(topic)?.partitions[String(partition)] ?? []),
  };
}

function endOf({ first, lines }: Opened): bigint {
  return first + BigInt(lines.length);
}
