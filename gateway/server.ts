import type { Express, Request, RequestHandler } from 'express';
import { asyncApiDocument } from '../platform/contracts/asyncapi/document';
import { createApp } from '../platform/http/app';
import type { Health } from '../platform/http/health';
import type { Metrics } from '../platform/http/metrics';
import { problem } from '../platform/http/problem';
import { shedding } from '../platform/http/shedding';
import { clientAddress } from '../platform/http/client-address';
import type { Proxies } from '../platform/http/client-address';
import { rateLimitHeaders } from '../platform/http/rate-limit';
import type { RateLimiter } from '../platform/http/rate-limit';
import type { Operations } from '../platform/security/operations';
import type { SagaContract } from '../platform/saga/contract';
import { peerOfRequest } from '../platform/security/guard';
import { mountOperations } from '../platform/security/rbac';
import type { Principal, TokenVerifier } from '../platform/security/tokens';
import { openApiDocument } from './openapi/document';
import { docsPage } from './openapi/page';
import { onlyFrom } from './codec/origin';
import { consolePages } from './console/pages';
import { withConsoleSession } from './console/session';
import { withSession } from './codec/session';
import { priorityOf } from './priority';
import type { Backlog } from './sagas/backlog';
import { createSeats } from './sagas/seats';
import { createSystem } from './system/system';
import type { SystemParts } from './system/system';
import { bulkHandlers, bulkOperations } from './routes/bulk';
import { codecHandlers, codecOperations } from './routes/codec';
import { consoleHandlers, consoleOperations } from './routes/console';
import {
  deadLetterHandlers,
  deadLetterOperations,
  reactionLetterHandlers,
  reactionLetterOperations,
} from './routes/dead-letters';
import { furtherHandlers, furtherOperations } from './routes/further';
import { overviewHandlers, overviewOperations } from './routes/overview';
import { ownHandlers, ownOperations } from './routes/own';
import type { GatewayParts } from './routes/parts';
import { publicHandlers, publicOperations } from './routes/public';
import { revocationHandlers, revocationOperations } from './routes/revocations';
import { sagaTypeHandlers, sagaTypeOperations } from './routes/saga-types';
import { sagaHandlers, sagaOperations } from './routes/sagas';
import { startHandlers, startOperations } from './routes/start';
import { systemHandlers, systemOperations } from './routes/system';
import { statusPage } from './status/page';
import { createStatus } from './status/status';
import { verbHandlers, verbOperations } from './routes/verbs';
import { viewHandlers, viewOperations } from './routes/views';
import { watchingHandlers, watchingOperations } from './routes/watching';
import { webhookHandlers, webhookOperations } from './routes/webhooks';

/** Every operation of the gateway: the source of routes, validation, roles and documentation. */
export const gatewayOperations = {
  ...publicOperations,
  // Before the start of a saga, whose path it would fit as well.
  ...bulkOperations,
  ...revocationOperations,
  ...sagaTypeOperations,
  ...startOperations,
  ...sagaOperations,
  ...verbOperations,
  ...ownOperations,
  ...furtherOperations,
  ...viewOperations,
  ...deadLetterOperations,
  ...reactionLetterOperations,
  ...webhookOperations,
  ...codecOperations,
  ...consoleOperations,
  ...overviewOperations,
  ...watchingOperations,
  ...systemOperations,
} as const satisfies Operations;

export interface GatewayOptions {
  readonly parts: GatewayParts;
  readonly tokens: TokenVerifier;
  readonly limiter: RateLimiter;
  /** Whose word on a client's address is taken; nobody's unless told. */
  readonly proxies?: Proxies;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly version: string;
  /** Name of the instance, whose topics end with it. */
  readonly instance?: string;
  /** Origins whose pages may read payloads: the Web UI's, as browsers write it. */
  readonly codecOrigins: readonly string[];
  /** What is shown of the system around it. */
  readonly system: Omit<SystemParts, 'version' | 'instance' | 'readiness'>;
  /** Temporal's Web UI, for links. */
  readonly webUi: string;
  /** Requests that may be at work together; without it nothing is refused. */
  readonly atOnceMax?: number;
  /** How far sagas are behind; without it no start is refused for that. */
  readonly backlog?: Backlog;
}

/** Peers that may read the metrics; people reach the gateway without a certificate. */
const scrapers = ['prometheus', 'admin'];

const onlyScrapers: RequestHandler = (request, _response, next) => {
  const peer = peerOfRequest(request);
  if (peer === undefined || !scrapers.includes(peer)) throw problem('CALLER_NOT_ALLOWED');
  next();
};

/** Counts a request against every limit it falls under, and tells its caller what is left. */
function admitWith({ limiter, proxies }: Pick<GatewayOptions, 'limiter' | 'proxies'>) {
  const countedBy = (request: Request, who: Principal | 'refused' | undefined) => {
    const address = clientAddress(request, proxies ?? nobody);
    if (who === undefined) return [limiter.admit('address', address)];
    if (who === 'refused') return [limiter.admit('refused', address)];
    const isStart = priorityOf(request) === 'start';
    const starts = isStart ? [limiter.admit('start', who.subject)] : [];
    return [limiter.admit('subject', who.subject), ...starts];
  };
  return async (request: Request, who: Principal | 'refused' | undefined): Promise<void> => {
    const standings = await Promise.all(countedBy(request, who));
    request.res?.set(rateLimitHeaders(standings));
  };
}

const nobody: Proxies = { has: () => false };

/** A saga nobody may start, and a child that somebody may, are mistakes in a contract, found at start. */
function assertStartable(parts: GatewayParts): void {
  const isWrong = ({ roles, childOnly }: SagaContract) =>
    (roles.length === 0) !== (childOnly === true);
  const wrong = parts.catalog.find(isWrong);
  if (wrong === undefined) return;
  const fault = wrong.childOnly === true ? 'only a child, and names roles' : 'without roles';
  throw new Error(`the saga ${wrong.name} is ${fault}: nobody could say who may start it`);
}

/** A saga that says nothing of what it sends would be refused at its first step: also found at start. */
function assertGrantable({ catalog }: GatewayParts): void {
  const wrong = catalog.find(({ sends }) => sends === undefined);
  if (wrong === undefined) return;
  throw new Error(`the contract of ${wrong.name} has no "sends": no grant would cover its steps`);
}

/** Nothing is refused where nobody says how many may be at work. */
function shedWhere({ atOnceMax, backlog, metrics: { registry } }: GatewayOptions) {
  if (atOnceMax === undefined) return {};
  const refuses = backlog === undefined ? {} : { refusesStart: () => backlog.refusesStart() };
  return { shed: shedding({ atOnceMax, priorityOf, registry, ...refuses }) };
}

/** Builds the gateway's app. Throws when an operation or a saga leaves open who may use it. */
export function createGateway(options: GatewayOptions): Express {
  const { parts, tokens, metrics, health, version, instance = '' } = options;
  const { codecOrigins } = options;
  assertStartable(parts);
  assertGrantable(parts);
  const { catalog, issuer, log } = parts;
  const seats = createSeats(parts.registry);
  const readiness = () => health.readiness();
  const document = openApiDocument({ operations: gatewayOperations, catalog, issuer, version });
  const events = asyncApiDocument({ version, instance });
  const status = createStatus(readiness);
  const system = createSystem({ ...options.system, version, instance, readiness });
  const handlers = {
    ...publicHandlers(
      () => document,
      () => events,
      status,
    ),
    ...bulkHandlers(parts),
    ...revocationHandlers(parts),
    ...sagaTypeHandlers(parts),
    ...startHandlers(parts),
    ...sagaHandlers(parts, seats),
    ...verbHandlers(parts),
    ...ownHandlers(parts),
    ...furtherHandlers(parts),
    ...viewHandlers(parts),
    ...deadLetterHandlers(parts),
    ...reactionLetterHandlers(parts),
    ...webhookHandlers(parts),
    ...codecHandlers(parts),
    ...consoleHandlers({ sessions: parts.consoleSessions, issuer, webUi: options.webUi }),
    ...overviewHandlers(parts, seats),
    ...watchingHandlers(parts),
    ...systemHandlers(system),
  };
  const guard = { tokens, log, registry: metrics.registry, admit: admitWith(options) };
  return createApp({
    log,
    metrics,
    health,
    guardMetrics: onlyScrapers,
    ...shedWhere(options),
    joinsTraceOf: (request) => peerOfRequest(request) !== undefined,
    mount: (app) => {
      app.use('/docs', docsPage());
      app.use('/status', statusPage(status));
      app.use('/codec', onlyFrom(codecOrigins), withSession(parts.logins));
      app.use('/console', consolePages());
      app.use(withConsoleSession(parts.consoleSessions));
      mountOperations(app, gatewayOperations, handlers, guard);
    },
  });
}
