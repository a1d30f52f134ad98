import { claimedSeq, decodeEvent } from '../envelope';
import type { LogEvent } from '../envelope';
import type { LogRecord } from '../ports';
import { currentEvent } from '../reader';
import type { ReadVerdict } from '../reader';
import type { SchemaRegistry } from '../schema-registry';
import type { Projection } from './projection';

/** Why an event waits as a dead letter. */
export const deadLetterReasons = [
  'ENVELOPE_INVALID',
  'CONTENT_HASH_MISMATCH',
  'SCHEMA_INVALID',
  'SCHEMA_VERSION_UNKNOWN',
  /** The projection's own code threw. */
  'FOLD_FAILED',
  /** Nothing is wrong with it: an earlier event of its aggregate is a dead letter. */
  'BEHIND_DEAD_LETTER',
] as const;

export type DeadLetterReason = (typeof deadLetterReasons)[number];

export interface Problem {
  readonly reason: DeadLetterReason;
  readonly detail: string;
}

/** A record after parsing: an event with the rows it touches, or what is wrong with it. */
export interface Reading {
  readonly record: LogRecord;
  /** From the event, or from the key where the envelope cannot be read. */
  readonly aggregateId: string;
  readonly seq?: number;
  readonly event?: LogEvent;
  readonly keys: readonly string[];
  readonly problem?: Problem;
}

type Schemas = Pick<SchemaRegistry, 'read'>;

/**
 * Parses a record for one projection; `decode` says how strictly. Never throws: trouble becomes the reading's problem.
 */
export function readRecord(
  record: LogRecord,
  projection: Pick<Projection, 'keys'>,
  schemas: Schemas,
  decode: (record: LogRecord) => LogEvent = decodeEvent,
): Reading {
  let event: LogEvent;
  try {
    event = decode(record);
  } catch (error) {
    return brokenReading(record, error);
  }
  const { aggregateId, seq } = event;
  const read = schemas.read(event.type, event.schema, event.data);
  const problem = schemaProblem(event, read);
  if (problem) return { record, aggregateId, seq, event, keys: [], problem };
  event = currentEvent(event, read);
  try {
    return { record, aggregateId, seq, event, keys: projection.keys(event) };
  } catch (error) {
    return { record, aggregateId, seq, event, keys: [], problem: foldProblem(error) };
  }
}

/** A throwing fold as a problem. */
export function foldProblem(error: unknown): Problem {
  return { reason: 'FOLD_FAILED', detail: textOf(error) };
}

function brokenReading(record: LogRecord, error: unknown): Reading {
  const { code } = error as { code?: DeadLetterReason };
  const seq = claimedSeq(record);
  return {
    record,
    aggregateId: record.key || `unknown/${record.topic}/${record.partition}/${record.offset}`,
    ...(seq === undefined ? {} : { seq }),
    keys: [],
    problem: { reason: code ?? 'ENVELOPE_INVALID', detail: textOf(error) },
  };
}

function schemaProblem(event: LogEvent, read: ReadVerdict): Problem | undefined {
  if (read.verdict === 'invalid') return { reason: 'SCHEMA_INVALID', detail: read.detail };
  if (read.verdict !== 'unknown-version') return undefined;
  return { reason: 'SCHEMA_VERSION_UNKNOWN', detail: `${event.type} ${event.schema}` };
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
