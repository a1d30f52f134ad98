import { canonicalJson } from '../kernel/json';
import type { StoredEvent } from '../outbox/ports';
import type { StepImage } from '../outbox/commit-mark';
import { contentHashOf } from '../outbox/stamp';
import type { LogMessage } from './ports';
import { refusedContentType } from './sealed-log';

/** An event as a reader of the log sees it. */
export interface LogEvent extends Omit<StoredEvent, 'slot'> {
  /** Service that wrote it. */
  readonly service: string;
  /** When the relay sent it, RFC 3339; `time` is when it happened. */
  readonly recordedTime: string;
}

/** What the relay adds to an event. */
export interface EnvelopeContext {
  readonly service: string;
  readonly recordedTime: string;
  /** Hash of the schema file, so that the exact schema is named by content; absent in a build without the file. */
  readonly schemaHash?: string | undefined;
}

/** Thrown for a message that is no event of ours, or was changed on its way. */
export class EnvelopeError extends Error {
  constructor(
    readonly code: 'ENVELOPE_INVALID' | 'CONTENT_HASH_MISMATCH',
    message: string,
  ) {
    super(`${code}: ${message}`);
    this.name = 'EnvelopeError';
  }
}

/** Digits of `ce_sequence`: padded, so that it orders as text. */
const sequenceDigits = 10;

/** Id of an event, the same wherever and however often it is sent. */
export function eventId(event: Pick<StoredEvent, 'aggregateId' | 'seq'>): string {
  return `${event.aggregateId}:${event.seq}`;
}

/** CloudEvents 1.0, Kafka binding, binary mode: attributes in headers, canonical domain JSON as the value. */
export function encodeEvent(event: StoredEvent, context: EnvelopeContext): LogMessage {
  const fragment = context.schemaHash === undefined ? '' : `#sha256-${context.schemaHash}`;
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: eventId(event),
    ce_source: `/services/${context.service}/${event.aggregateId}`,
    ce_type: `${event.type}.v${majorOf(event.schema)}`,
    ce_subject: event.aggregateId,
    ce_time: event.time,
    ce_recordedtime: context.recordedTime,
    'content-type': 'application/json',
    ce_dataschema: `urn:holdfast:schema:${event.type}:${event.schema}${fragment}`,
    ce_sequence: String(event.seq).padStart(sequenceDigits, '0'),
    ce_sequencetype: 'Integer',
    ce_partitionkey: event.aggregateId,
    ce_contenthash: event.contentHash,
  };
  addOptional(headers, event);
  return { key: event.aggregateId, value: canonicalJson(event.data), headers };
}

/** The headers of {@link optionalHeaderNames} that the event has, in that order. */
function addOptional(headers: Record<string, string>, event: StoredEvent): void {
  const { correlationId, causationId, epoch, commitId, stepImage, traceparent } = event;
  if (correlationId !== undefined) headers.ce_correlationid = correlationId;
  if (causationId !== undefined) headers.ce_causationid = causationId;
  if (event.sagaId !== undefined) headers.ce_sagaid = event.sagaId;
  if (event.step !== undefined) headers.ce_step = event.step;
  if (epoch !== undefined) headers.ce_epoch = epoch.toString();
  if (event.direction !== undefined) headers.ce_direction = event.direction;
  if (commitId !== undefined) headers.ce_commitid = commitId;
  if (stepImage) headers.ce_steprecord = canonicalJson(stepImage);
  if (traceparent === undefined) return;
  headers.ce_traceparent = traceparent;
  headers.traceparent = traceparent;
}

/**
 * Reads a message back. Throws {@link EnvelopeError} for a missing or contradicting attribute, and when the content
 * does not give the hash it was sent with. Attributes nobody here knows are ignored.
 */
export function decodeEvent(message: LogMessage): LogEvent {
  const event = parseEvent(message);
  if (contentHashOf(event) === event.contentHash) return event;
  throw new EnvelopeError('CONTENT_HASH_MISMATCH', `${eventId(event)} is not what was sent`);
}

/** The event in a message; undefined for what {@link decodeEvent} would not take. */
export function eventIn(message: LogMessage): LogEvent | undefined {
  try {
    return decodeEvent(message);
  } catch (error) {
    if (error instanceof EnvelopeError) return undefined;
    throw error;
  }
}

/** The event a message says it is, its content not compared with its hash. Throws `ENVELOPE_INVALID`. */
export function parseEvent(message: LogMessage): LogEvent {
  const text = requiredHeaders(message.headers);
  const { type, schema } = schemaOf(text.ce_dataschema);
  const seq = numberOf('ce_sequence', text.ce_sequence);
  const event: Writable<LogEvent> = {
    aggregateId: text.ce_subject,
    seq,
    type,
    schema,
    service: serviceOf(text.ce_source, text.ce_subject),
    time: text.ce_time,
    recordedTime: text.ce_recordedtime,
    data: dataOf(message.value),
    contentHash: text.ce_contenthash,
  };
  takeOptional(event, message.headers);
  demand(text.ce_id === eventId(event), 'ce_id contradicts ce_subject and ce_sequence');
  demand(text.ce_partitionkey === event.aggregateId, 'ce_partitionkey contradicts ce_subject');
  demand(message.key === event.aggregateId, 'the key contradicts ce_subject');
  demand(text.ce_type === `${type}.v${majorOf(schema)}`, 'ce_type contradicts ce_dataschema');
  return event;
}

/** Headers that every event has, next to `content-type`. */
export const requiredHeaderNames = [
  'ce_specversion',
  'ce_id',
  'ce_source',
  'ce_type',
  'ce_subject',
  'ce_time',
  'ce_recordedtime',
  'ce_dataschema',
  'ce_sequence',
  'ce_sequencetype',
  'ce_partitionkey',
  'ce_contenthash',
] as const;

/** Headers of events that were caused by something we know of; of steps of sagas, all but the trace. */
export const optionalHeaderNames = [
  'ce_correlationid',
  'ce_causationid',
  'ce_sagaid',
  'ce_step',
  'ce_epoch',
  'ce_direction',
  'ce_commitid',
  'ce_steprecord',
  'ce_traceparent',
  'traceparent',
] as const;

type Writable<Event> = { -readonly [Member in keyof Event]: Event[Member] };
type RequiredHeaders = Record<(typeof requiredHeaderNames)[number], string>;

function requiredHeaders(headers: LogMessage['headers']): RequiredHeaders {
  if (!requiredHeaderNames.every((name) => headers[name])) {
    const missing = requiredHeaderNames.filter((name) => !headers[name]);
    demand(false, `${missing.join(', ')} is missing`);
  }
  demand(headers.ce_specversion === '1.0', 'ce_specversion is not 1.0');
  const { 'content-type': contentType } = headers;
  demand(contentType !== refusedContentType, 'the value was not sealed, or does not open here');
  demand(contentType === 'application/json', 'content-type is not application/json');
  return headers as RequiredHeaders;
}

/** The step image's members are not looked into: the content hash says that they are what the writer put there. */
function takeOptional(event: Writable<LogEvent>, headers: LogMessage['headers']): void {
  const { ce_direction: direction, ce_epoch: epoch, ce_steprecord: image } = headers;
  const isKnown = direction === undefined || isDirection(direction);
  demand(isKnown, 'ce_direction is neither forward nor undo');
  if (headers.ce_correlationid !== undefined) event.correlationId = headers.ce_correlationid;
  if (headers.ce_causationid !== undefined) event.causationId = headers.ce_causationid;
  if (headers.ce_sagaid !== undefined) event.sagaId = headers.ce_sagaid;
  if (headers.ce_step !== undefined) event.step = headers.ce_step;
  if (epoch !== undefined) event.epoch = numberOf('ce_epoch', epoch);
  if (isDirection(direction)) event.direction = direction;
  if (headers.ce_commitid !== undefined) event.commitId = headers.ce_commitid;
  if (image !== undefined) event.stepImage = objectOf<StepImage>('ce_steprecord', image);
  if (headers.ce_traceparent !== undefined) event.traceparent = headers.ce_traceparent;
}

const isDirection = (text: string | undefined): text is NonNullable<LogEvent['direction']> =>
  text === 'forward' || text === 'undo';

function schemaOf(urn: string): { type: string; schema: string } {
  const match = /^urn:holdfast:schema:([^:#]+):(\d+\.\d+)(?:#sha256-[0-9a-f]{64})?$/.exec(urn);
  demand(match !== null, 'ce_dataschema is none of ours');
  return { type: match?.[1] ?? '', schema: match?.[2] ?? '' };
}

function serviceOf(source: string, subject: string): string {
  const end = `/${subject}`;
  demand(source.startsWith('/services/') && source.endsWith(end), 'ce_source is none of ours');
  return source.slice('/services/'.length, -end.length);
}

function dataOf(value: string): LogEvent['data'] {
  return objectOf('the value', value);
}

function objectOf<Value>(name: string, text: string): Value {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new EnvelopeError('ENVELOPE_INVALID', `${name} is no JSON`);
  }
  const isObject = typeof value === 'object' && value !== null && !Array.isArray(value);
  demand(isObject, `${name} is no object`);
  return value as Value;
}

function numberOf(name: string, text: string): number {
  const value = Number(text);
  demand(/^\d{1,16}$/.test(text) && Number.isSafeInteger(value), `${name} is no sequence number`);
  return value;
}

function majorOf(schema: string): string {
  return schema.split('.')[0] ?? '';
}

function demand(condition: boolean, problem: string): void {
  if (!condition) throw new EnvelopeError('ENVELOPE_INVALID', problem);
}

/** The number that headers claim, whatever else is wrong with the record; undefined where it is no number. */
export function claimedSeq({ headers }: Pick<LogMessage, 'headers'>): number | undefined {
  const digits = /^\d{1,15}$/.exec(headers.ce_sequence ?? '')?.[0];
  return digits === undefined ? undefined : Number(digits);
}
