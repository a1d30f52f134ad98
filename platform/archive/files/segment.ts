import { mkdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import type { LogRecord, TopicPartition } from '../../event-log/ports';
import { ArchiveError } from '../codes';
import { writeDurably } from './durable';
import { digestOf, recordIn } from './line';
import { segmentFile } from './manifest';
import type { Segment } from './manifest';

/** Most that is put into one file: what a reader has in memory at a time. */
export const segmentLimits = { records: 20_000, textBytes: 16_000_000 } as const;

/** Lines of records that follow each other without a hole, and what the manifest needs to know of them. */
export interface OpenSegment {
  readonly first: bigint;
  readonly lines: string[];
  textBytes: number;
  newestMs: number;
}

/** Writes a file of records for good. */
export function writeSegment(
  folder: string,
  place: TopicPartition,
  { first, lines, newestMs }: OpenSegment,
): Omit<Segment, 'chain'> {
  const content = gzipSync(`${lines.join('\n')}\n`);
  const last = first + BigInt(lines.length) - 1n;
  const range = { first: first.toString(), last: last.toString() };
  const file = segmentFile(folder, place, range);
  mkdirSync(path.dirname(file), { recursive: true });
  writeDurably(file, content);
  return {
    ...{ ...range, records: lines.length, bytes: content.length, sha256: digestOf(content) },
    ...{ seam: digestOf(lines.at(-1) ?? ''), newestMs },
  };
}

/** Lines of a file, one a record. Throws `ARCHIVE_DAMAGED`, with the file, where it is not what the manifest says. */
export function readSegment(
  folder: string,
  place: TopicPartition,
  segment: Segment,
): readonly string[] {
  const file = segmentFile(folder, place, segment);
  const content = contentOf(file);
  if (content.length !== segment.bytes || digestOf(content) !== segment.sha256) {
    throw new ArchiveError('ARCHIVE_DAMAGED', `${file} is not what was exported`);
  }
  const lines = gunzipSync(content).toString().split('\n').slice(0, -1);
  const records = BigInt(segment.last) - BigInt(segment.first) + 1n;
  if (BigInt(lines.length) === records && segment.records === lines.length) return lines;
  throw new ArchiveError('ARCHIVE_DAMAGED', `${file} holds ${lines.length} records`);
}

/** The record of a line at an offset. Throws `ARCHIVE_DAMAGED` where the line is of another one. */
export function recordAt(place: TopicPartition, offset: bigint, line: string): LogRecord {
  const record = recordIn(place, line);
  if (record.offset === offset.toString()) return record;
  const where = `${place.topic}/${place.partition}@${offset}`;
  throw new ArchiveError('ARCHIVE_DAMAGED', `${where} is ${record.offset} in its file`);
}

function contentOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (cause) {
    const { code } = cause as { code?: string };
    throw new ArchiveError('ARCHIVE_DAMAGED', `${file} cannot be read: ${code}`, { cause });
  }
}
