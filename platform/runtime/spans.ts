import { SpanKind, SpanStatusCode, context, propagation, trace } from '@opentelemetry/api';
import type { Attributes, Context, Link, Span } from '@opentelemetry/api';
import { ROOT_CONTEXT } from '@opentelemetry/api';

/** What a span is about. */
export interface SpanOptions {
  /** `client` where somebody else is asked, `internal` where nothing is said. */
  readonly kind?: 'client' | 'internal';
  /** Only names of the list in `tracing.ts` leave the process. */
  readonly attributes?: Attributes;
  /** W3C `traceparent`s of spans that led to this one without being above it; what is none is left out. */
  readonly causes?: readonly (string | undefined)[];
  /** Begins a trace of its own, whatever is at work. */
  readonly root?: boolean;
}

/**
 * Does the work inside a span, which ends with it. An error is marked with its code, never with its message, and thrown
 * on. Costs next to nothing in a process without an exporter.
 */
export function inSpan<Result>(
  name: string,
  options: SpanOptions,
  work: (span: Span) => Promise<Result>,
): Promise<Result> {
  const { kind = 'internal', attributes = {}, causes = [], root = false } = options;
  const about = {
    kind: kind === 'client' ? SpanKind.CLIENT : SpanKind.INTERNAL,
    attributes,
    links: causes.flatMap(linkTo),
    root,
  };
  return trace.getTracer('holdfast').startActiveSpan(name, about, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (typeof code === 'string') span.setAttribute('error.code', code);
      span.setStatus({ code: SpanStatusCode.ERROR });
      throw error;
    } finally {
      span.end();
    }
  });
}

/** A link to the span of a `traceparent`; nothing where it names none. */
export function linkTo(traceparent: string | undefined): Link[] {
  const linked = spanContextOf(traceparent);
  return linked === undefined ? [] : [{ context: linked }];
}

/** The context whose active span is the one that a `traceparent` names; undefined where it names none. */
export function contextOf(traceparent: string | undefined): Context | undefined {
  const found = spanContextOf(traceparent);
  return found === undefined ? undefined : trace.setSpanContext(ROOT_CONTEXT, found);
}

const format = /^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$/;

function spanContextOf(traceparent: string | undefined) {
  const [, traceId, spanId, flags = '00'] = format.exec(traceparent ?? '') ?? [];
  if (traceId === undefined || spanId === undefined) return undefined;
  return { traceId, spanId, isRemote: true, traceFlags: Number.parseInt(flags, 16) & 1 };
}

/** The `traceparent` of the work at hand; undefined outside of any trace. */
export function presentTraceparent(): string | undefined {
  const carrier: { traceparent?: string } = {};
  propagation.inject(context.active(), carrier);
  return carrier.traceparent;
}
