/** Reversed polynomial of CRC-32C (Castagnoli). */
const polynomial = 0x82f63b78;
const slices = 8;

/** Table `n` says what a byte becomes that `n` further bytes follow: eight bytes are taken in one step. */
const tables = tablesOf();

function tablesOf(): readonly Int32Array[] {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let value = byte;
    for (let bit = 0; bit < 8; bit += 1) {
      value = (value & 1) === 1 ? (value >>> 1) ^ polynomial : value >>> 1;
    }
    return value;
  });
  const made = [first];
  while (made.length < slices) {
    made.push(made.at(-1)!.map((value) => first[value & 0xff]! ^ (value >>> 8)));
  }
  return made;
}

/** CRC-32C of the bytes from `start` to `end`, as an unsigned number. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const [t0, t1, t2, t3, t4, t5, t6, t7] = tables as unknown as Int32Array[] & { length: 8 };
  let crc = -1;
  let at = start;
  for (const whole = end - slices; at <= whole; at += slices) {
    crc =
      t7![(crc ^ bytes[at]!) & 0xff]! ^
      t6![((crc >>> 8) ^ bytes[at + 1]!) & 0xff]! ^
      t5![((crc >>> 16) ^ bytes[at + 2]!) & 0xff]! ^
      t4![(crc >>> 24) ^ bytes[at + 3]!]! ^
      t3![bytes[at + 4]!]! ^
      t2![bytes[at + 5]!]! ^
      t1![bytes[at + 6]!]! ^
      t0![bytes[at + 7]!]!;
  }
  for (; at < end; at += 1) crc = t0![(crc ^ bytes[at]!) & 0xff]! ^ (crc >>> 8);
  return (crc ^ -1) >>> 0;
}
