import { ROOT_CONTEXT, SpanKind, TraceFlags, trace } from '@opentelemetry/api';
import type { StoredEvent } from '../outbox/ports';

type Traced = Pick<StoredEvent, 'type' | 'traceparent' | 'aggregateId' | 'seq'>;

const format = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

/**
 * Adds a span to the trace an event was born in: its way into the log, or into a read model. Does nothing for an event
 * without a trace and in a process without an exporter.
 */
export function traceEvent(name: string, event: Traced, kind: 'publish' | 'project'): void {
  const [, traceId, spanId, flags = '00'] = format.exec(event.traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return;
  const parent = trace.setSpanContext(ROOT_CONTEXT, {
    ...{ traceId, spanId, isRemote: true },
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
  });
  const options = {
    kind: kind === 'publish' ? SpanKind.PRODUCER : SpanKind.CONSUMER,
    attributes: { 'aggregate.id': event.aggregateId, 'event.type': event.type },
  };
  trace.getTracer('holdfast').startSpan(`${kind} ${name}`, options, parent).end();
}
