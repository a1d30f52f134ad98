import type { AttributeValue, Attributes } from '@opentelemetry/api';
import type { ReadableSpan } from '@opentelemetry/sdk-trace-base';
import { nanoseconds } from './trace-file';

/** Spans as OTLP has them in JSON: ids in hexadecimal digits, times in nanoseconds as text, kinds counted from 1. */
export function otlpTraces(spans: readonly ReadableSpan[]): object {
  const byResource = groupBy(spans, ({ resource }) => resource);
  return {
    resourceSpans: byResource.map(([resource, ofResource]) => ({
      resource: { attributes: keyValues(resource.attributes) },
      scopeSpans: groupBy(ofResource, ({ instrumentationScope: { name } }) => name).map(
        ([name, ofScope]) => ({ scope: { name }, spans: ofScope.map(otlpSpan) }),
      ),
    })),
  };
}

function otlpSpan(span: ReadableSpan): object {
  const { traceId, spanId } = span.spanContext();
  const parentSpanId = span.parentSpanContext?.spanId;
  return {
    ...{ traceId, spanId, ...(parentSpanId === undefined ? {} : { parentSpanId }) },
    name: span.name,
    kind: span.kind + 1,
    startTimeUnixNano: nanoseconds(span.startTime),
    endTimeUnixNano: nanoseconds(span.endTime),
    attributes: keyValues(span.attributes),
    links: span.links.map(({ context }) => ({
      traceId: context.traceId,
      spanId: context.spanId,
    })),
    status: { code: span.status.code },
  };
}

function keyValues(attributes: Attributes): object[] {
  return Object.entries(attributes).flatMap(([key, value]) =>
    value === undefined ? [] : [{ key, value: anyValue(value) }],
  );
}

function anyValue(value: AttributeValue | null | undefined): object {
  if (Array.isArray(value)) return { arrayValue: { values: value.map(anyValue) } };
  if (typeof value === 'boolean') return { boolValue: value };
  if (typeof value !== 'number') return { stringValue: String(value) };
  return Number.isInteger(value) ? { intValue: String(value) } : { doubleValue: value };
}

function groupBy<Item, Key>(
  items: readonly Item[],
  keyOf: (item: Item) => Key,
): readonly (readonly [Key, Item[]])[] {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return [...groups];
}
