/** Thrown where an answer ends before what it announced: whoever reads it leaves it to the library. */
export class BytesMissing extends RangeError {}

/** Reads numbers, texts and pieces of an answer, one after the other; pieces share its memory. */
export class ByteReader {
  at = 0;

  constructor(readonly bytes: Buffer) {}

  get left(): number {
    return this.bytes.length - this.at;
  }

  int8(): number {
    return this.bytes.readInt8(this.advance(1));
  }

  int16(): number {
    return this.bytes.readInt16BE(this.advance(2));
  }

  int32(): number {
    return this.bytes.readInt32BE(this.advance(4));
  }

  int64(): bigint {
    return this.bytes.readBigInt64BE(this.advance(8));
  }

  /** A text behind its length in two bytes; null for none. */
  shortText(): string | null {
    const size = this.int16();
    return size < 0 ? null : this.text(size);
  }

  text(size: number): string {
    const start = this.advance(size);
    return this.bytes.toString('utf8', start, start + size);
  }

  piece(size: number): Buffer {
    const start = this.advance(size);
    return this.bytes.subarray(start, start + size);
  }

  /** A number as `ByteWriter.varint` writes it; its eight bytes at most are exact up to 2^52. */
  varint(): number {
    let [value, factor] = [0, 1];
    for (;;) {
      const byte = this.bytes[this.advance(1)]!;
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
      factor *= 0x80;
    }
  }

  /** Bytes behind their length; null for none. */
  content(): Buffer | null {
    const size = this.varint();
    return size < 0 ? null : this.piece(size);
  }

  list<Item>(read: () => Item): Item[] {
    const count = this.int32();
    return Array.from({ length: Math.max(0, count) }, read);
  }

  private advance(size: number): number {
    const start = this.at;
    if (size < 0 || start + size > this.bytes.length)
      throw new BytesMissing('an answer ends early');
    this.at = start + size;
    return start;
  }
}
