import { SpanKind, trace } from '@opentelemetry/api';
import type { StoredEvent } from '../outbox/ports';
import { contextOf } from '../runtime/spans';

type Traced = Pick<StoredEvent, 'type' | 'traceparent' | 'aggregateId' | 'seq'>;

/** What of an event's way is told: into the log, or into a read model; and when it began, milliseconds since 1970. */
export interface EventSpan {
  readonly kind: 'publish' | 'project';
  /** Topic, or projection. */
  readonly name: string;
  readonly beganMs: number;
}

/**
 * Adds a span that ends now to the trace an event was born in. Does nothing for an event without a trace and in a
 * process without an exporter.
 */
export function traceEvent(event: Traced, { kind, name, beganMs }: EventSpan): void {
  const parent = contextOf(event.traceparent);
  if (parent === undefined) return;
  const options = {
    kind: kind === 'publish' ? SpanKind.PRODUCER : SpanKind.CONSUMER,
    startTime: beganMs,
    attributes: {
      'aggregate.id': event.aggregateId,
      'event.type': event.type,
      'messaging.operation.type': kind === 'publish' ? 'send' : 'process',
    },
  };
  trace.getTracer('holdfast').startSpan(`${kind} ${name}`, options, parent).end(Date.now());
}
