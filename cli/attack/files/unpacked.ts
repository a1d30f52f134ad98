import path from 'node:path';
import { constants, inflateRawSync } from 'node:zlib';
import { unsnap } from './snappy';

const isPages = (file: string): boolean => file.endsWith('.wt');
const isJournal = (file: string): boolean => path.basename(file).startsWith('WiredTigerLog.');
const isSegment = (file: string): boolean => /\/\d{20}\.log$/.test(file);

/** Whether a file may hold something compressed, by its name or by a piece of it. */
export function hidesContent(file: string, piece: Buffer): boolean {
  return isPages(file) || isJournal(file) || isSegment(file) || piece.includes(gzipStart);
}

/**
 * What stands compressed in a file of a server or of ours: gzip wherever it begins (archives, batches of Kafka), blocks
 * and journal records of MongoDB. Throws where Kafka has compressed in a way nobody here can undo: nothing found would
 * say nothing then.
 */
export function* unpacked(file: string, bytes: Buffer): Generator<Buffer> {
  yield* gzipIn(bytes);
  if (isPages(file)) yield* snappyIn(bytes, pages);
  if (isJournal(file)) yield* snappyIn(bytes, records);
  if (isSegment(file)) expectReadable(file, bytes);
}

const gzipStart = Buffer.from([0x1f, 0x8b, 0x08]);
const contentBytesMax = 256 * 1_024 * 1_024;

function* gzipIn(bytes: Buffer): Generator<Buffer> {
  for (let at = bytes.indexOf(gzipStart); at >= 0; at = bytes.indexOf(gzipStart, at + 1)) {
    const options = { finishFlush: constants.Z_SYNC_FLUSH, maxOutputLength: contentBytesMax };
    const content = unless(() => inflateRawSync(bytes.subarray(behindHead(bytes, at)), options));
    if (content !== undefined) yield content;
  }
}

/** The head has ten bytes, and a name behind them where a flag says so. What follows the content is not looked at. */
function behindHead(bytes: Buffer, at: number): number {
  const end = at + 10;
  return (bytes[at + 3]! & 8) === 0 ? end : bytes.indexOf(0, end) + 1;
}

/** Three bytes may be there by chance. */
function unless(unpack: () => Buffer): Buffer | undefined {
  try {
    return unpack();
  } catch {
    return undefined;
  }
}

/** Where MongoDB's engine begins a unit, says that it is compressed, and has it: length first, eight bytes. */
interface Units {
  readonly everyBytes: number;
  readonly flagAt: number;
  readonly contentAt: number;
}
const pages: Units = { everyBytes: 4_096, flagAt: 25, contentAt: 64 };
const records: Units = { everyBytes: 128, flagAt: 8, contentAt: 16 };

function* snappyIn(bytes: Buffer, { everyBytes, flagAt, contentAt }: Units): Generator<Buffer> {
  for (let at = 0; at + contentAt + 8 < bytes.length; at += everyBytes) {
    if ((bytes[at + flagAt]! & 1) === 0) continue;
    const from = at + contentAt + 8;
    const length = Number(bytes.readBigUInt64LE(at + contentAt));
    if (length === 0 || from + length > bytes.length) continue;
    const content = unsnap(bytes.subarray(from, from + length));
    if (content !== undefined) yield content;
  }
}

const batchHead = { lengthAt: 8, attributesAt: 21, bytes: 61 } as const;
const codecs = ['none', 'gzip', 'snappy', 'lz4', 'zstd'] as const;

/** Batches follow each other from the start of a segment; behind the last there may be zeros. */
function expectReadable(file: string, bytes: Buffer): void {
  for (let at = 0; at + batchHead.bytes <= bytes.length;) {
    const length = bytes.readInt32BE(at + batchHead.lengthAt);
    if (length <= 0) return;
    const codec = bytes.readInt16BE(at + batchHead.attributesAt) & 7;
    if (codec > 1) throw new Error(`${file} is compressed with ${codecs[codec] ?? codec}`);
    at += batchHead.lengthAt + 4 + length;
  }
}
