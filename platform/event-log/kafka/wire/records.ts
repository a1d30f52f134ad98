import { ByteWriter, sizeOf, sizeOfVarint } from './bytes';
import type { Content } from './bytes';
import { crc32c } from './crc32c';

type Header = Content | readonly Content[];

/** A message as the client library hands it on. */
export interface WireMessage {
  readonly key?: Content;
  readonly value: Content;
  readonly headers?: Readonly<Record<string, Header>> | undefined;
  /** Milliseconds since 1970, as decimal text; now where there is none. */
  readonly timestamp?: string | undefined;
}

/** What a batch says of its producer, which numbers nothing where the client does not repeat by itself. */
export interface BatchOf {
  readonly producerId: bigint;
  readonly producerEpoch: number;
  readonly firstSequence: number;
}

const magic = 2;
/** Names of headers are few and come with every message: their bytes, length included, are kept. */
const namesKept = new Map<string, Uint8Array>();
const namesKeptMax = 200;

function nameBytes(name: string): Uint8Array {
  const known = namesKept.get(name);
  if (known !== undefined) return known;
  const size = Buffer.byteLength(name);
  const writer = new ByteWriter(size + 8);
  writer.content(name, size);
  const made = Uint8Array.from(writer.written());
  if (namesKept.size < namesKeptMax) namesKept.set(name, made);
  return made;
}

/** One record batch of the second format, uncompressed, byte for byte as the library writes it. */
export function writeBatch(
  writer: ByteWriter,
  messages: readonly WireMessage[],
  { producerId, producerEpoch, firstSequence }: BatchOf,
  nowMs = Date.now(),
): void {
  const times = messages.map(({ timestamp }) => Number(timestamp ?? nowMs));
  const told = messages.flatMap(({ timestamp }) => (timestamp ? [Number(timestamp)] : []));
  const firstMs = told.length === 0 ? nowMs : told.reduce((one, other) => Math.min(one, other));
  const lastMs = told.length === 0 ? nowMs : told.reduce((one, other) => Math.max(one, other));
  writer.int64(0n); // the broker numbers them
  const length = writer.hole32();
  writer.int32(0);
  writer.int8(magic);
  const crc = writer.hole32();
  writer.int16(0);
  writer.int32(messages.length - 1);
  writer.int64(BigInt(firstMs));
  writer.int64(BigInt(lastMs));
  writer.int64(producerId);
  writer.int16(producerEpoch);
  writer.int32(firstSequence);
  writer.int32(messages.length);
  messages.forEach((message, place) => {
    writeRecord(writer, message, { place, afterFirstMs: times[place]! - firstMs });
  });
  writer.fillHole32(length, writer.length - length - 4);
  writer.fillHole32(crc, crc32c(writer.written(), crc + 4));
}

function writeRecord(
  writer: ByteWriter,
  { key, value, headers = {} }: WireMessage,
  { place, afterFirstMs }: { readonly place: number; readonly afterFirstMs: number },
): void {
  const { names, contents } = headersOf(headers);
  const [keySize, valueSize] = [sizeOf(key), sizeOf(value)];
  const sizes = contents.map(sizeOf);
  let size = 1 + sizeOfVarint(afterFirstMs) + sizeOfVarint(place) + sizeOfVarint(names.length);
  size += sizeWithLength(keySize) + sizeWithLength(valueSize);
  for (let at = 0; at < names.length; at += 1) {
    size += names[at]!.length + sizeWithLength(sizes[at]!);
  }
  writer.varint(size);
  writer.int8(0);
  writer.varint(afterFirstMs);
  writer.varint(place);
  writer.content(key, keySize);
  writer.content(value, valueSize);
  writer.varint(names.length);
  for (let at = 0; at < names.length; at += 1) {
    writer.raw(names[at]!);
    writer.content(contents[at], sizes[at]!);
  }
}

/** In order; a header of several values is there as often. */
function headersOf(headers: NonNullable<WireMessage['headers']>) {
  const names: Uint8Array[] = [];
  const contents: Content[] = [];
  for (const name of Object.keys(headers)) {
    const given = headers[name];
    for (const one of Array.isArray(given) ? (given as readonly Content[]) : [given as Content]) {
      names.push(nameBytes(name));
      contents.push(one);
    }
  }
  return { names, contents };
}

const sizeWithLength = (size: number): number => sizeOfVarint(size) + Math.max(0, size);
