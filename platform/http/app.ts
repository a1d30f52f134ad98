import { randomUUID } from 'node:crypto';
import express from 'express';
import type { Express, Request, RequestHandler } from 'express';
import helmet from 'helmet';
import type { Log } from '../runtime/log';
import { jsonBody } from './body';
import type { Health } from './health';
import type { Metrics } from './metrics';
import { methodNotAllowed, problemMiddleware, routeUnknown } from './problem-middleware';
import { traceRequests } from './tracing';

/** What an app is made of. `mount` adds the routes; everything around them is the same in every process. */
export interface AppParts {
  readonly log: Log;
  readonly metrics: Metrics;
  readonly health: Health;
  mount(app: Express): void;
  /** Runs before the metrics are shown; the gateway demands a certificate there. */
  readonly guardMetrics?: RequestHandler;
  /** Refuses what there is no time for, before any token is verified; nothing is refused without. */
  readonly shed?: RequestHandler;
  /** Whose traces are gone on with; everybody's where it is left out, behind listeners that demand certificates. */
  readonly joinsTraceOf?: (request: Request) => boolean;
}

const requestIdPattern = /^[A-Za-z0-9._-]{8,64}$/;

/** Gives every request an id: the caller's, if it is harmless, else a new one. */
const requestId: RequestHandler = (request, response, next) => {
  const given = request.get('x-request-id');
  const id = given !== undefined && requestIdPattern.test(given) ? given : randomUUID();
  response.locals.requestId = id;
  response.set('x-request-id', id);
  next();
};

const noStore: RequestHandler = (_request, response, next) => {
  response.set('cache-control', 'no-store');
  next();
};

function securityHeaders(): RequestHandler {
  return helmet({
    contentSecurityPolicy: {
      useDefaults: false,
      directives: { 'default-src': ["'none'"], 'frame-ancestors': ["'none'"] },
    },
    strictTransportSecurity: { maxAge: 63_072_000, includeSubDomains: false },
    referrerPolicy: { policy: 'no-referrer' },
    xFrameOptions: { action: 'deny' },
  });
}

/**
 * Builds an express app: measures, traces, request ids, security headers, JSON bodies of at most 256 kB, health,
 * metrics, the mounted routes, and problems for everything else. Nothing is trusted of `X-Forwarded-*`.
 */
export function createApp(parts: AppParts): Express {
  const app = express();
  app.disable('x-powered-by');
  app.disable('etag');
  app.set('trust proxy', false);
  app.set('query parser', 'simple');
  app.use(
    ...[parts.metrics.measure, requestId, securityHeaders(), noStore],
    traceRequests(parts.joinsTraceOf),
  );
  const getOnly = methodNotAllowed(['GET', 'HEAD']);
  app.route('/healthz').get(parts.health.liveness).all(getOnly);
  app.route('/readyz').get(parts.health.readinessHandler).all(getOnly);
  app.route('/startupz').get(parts.health.startupHandler).all(getOnly);
  const guard: RequestHandler = parts.guardMetrics ?? ((_request, _response, next) => next());
  app.route('/metrics').get(guard, parts.metrics.handler).all(getOnly);
  app.use(jsonBody());
  // Behind the body: a client that never ends it must not hold a place meanwhile.
  if (parts.shed !== undefined) app.use(parts.shed);
  parts.mount(app);
  app.use(routeUnknown);
  app.use(problemMiddleware(parts.log));
  return app;
}
