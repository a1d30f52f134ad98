/**
 * Content of one compressed snappy block, as the format says; undefined where the bytes are none. Databases that
 * compress break a word wherever a piece of it stood before, so whoever looks for words has to look in here.
 */
export function unsnap(bytes: Buffer): Buffer | undefined {
  const preamble = varint(bytes);
  if (preamble === undefined || preamble.value > contentBytesMax) return undefined;
  const out = Buffer.alloc(preamble.value);
  let written = 0;
  for (let at = preamble.end; at < bytes.length;) {
    const element = elementAt(bytes, at);
    const { length, literalAt, offset } = element;
    if (written + length > out.length) return undefined;
    if (literalAt !== undefined) {
      if (literalAt + length > bytes.length) return undefined;
      bytes.copy(out, written, literalAt, literalAt + length);
    } else {
      if (offset === 0 || offset > written) return undefined;
      // Byte by byte: a copy may reach into what it is just writing.
      for (let i = 0; i < length; i += 1) out[written + i] = out[written + i - offset]!;
    }
    written += length;
    at = element.end;
  }
  return written === out.length ? out : undefined;
}

const contentBytesMax = 64 * 1_024 * 1_024;

interface Element {
  readonly length: number;
  /** Where its bytes stand, or undefined for a copy of what was written `offset` bytes ago. */
  readonly literalAt?: number;
  readonly offset: number;
  readonly end: number;
}

function elementAt(bytes: Buffer, at: number): Element {
  const tag = bytes[at]!;
  const number = (from: number, size: number): number =>
    from + size <= bytes.length ? bytes.readUIntLE(from, size) : 0;
  switch (tag & 3) {
    case 0: {
      const size = Math.max(0, (tag >> 2) - 59);
      const length = 1 + (size === 0 ? tag >> 2 : number(at + 1, size));
      const literalAt = at + 1 + size;
      return { length, literalAt, offset: 0, end: literalAt + length };
    }
    case 1: {
      const offset = ((tag >> 5) << 8) | number(at + 1, 1);
      return { length: 4 + ((tag >> 2) & 7), offset, end: at + 2 };
    }
    case 2:
      return { length: 1 + (tag >> 2), offset: number(at + 1, 2), end: at + 3 };
    default:
      return { length: 1 + (tag >> 2), offset: number(at + 1, 4), end: at + 5 };
  }
}

function varint(bytes: Buffer): { value: number; end: number } | undefined {
  let value = 0;
  for (let at = 0; at < Math.min(5, bytes.length); at += 1) {
    value += (bytes[at]! & 127) * 2 ** (7 * at);
    if (bytes[at]! < 128) return { value, end: at + 1 };
  }
  return undefined;
}
