import type { RecordedEvent } from '../kernel/decision';
import { Fault } from '../kernel/faults';
import { canonicalJson } from '../kernel/json';
import { hashOf, slotOf } from './hash';
import type { EventSchemas, StoredEvent } from './ports';

/** Bounds of what one transaction may record; the smallest of three databases (a DynamoDB item) sets them. */
export const eventLimits = {
  eventBytesMax: 200_000,
  eventsPerTransactionMax: 200,
  /** All events of a transaction together: they are also the step record's effect, which is one item. */
  transactionBytesMax: 300_000,
} as const;

/** What the events of one transaction have in common. */
export interface StampContext {
  readonly partitions: number;
  readonly schemas: EventSchemas;
  /** Business time, RFC 3339 with milliseconds. */
  readonly time: string;
  readonly sagaId?: string;
  readonly step?: string;
  readonly epoch?: number;
  readonly direction?: 'forward' | 'undo';
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly traceparent?: string;
}

/**
 * Turns recorded facts into rows of the events table: slot, schema version, time, origin and content hash. Runs inside
 * the business transaction, so that nothing the relay could choke on is ever committed.
 * Throws the fault `EVENT_INVALID` for a value outside its schema and for sizes above {@link eventLimits}.
 */
export function stampEvents(
  events: readonly RecordedEvent[],
  context: StampContext,
): readonly StoredEvent[] {
  checkSizes(events);
  return events.map((event) => stampEvent(event, context));
}

function checkSizes(events: readonly RecordedEvent[]): void {
  if (events.length > eventLimits.eventsPerTransactionMax) {
    throw new Fault('EVENT_INVALID', `${events.length} events in one transaction`);
  }
  let totalBytes = 0;
  for (const event of events) {
    const bytes = Buffer.byteLength(canonicalJson(event.data));
    totalBytes += bytes;
    if (bytes > eventLimits.eventBytesMax) {
      throw new Fault('EVENT_INVALID', `${event.type} of ${event.aggregateId} has ${bytes} bytes`);
    }
  }
  if (totalBytes > eventLimits.transactionBytesMax) {
    throw new Fault('EVENT_INVALID', `${totalBytes} bytes of events in one transaction`);
  }
}

function stampEvent(event: RecordedEvent, context: StampContext): StoredEvent {
  const { schemas, partitions, correlationId, causationId, traceparent, ...origin } = context;
  const content = {
    aggregateId: event.aggregateId,
    seq: event.seq,
    type: event.type,
    schema: schemas.check(event.type, event.data).version,
    data: event.data,
    ...origin,
  };
  return {
    ...content,
    slot: slotOf(event.aggregateId, partitions),
    contentHash: contentHashOf(content),
    ...(correlationId === undefined ? {} : { correlationId }),
    ...(causationId === undefined ? {} : { causationId }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

/** The members whose change would make it another event. Where and when it was sent is not among them. */
export type EventContent = Pick<
  StoredEvent,
  | 'aggregateId'
  | 'seq'
  | 'type'
  | 'schema'
  | 'time'
  | 'data'
  | 'sagaId'
  | 'step'
  | 'epoch'
  | 'direction'
  | 'commitId'
  | 'stepImage'
>;

/** Hash by which a repeated event is told from a forked history; absent members do not count. */
export function contentHashOf(event: EventContent): string {
  const { aggregateId, seq, type, schema, time, data } = event;
  const { sagaId, step, epoch, direction, commitId, stepImage } = event;
  const origin = { sagaId, step, epoch, direction, commitId, stepImage };
  return hashOf({ aggregateId, seq, type, schema, time, data, ...origin });
}
