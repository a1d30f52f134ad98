import { claimedSeq, decodeEvent, EnvelopeError } from '../../event-log/envelope';
import type { LogEvent } from '../../event-log/envelope';
import type { LogRecord, PartitionMarks } from '../../event-log/ports';
import { currentEvent } from '../../event-log/reader';
import type { SchemaRegistry } from '../../event-log/schema-registry';
import type { RebuildCode } from '../finding/codes';
import { messageBytes } from '../../event-log/reach';
import { end, follow, isBehind, trackOf } from './track';
import type { Captured, Evolve, Place, Told, Track } from './track';

/** What a roll needs to know of a service to read its log as its readers do. */
export interface RollService {
  readonly service: string;
  readonly evolve: Evolve;
  readonly schemas: Pick<SchemaRegistry, 'read'>;
}

/** Some aggregates of a service, to be found again in its log. */
export interface RollScope {
  readonly captured: ReadonlyMap<string, Captured>;
  /** Whether an aggregate that was not captured would have been, had the database held it. */
  readonly isExpected: (aggregateId: string) => boolean;
  /** Taken before the database was asked: what stands below them, the database had already. */
  readonly marks: readonly PartitionMarks[];
}

/** Aggregates on their way through the log. */
export interface Roll {
  readonly tracks: ReadonlyMap<string, Track>;
  /** Aggregates that stood in the log before the database was asked, and were not captured. */
  readonly strangers: ReadonlySet<string>;
  /** Broken records of aggregates that were not captured, by their key. */
  readonly broken: ReadonlyMap<string, Told>;
  readonly counts: { readonly events: number; readonly repeats: number };
  take(record: LogRecord): void;
  /** The partition has forgotten its first records. */
  isTruncated(partition: number): boolean;
  /** Those of which the database holds more than the log has shown. */
  behind(): readonly (readonly [string, Track])[];
}

/** A record that cannot be folded. */
class Unreadable extends Error {
  constructor(
    readonly code: RebuildCode,
    message: string,
  ) {
    super(message);
  }
}

/** Begins before the first record. Records of other aggregates pass by without being looked into. */
export function openRoll(of: RollService, { captured, isExpected, marks }: RollScope): Roll {
  const tracks = new Map([...captured].map(([id, one]) => [id, trackOf(one)]));
  const strangers = new Set<string>();
  const broken = new Map<string, Told>();
  const counts = { events: 0, repeats: 0 };
  const highs = new Map(marks.map(({ partition, high }) => [partition, high]));
  const truncated = new Set(marks.filter(({ low }) => low > 0n).map(({ partition }) => partition));

  const bytes = new Map<number, number>();

  function placeOf(record: LogRecord): Place {
    const { partition, offset } = record;
    const fromByte = bytes.get(partition) ?? 0;
    const toByte = fromByte + messageBytes(record);
    bytes.set(partition, toByte);
    const isOld = BigInt(offset) < (highs.get(partition) ?? 0n);
    return { fromByte, toByte, isOld, isTruncated: truncated.has(partition) };
  }

  function takeTracked(record: LogRecord, track: Track, place: Place): void {
    if (track.told !== undefined) return;
    try {
      const event = readEvent(record, of);
      const took = follow(track, event, { ...place, evolve: of.evolve });
      if (took === 'news') counts.events += 1;
      if (took === 'repeat') counts.repeats += 1;
    } catch (error) {
      end(track, unreadable(error, record, track.seq + 1));
    }
  }

  function takeStranger(record: LogRecord): void {
    if (strangers.has(record.key)) return;
    try {
      readEvent(record, of);
      strangers.add(record.key);
    } catch (error) {
      if (!broken.has(record.key)) broken.set(record.key, unreadable(error, record, 1));
    }
  }

  return {
    ...{ tracks, strangers, broken, counts },
    take(record) {
      const track = tracks.get(record.key);
      const place = placeOf(record);
      if (track !== undefined) takeTracked(record, track, place);
      else if (place.isOld && isExpected(record.key)) takeStranger(record);
    },
    isTruncated: (partition) => truncated.has(partition),
    behind: () => [...tracks].filter(([, track]) => isBehind(track)),
  };
}

/** As every reader of the log does: envelope, hash, schema. Throws what {@link unreadable} makes a finding of. */
export function readEvent(record: LogRecord, { service, schemas }: RollService): LogEvent {
  const event = decodeEvent(record);
  if (event.service !== service) {
    throw new Unreadable('ENVELOPE_INVALID', `it was written by ${event.service}`);
  }
  const read = schemas.read(event.type, event.schema, event.data);
  if (read.verdict === 'valid') return currentEvent(event, read);
  if (read.verdict === 'invalid') throw new Unreadable('SCHEMA_INVALID', read.detail);
  throw new Unreadable('SCHEMA_VERSION_UNKNOWN', `${event.type} ${event.schema}`);
}

/** What is wrong with a record that could not be read; anything else is thrown on. */
export function unreadable(error: unknown, record: LogRecord, seq: number): Told {
  if (!(error instanceof EnvelopeError) && !(error instanceof Unreadable)) throw error;
  const { partition, offset } = record;
  const place = `partition ${partition}, offset ${offset}`;
  return {
    code: error.code,
    seq: claimedSeq(record) ?? seq,
    detail: `${error.message} (${place})`,
  };
}
