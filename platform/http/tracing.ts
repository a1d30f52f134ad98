import {
  ROOT_CONTEXT,
  SpanKind,
  SpanStatusCode,
  context,
  propagation,
  trace,
} from '@opentelemetry/api';
import type { Request, RequestHandler } from 'express';
import { routeOf } from './metrics';

/** Asked every few seconds by whoever watches; they are part of no trace. */
const aboutTheProcess: ReadonlySet<string> = new Set([
  ...['/healthz', '/readyz', '/startupz', '/metrics'],
]);

/**
 * A server span around every request, named by route template. It is part of the caller's trace where `joins` says so.
 * Any other caller's is only linked to: who may choose the parent may also say that nothing is recorded (`sampled` 0)
 * of all that follows, or put everything into one trace.
 */
export function traceRequests(joins: (request: Request) => boolean = () => true): RequestHandler {
  return (request, response, next) => {
    if (aboutTheProcess.has(request.path)) return next();
    const told = propagation.extract(ROOT_CONTEXT, request.headers);
    const caller = trace.getSpanContext(told);
    const parent = joins(request) ? told : ROOT_CONTEXT;
    const tracer = trace.getTracer('holdfast.http');
    const span = tracer.startSpan(
      request.method,
      {
        kind: SpanKind.SERVER,
        attributes: { 'http.request.method': request.method },
        links: parent === told || caller === undefined ? [] : [{ context: caller }],
      },
      parent,
    );
    response.once('close', () => {
      const route = routeOf(request);
      span.updateName(`${request.method} ${route}`);
      span.setAttribute('http.route', route);
      span.setAttribute('http.response.status_code', response.statusCode);
      if (response.statusCode >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    });
    context.with(trace.setSpan(parent, span), next);
  };
}

/** Headers that carry the active trace to the next process. */
export function traceHeaders(): Record<string, string> {
  const headers: Record<string, string> = {};
  propagation.inject(context.active(), headers);
  return headers;
}
