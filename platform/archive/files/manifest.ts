import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { canonicalJson } from '../../kernel/json';
import { ArchiveError } from '../codes';
import { writeDurably } from './durable';
import { digestOf } from './line';

const offset = z.string().regex(/^\d{1,19}$/);
const digest = z.string().regex(/^[0-9a-f]{64}$/);
const segment = z.object({
  first: offset,
  last: offset,
  records: z.number().int().min(1),
  /** Of the file. */
  bytes: z.number().int().min(1),
  sha256: digest,
  /** Digest of the line of the last record: what the broker must hold before the next one. */
  seam: digest,
  /** The latest time of a record, milliseconds since 1970. */
  newestMs: z.number().int(),
  /** Digest over this entry and the chain before it: no entry can be taken out, changed or moved alone. */
  chain: digest,
});
const schema = z.object({
  format: z.literal(1),
  topic: z.string(),
  partitions: z.record(z.string().regex(/^\d{1,9}$/), z.array(segment)),
});

/** A file of records of one partition, from offset `first` to `last`, none missing. */
export type Segment = z.output<typeof segment>;
export type Manifest = z.output<typeof schema>;

/** Folder of a topic in an archive. */
export function topicFolder(folder: string, topic: string): string {
  return path.join(folder, topic);
}

/** Where the manifest of a topic stands. */
export function manifestFile(folder: string, topic: string): string {
  return path.join(topicFolder(folder, topic), 'manifest.json');
}

/** Where a segment stands; its name says what is in it, so that no file is ever written over with another content. */
export function segmentFile(
  folder: string,
  place: { readonly topic: string; readonly partition: number },
  { first, last }: Pick<Segment, 'first' | 'last'>,
): string {
  const name = `${place.partition}-${first.padStart(20, '0')}-${last.padStart(20, '0')}.jsonl.gz`;
  return path.join(topicFolder(folder, place.topic), name);
}

/** A segment that is closed: with its link to the one before it. */
export function chained(
  place: { readonly topic: string; readonly partition: number },
  before: Segment | undefined,
  entry: Omit<Segment, 'chain'>,
): Segment {
  const link = before?.chain ?? digestOf(`${place.topic}/${place.partition}`);
  return { ...entry, chain: digestOf(`${link}\n${canonicalJson(entry)}`) };
}

/** The manifest of a topic; undefined where nothing of it was exported. Throws `ARCHIVE_DAMAGED`. */
export function readManifest(folder: string, topic: string): Manifest | undefined {
  const file = manifestFile(folder, topic);
  if (!existsSync(file)) return undefined;
  let manifest: Manifest;
  try {
    manifest = schema.parse(JSON.parse(readFileSync(file, 'utf8')));
  } catch (cause) {
    throw new ArchiveError('ARCHIVE_DAMAGED', `${file} is no manifest`, { cause });
  }
  if (manifest.topic !== topic) damaged(file, `is of ${manifest.topic}`);
  for (const [partition, segments] of Object.entries(manifest.partitions)) {
    demandChain(file, { topic, partition: Number(partition) }, segments);
  }
  return manifest;
}

/** Changes whenever the manifest is replaced; undefined where there is none. */
export function stampOf(folder: string, topic: string): string | undefined {
  const found = statSync(manifestFile(folder, topic), { throwIfNoEntry: false });
  return found && `${found.ino} ${found.mtimeMs} ${found.size}`;
}

/** Replaces the manifest of a topic, as a whole. */
export function writeManifest(folder: string, manifest: Manifest): void {
  mkdirSync(topicFolder(folder, manifest.topic), { recursive: true });
  const text = `${JSON.stringify(manifest, null, 1)}\n`;
  writeDurably(manifestFile(folder, manifest.topic), Buffer.from(text));
}

function demandChain(
  file: string,
  place: { readonly topic: string; readonly partition: number },
  segments: readonly Segment[],
): void {
  let before: Segment | undefined;
  for (const one of segments) {
    const { chain, ...entry } = one;
    const name = `${place.topic}/${place.partition}@${one.first}`;
    if (chained(place, before, entry).chain !== chain) {
      damaged(file, `the entry of ${name} does not follow from the one before it`);
    }
    if (before !== undefined && BigInt(one.first) !== BigInt(before.last) + 1n) {
      damaged(file, `${name} does not begin after ${before.last}`);
    }
    before = one;
  }
}

function damaged(file: string, problem: string): never {
  throw new ArchiveError('ARCHIVE_DAMAGED', `${file}: ${problem}`);
}
