/** What a text or some bytes of a record are; `null` is said as such. */
export type Content = string | Uint8Array | null | undefined;

/** Bytes that grow as they are written: one piece of memory for a whole request. */
export class ByteWriter {
  private bytes: Buffer;
  private at = 0;

  constructor(sizeExpected: number) {
    this.bytes = Buffer.allocUnsafe(Math.max(64, sizeExpected));
  }

  get length(): number {
    return this.at;
  }

  /** What was written so far; the same memory, so nothing may be written after it was taken. */
  written(): Buffer {
    return this.bytes.subarray(0, this.at);
  }

  int8(value: number): void {
    this.reserve(1);
    this.at = this.bytes.writeInt8(value, this.at);
  }

  int16(value: number): void {
    this.reserve(2);
    this.at = this.bytes.writeInt16BE(value, this.at);
  }

  int32(value: number): void {
    this.reserve(4);
    this.at = this.bytes.writeInt32BE(value, this.at);
  }

  int64(value: bigint): void {
    this.reserve(8);
    this.at = this.bytes.writeBigInt64BE(value, this.at);
  }

  /** Room for a number that is known later; answers where. */
  hole32(): number {
    this.int32(0);
    return this.at - 4;
  }

  fillHole32(at: number, value: number): void {
    this.bytes.writeUInt32BE(value, at);
  }

  /** A text with its length in two bytes; -1 for none. */
  shortText(text: string | null): void {
    this.int16(text === null ? -1 : Buffer.byteLength(text));
    if (text !== null) this.text(text, Buffer.byteLength(text));
  }

  /** A whole number in as many bytes as it needs, its sign folded in; up to 2^52 either way. */
  varint(value: number): void {
    this.reserve(8);
    let rest = value < 0 ? -2 * value - 1 : 2 * value;
    while (rest >= 0x80) {
      this.bytes[this.at++] = (rest % 0x80) + 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.bytes[this.at++] = rest;
  }

  /** A text or bytes of which the length is known, behind that length. */
  content(content: Content, size: number): void {
    this.varint(size);
    if (typeof content === 'string') this.text(content, size);
    else if (content) this.raw(content);
  }

  raw(bytes: Uint8Array): void {
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.at);
    this.at += bytes.length;
  }

  private text(text: string, size: number): void {
    this.reserve(size);
    this.bytes.write(text, this.at, size, 'utf8');
    this.at += size;
  }

  private reserve(size: number): void {
    if (this.at + size <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(2 * (this.at + size));
    this.bytes.copy(larger, 0, 0, this.at);
    this.bytes = larger;
  }
}

/** Bytes a number takes as {@link ByteWriter.varint} writes it. */
export function sizeOfVarint(value: number): number {
  let size = 1;
  for (let rest = value < 0 ? -2 * value - 1 : 2 * value; rest >= 0x80; size += 1) {
    rest = Math.floor(rest / 0x80);
  }
  return size;
}

/** Bytes of a text or of bytes; -1 for none, as the protocol says it. */
export function sizeOf(content: Content): number {
  if (content === null || content === undefined) return -1;
  return typeof content === 'string' ? Buffer.byteLength(content) : content.length;
}
