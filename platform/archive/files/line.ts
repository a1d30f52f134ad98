import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { recordOf } from '../../event-log/stored';
import type { LogRecord, StoredHeader, StoredMessage, TopicPartition } from '../../event-log/ports';

/** Bytes as JSON: their text, or base64 where they are none. */
type Told = string | null | { readonly base64: string };

interface Line {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Told;
  readonly value: Told;
  readonly headers: Readonly<Record<string, Told | readonly Told[]>>;
}

/** A record as one line of JSON, byte for byte what the broker keeps. Two records are the same if their lines are. */
export function lineOf({ offset, topic, partition, stored }: LogRecord): string {
  if (stored === undefined)
    throw new RangeError(`${topic}/${partition}@${offset} is no stored one`);
  const { timestamp, key, value, headers } = stored;
  const told = Object.entries(headers).map(([name, given]) => [name, tellHeader(given)] as const);
  const line: Line = {
    ...{ offset, timestamp, key: tell(key), value: tell(value) },
    headers: Object.fromEntries(told),
  };
  return JSON.stringify(line);
}

/** The record of a line. Throws what JSON.parse throws. */
export function recordIn(place: TopicPartition, line: string): LogRecord {
  const { offset, timestamp, key, value, headers } = JSON.parse(line) as Line;
  const read = Object.entries(headers).map(([name, told]) => [name, readHeader(told)] as const);
  const stored: StoredMessage = {
    ...{ timestamp, key: bytesOf(key), value: bytesOf(value) },
    headers: Object.fromEntries(read),
  };
  return recordOf(place, offset, stored);
}

/** SHA-256 in hexadecimal digits. */
export function digestOf(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex');
}

function tell(given: StoredHeader): Told {
  if (given === null || typeof given === 'string') return given;
  return isUtf8(given) ? given.toString() : { base64: given.toString('base64') };
}

function tellHeader(given: StoredHeader | readonly StoredHeader[]): Told | readonly Told[] {
  return Array.isArray(given) ? (given as StoredHeader[]).map(tell) : tell(given as StoredHeader);
}

function bytesOf(told: Told): Buffer | null {
  if (told === null) return null;
  return typeof told === 'string' ? Buffer.from(told) : Buffer.from(told.base64, 'base64');
}

function readHeader(told: Told | readonly Told[]): StoredHeader | readonly StoredHeader[] {
  return Array.isArray(told) ? (told as Told[]).map(bytesOf) : bytesOf(told as Told);
}
