import { appendFileSync } from 'node:fs';
import type { SpanContext } from '@opentelemetry/api';
import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NoopSpanProcessor, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';

/**
 * Attributes a span may carry out of the process. The workflow interceptors put all of `workflowInfo()` on every span,
 * memo and last failure included, so what is not named here is dropped.
 */
const allowedAttributes = new Set([
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'messaging.destination.name',
  'db.system.name',
  'run_id',
  'runId',
  'workflowId',
  'temporalWorkflowId',
  'temporalActivityId',
  'temporalUpdateId',
  'workflowType',
  'taskQueue',
  'attempt',
  'saga.id',
  'saga.step',
  'saga.epoch',
  'event.type',
  'aggregate.id',
  'error.code',
  'exception.type',
]);

/** Passes spans on with nothing but allowed attributes; messages and stack traces of errors stay in the process. */
export class AllowListSpanProcessor implements SpanProcessor {
  constructor(private readonly next: SpanProcessor) {}

  onStart(...started: Parameters<SpanProcessor['onStart']>): void {
    this.next.onStart(...started);
  }

  onEnd(span: ReadableSpan): void {
    this.next.onEnd(withAllowedAttributes(span));
  }

  forceFlush(): Promise<void> {
    return this.next.forceFlush();
  }

  shutdown(): Promise<void> {
    return this.next.shutdown();
  }
}

function withAllowedAttributes(span: ReadableSpan): ReadableSpan {
  return Object.create(span, {
    attributes: { value: allowed(span.attributes) },
    status: { value: { code: span.status.code } },
    events: {
      value: span.events.map((event) => ({
        ...event,
        attributes: allowed(event.attributes ?? {}),
      })),
    },
    links: { value: span.links.map(({ context }) => ({ context })) },
  }) as ReadableSpan;
}

function allowed(attributes: ReadableSpan['attributes']): ReadableSpan['attributes'] {
  return Object.fromEntries(
    Object.entries(attributes).filter(([key]) => allowedAttributes.has(key)),
  );
}

/** Appends spans to a file, one JSON object a line; times in nanoseconds since 1970 as text. */
export class FileSpanExporter implements SpanExporter {
  constructor(
    private readonly file: string,
    private readonly serviceName: string,
  ) {}

  export(spans: ReadableSpan[], done: Parameters<SpanExporter['export']>[1]): void {
    try {
      appendFileSync(this.file, spans.map((span) => `${this.lineOf(span)}\n`).join(''));
      done({ code: 0 });
    } catch (error) {
      done({ code: 1, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  async shutdown(): Promise<void> {}

  private lineOf(span: ReadableSpan): string {
    const { traceId, spanId } = span.spanContext();
    const { name, kind, status, attributes, links, startTime, endTime } = span;
    return JSON.stringify({
      service: this.serviceName,
      name,
      kind,
      traceId,
      spanId,
      parentSpanId: span.parentSpanContext?.spanId ?? null,
      start: nanoseconds(startTime),
      end: nanoseconds(endTime),
      status: status.code,
      attributes,
      ...(links.length === 0 ? {} : { links: links.map(({ context }) => idsOf(context)) }),
    });
  }
}

function idsOf({ traceId, spanId }: SpanContext): { traceId: string; spanId: string } {
  return { traceId, spanId };
}

function nanoseconds([seconds, rest]: readonly [number, number]): string {
  return String(BigInt(seconds) * 1_000_000_000n + BigInt(rest));
}

/** Tracing of one process. */
export interface Tracing {
  /** For Temporal's client, worker and bundler: one trace through workflow and activities. */
  readonly plugin: OpenTelemetryPlugin;
  /** Writes what is still held back. */
  stop(): Promise<void>;
}

/**
 * Sets tracing up for this process: context propagation always, an exporter only when a file is
 * named. `register: false` leaves the process's own tracer provider alone (for tools that only need
 * the plugin).
 */
export function startTracing(options: {
  readonly serviceName: string;
  /** JSON lines are appended here; empty or absent switches the exporter off. */
  readonly traceFile?: string;
  readonly register?: boolean;
}): Tracing {
  const { serviceName, traceFile = '', register = true } = options;
  const resource = resourceFromAttributes({ 'service.name': serviceName });
  // Written as they end: what a batch still holds dies with a killed process, and no replay makes it again.
  const spanProcessor = traceFile
    ? new AllowListSpanProcessor(
        new SimpleSpanProcessor(new FileSpanExporter(traceFile, serviceName)),
      )
    : new NoopSpanProcessor();
  const provider = new NodeTracerProvider({ resource, spanProcessors: [spanProcessor] });
  if (register) provider.register();
  return {
    plugin: new OpenTelemetryPlugin({ resource, spanProcessor }),
    stop: () => provider.shutdown(),
  };
}
