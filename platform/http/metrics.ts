import type { Request, RequestHandler } from 'express';
import { Histogram, Registry, collectDefaultMetrics } from 'prom-client';
import { metricNames } from '../runtime/metric-names';

const knownMethods = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
const bucketsSeconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** The metrics of one process: its registry, and how requests are measured and scraped. */
export interface Metrics {
  /** Other parts add their own metrics here; names come from `platform/runtime/metric-names`. */
  readonly registry: Registry;
  /** Measures every request by route template; put it first. */
  readonly measure: RequestHandler;
  /** GET /metrics in the Prometheus text format. */
  readonly handler: RequestHandler;
}

/** The template of the route that answered; `unmatched` keeps scanners from making a series each. */
export function routeOf(request: Request): string {
  const route = (request as { route?: { path?: unknown } }).route;
  return typeof route?.path === 'string' ? `${request.baseUrl}${route.path}` : 'unmatched';
}

/** Opens the registry of a process, with Node's own metrics unless `defaults` is false. */
export function createMetrics(options: { readonly defaults?: boolean } = {}): Metrics {
  const registry = new Registry();
  if (options.defaults !== false) collectDefaultMetrics({ register: registry });
  const duration = new Histogram({
    name: metricNames.httpRequestDuration,
    help: 'Duration of HTTP requests by route template',
    labelNames: ['method', 'route', 'status_class'] as const,
    buckets: bucketsSeconds,
    registers: [registry],
  });
  return {
    registry,
    measure: (request, response, next) => {
      const stop = duration.startTimer();
      const measured = (isOver: boolean): void => {
        const method = knownMethods.has(request.method) ? request.method : 'OTHER';
        const status = isOver ? `${Math.floor(response.statusCode / 100)}xx` : 'cut';
        stop({ method, route: routeOf(request), status_class: status });
      };
      const closed = (): void => measured(response.writableFinished);
      response.once('close', closed);
      // A stream is measured until it begins.
      response.locals.measured = () => {
        response.off('close', closed);
        measured(true);
      };
      next();
    },
    handler: async (_request, response) => {
      response.set('content-type', registry.contentType).send(await registry.metrics());
    },
  };
}
