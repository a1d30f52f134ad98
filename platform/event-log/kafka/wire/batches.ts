import { ByteReader } from './byte-reader';

type HeaderValue = Buffer | null | readonly (Buffer | null)[];

/** A record as the library hands it on. */
export interface WireRecord {
  readonly attributes: number;
  readonly timestamp: string;
  readonly offset: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, HeaderValue>;
  readonly isControlRecord: boolean;
  readonly batchContext: BatchContext;
}

/** What is said once for all records of a batch. */
export interface BatchContext {
  readonly firstOffset: string;
  readonly firstTimestamp: string;
  readonly partitionLeaderEpoch: number;
  readonly inTransaction: boolean;
  readonly isControlBatch: boolean;
  readonly lastOffsetDelta: number;
  readonly producerId: string;
  readonly producerEpoch: number;
  readonly firstSequence: number;
  readonly maxTimestamp: string;
  readonly timestampType: number;
  readonly magicByte: number;
}

/** Thrown for what only the library reads: compressed batches, and those of the first formats. */
export class NotOurs extends Error {}

const magic = 2;
/** Bytes of a batch before its records; and of it what comes before the part that its length counts. */
const headBytes = 61;
const lengthBytes = 12;
const flags = { compression: 0x7, appendTime: 0x8, transaction: 0x10, control: 0x20 } as const;

/** Records of the batches of a partition. What the broker cut off at the end comes with the next answer. */
export function readBatches(bytes: Buffer): WireRecord[] {
  const records: WireRecord[] = [];
  const reader = new ByteReader(bytes);
  while (reader.left >= headBytes) {
    const firstOffset = reader.int64();
    const length = reader.int32();
    if (length < headBytes - lengthBytes) throw new NotOurs();
    if (reader.left < length) break;
    const end = reader.at + length;
    readBatch(reader, firstOffset, records);
    reader.at = end;
  }
  return records;
}

function readBatch(reader: ByteReader, firstOffset: bigint, records: WireRecord[]): void {
  const partitionLeaderEpoch = reader.int32();
  const magicByte = reader.int8();
  reader.int32(); // its check sum: the connection has one of its own
  const attributes = reader.int16();
  if (magicByte !== magic || (attributes & flags.compression) !== 0) throw new NotOurs();
  const lastOffsetDelta = reader.int32();
  const [firstMs, maxMs] = [reader.int64(), reader.int64()];
  const batchContext: BatchContext = {
    ...{ firstOffset: firstOffset.toString(), firstTimestamp: firstMs.toString() },
    ...{ partitionLeaderEpoch, inTransaction: (attributes & flags.transaction) !== 0 },
    ...{ isControlBatch: (attributes & flags.control) !== 0, lastOffsetDelta },
    producerId: reader.int64().toString(),
    producerEpoch: reader.int16(),
    firstSequence: reader.int32(),
    ...{ maxTimestamp: maxMs.toString(), magicByte },
    timestampType: (attributes & flags.appendTime) === 0 ? 0 : 1,
  };
  const from = { firstOffset, firstMs, batchContext };
  for (let left = reader.int32(); left > 0; left -= 1) records.push(readRecord(reader, from));
}

interface From {
  readonly firstOffset: bigint;
  readonly firstMs: bigint;
  readonly batchContext: BatchContext;
}

function readRecord(reader: ByteReader, { firstOffset, firstMs, batchContext }: From): WireRecord {
  const size = reader.varint();
  const end = reader.at + size;
  const attributes = reader.int8();
  const afterFirstMs = reader.varint();
  const place = reader.varint();
  const { timestampType, maxTimestamp, isControlBatch } = batchContext;
  const record = {
    attributes,
    timestamp: timestampType === 1 ? maxTimestamp : (firstMs + BigInt(afterFirstMs)).toString(),
    offset: (firstOffset + BigInt(place)).toString(),
    key: reader.content(),
    value: reader.content(),
    headers: readHeaders(reader),
    isControlRecord: isControlBatch,
    batchContext,
  };
  reader.at = end;
  return record;
}

/** Each name has its value, or all of its values in order. */
function readHeaders(reader: ByteReader): Record<string, HeaderValue> {
  const headers: Record<string, HeaderValue> = {};
  for (let left = reader.varint(); left > 0; left -= 1) {
    const name = reader.text(reader.varint());
    const value = reader.content();
    const known = Object.hasOwn(headers, name) ? headers[name] : undefined;
    if (known !== undefined)
      headers[name] = Array.isArray(known)
        ? [...(known as Buffer[]), value]
        : [known as Buffer, value];
    // Whoever may write to a topic chooses the names.
    else if (name === '__proto__')
      Object.defineProperty(headers, name, {
        value,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    else headers[name] = value;
  }
  return headers;
}
