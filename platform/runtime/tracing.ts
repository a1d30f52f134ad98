import { resourceFromAttributes } from '@opentelemetry/resources';
import type { ReadableSpan, SpanExporter, SpanProcessor } from '@opentelemetry/sdk-trace-base';
import {
  AlwaysOffSampler,
  BatchSpanProcessor,
  NoopSpanProcessor,
  ParentBasedSampler,
  SimpleSpanProcessor,
} from '@opentelemetry/sdk-trace-base';
import { NodeTracerProvider } from '@opentelemetry/sdk-trace-node';
import { OpenTelemetryPlugin } from '@temporalio/interceptors-opentelemetry-v2';
import { FileSpanExporter, traceFileOf } from './trace-file';

/**
 * Attributes a span may carry out of the process. The workflow interceptors put all of `workflowInfo()` on every span,
 * memo and last failure included, so what is not named here is dropped.
 */
const allowedAttributes = new Set([
  'http.request.method',
  'http.response.status_code',
  'http.route',
  'messaging.operation.type',
  'server.address',
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
  'saga.direction',
  'saga.attempt',
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

/** Gives every span to several processors. */
class FanOut implements SpanProcessor {
  constructor(private readonly each: readonly SpanProcessor[]) {}

  onStart(...started: Parameters<SpanProcessor['onStart']>): void {
    this.each.forEach((one) => one.onStart(...started));
  }

  onEnd(span: ReadableSpan): void {
    this.each.forEach((one) => one.onEnd(span));
  }

  async forceFlush(): Promise<void> {
    await Promise.all(this.each.map((one) => one.forceFlush()));
  }

  async shutdown(): Promise<void> {
    await Promise.all(this.each.map((one) => one.shutdown()));
  }
}

/** Tracing of one process. */
export interface Tracing {
  /** For Temporal's client, worker and bundler: one trace through workflow and activities. */
  readonly plugin: OpenTelemetryPlugin;
  /** Writes what is still held back, and ends. */
  stop(): Promise<void>;
}

/** Bounds of what waits for a collector; spans beyond them are dropped. */
export const collectedLimits = {
  scheduledDelayMillis: 1_000,
  maxQueueSize: 8_192,
  maxExportBatchSize: 512,
  exportTimeoutMillis: 5_000,
} as const;

export interface TracingOptions {
  readonly serviceName: string;
  /** JSON lines are appended here; a path that ends with `/` is a folder with a file a process. Empty: none. */
  readonly traceFile?: string;
  /** Sends spans to a collector, in batches. */
  readonly collector?: SpanExporter | undefined;
  readonly register?: boolean;
}

/**
 * Sets tracing up for this process: context propagation always, spans only where a file or a collector takes them. A
 * trace that begins where nobody takes spans says so on its way (`sampled` 0), and a workflow makes none for it; one
 * that comes from elsewhere goes on as it is. Of those that are taken, `OTEL_TRACES_SAMPLER` chooses. `register: false`
 * leaves the process's own tracer provider alone (for tools that only need the plugin).
 */
export function startTracing(options: TracingOptions): Tracing {
  const { serviceName, register = true } = options;
  const resource = resourceFromAttributes({ 'service.name': serviceName });
  const takers = takersOf(options);
  const isTaken = takers.length > 0;
  const spanProcessor = isTaken
    ? new AllowListSpanProcessor(new FanOut(takers))
    : new NoopSpanProcessor();
  const provider = new NodeTracerProvider({
    ...{ resource, spanProcessors: [spanProcessor] },
    ...(isTaken ? {} : { sampler: new ParentBasedSampler({ root: new AlwaysOffSampler() }) }),
  });
  if (register) provider.register();
  return {
    plugin: new OpenTelemetryPlugin({ resource, spanProcessor }),
    // Spans that are not taken at the end are lost, and stop no process from ending.
    stop: () => provider.shutdown().catch(() => undefined),
  };
}

function takersOf({ serviceName, traceFile = '', collector }: TracingOptions): SpanProcessor[] {
  const takers: SpanProcessor[] = [];
  if (traceFile !== '') {
    const file = traceFileOf(traceFile, serviceName);
    // Written as they end: what a batch still holds dies with a killed process, and no replay makes it again.
    takers.push(new SimpleSpanProcessor(new FileSpanExporter(file, serviceName)));
  }
  if (collector !== undefined) takers.push(new BatchSpanProcessor(collector, collectedLimits));
  return takers;
}
