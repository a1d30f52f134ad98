import { readFileSync } from 'node:fs';
import path from 'node:path';
import { createCache } from '../platform/cache/cache';
import { connectRedis, observeRedis, redisPrefix } from '../platform/cache/redis';
import { redisStore } from '../platform/cache/redis-store';
import type { Express } from 'express';
import type { Registry } from 'prom-client';
import { openConsul } from '../platform/discovery/consul';
import type { Consul } from '../platform/discovery/consul';
import { servicesKnown } from '../platform/discovery/ready';
import { createResolver } from '../platform/discovery/resolver';
import { createServiceClient } from '../platform/discovery/service-client';
import { traceProcess } from '../platform/host/collector';
import { sagaGrantMinterOf } from '../platform/host/saga-grants';
import { observePools } from '../platform/host/pool-metrics';
import { observeKeys } from '../platform/host/service-metrics';
import { proxiesOf } from '../platform/http/client-address';
import { createHealth } from '../platform/http/health';
import type { Health } from '../platform/http/health';
import { createMetrics } from '../platform/http/metrics';
import { createRateLimiter } from '../platform/http/rate-limit';
import type { Config } from '../platform/runtime/config';
import type { Log } from '../platform/runtime/log';
import { projectRoot } from '../platform/runtime/paths';
import { stepsOf } from '../platform/saga/start-options';
import { openTokenVerifier } from '../platform/security/authority';
import { keysOfPayloads, sealedTemporal } from '../platform/host/sealed-temporal';
import { createGrantMinter } from '../platform/security/grants';
import { openKeyring } from '../platform/security/keys/keyring';
import { subjectKeys } from '../platform/security/keys/subjects';
import { readCredentials } from '../platform/security/tls';
import { openReadModel } from '../projections/read-model';
import { catalog } from '../workflows/catalog';
import { createLogins } from './codec/session';
import { createConsoleSessions } from './console/session';
import { openAuthServer } from './login/auth-server';
import { sealedCookies } from './login/sealed-cookies';
import { letterService, reactionLetterService } from './routes/dead-letters';
import { furtherServices } from './routes/further';
import { ownServices } from './routes/own';
import { watchBacklog } from './sagas/backlog';
import { createSagaFeed } from './sagas/feed';
import { createSwitches } from './sagas/switches';
import { openEngine } from './sagas/temporal';
import { endingWaits } from './sagas/waiting';
import { createGateway } from './server';

const serviceNames = [
  ...new Set([
    ...ownServices,
    ...furtherServices,
    ...catalog.flatMap(({ references = [] }) => references.map(({ service }) => service)),
    letterService,
    reactionLetterService,
  ]),
];

/** Whose workers do the steps of sagas. */
const stepServices = [
  ...new Set(
    catalog.flatMap(({ sends = [] }) => sends.map((command) => command.split('.', 1)[0] ?? '')),
  ),
];

function readVersion(): string {
  const manifest = readFileSync(path.join(projectRoot, 'package.json'), 'utf8');
  return (JSON.parse(manifest) as { version: string }).version;
}

/** Opens everything the gateway stands on. Nothing here waits: what is away is asked again when it is needed. */
function open(config: Config, log: Log) {
  const tracing = traceProcess(config, log);
  const metrics = createMetrics();
  const { registry } = metrics;
  const consul = openConsul(config);
  const resolver = createResolver({ config, consul, log, registry });
  const services = new Map(
    serviceNames.map((service) => [
      service,
      createServiceClient({
        ...{ config, resolver, service, log, registry },
        // The journal is a part of the orchestrators.
        ...(service === reactionLetterService ? { peer: 'orchestrator' } : {}),
      }),
    ]),
  );
  const keyring = openKeyring(config, { log, registry });
  const dataConverter = sealedTemporal(config, keyring);
  const sealedCache = keyring.vault('cache');
  // Asked for early, so that the first answers are kept. While the key store is away none is, and it is asked again.
  keyring.ready().catch(() => undefined);
  const redis = connectRedis(config, log);
  observeRedis(registry, redis);
  observePools(registry, config);
  const prefix = redisPrefix(config.HOLDFAST_INSTANCE);
  return {
    ...{ tracing, metrics, consul, resolver, services, redis, keyring },
    subjects: subjectKeys(config, {
      ...{ log, registry, keptMs: config.HOLDFAST_SUBJECT_KEYS_KEPT_MS },
    }),
    tokens: openTokenVerifier(config, log),
    authServer: openAuthServer(config),
    engine: openEngine(config, { plugins: [tracing.plugin], dataConverter }),
    readModel: openReadModel(config, keyring),
    cache: createCache({ store: redisStore(redis), vault: sealedCache, log, registry, prefix }),
    limiter: createRateLimiter({ redis, prefix, registry }),
  };
}

type Opened = ReturnType<typeof open>;

function checksOf(opened: Opened) {
  const health = createHealth();
  health.check('temporal', () => opened.engine.ping());
  health.check('keys', () => keysOfPayloads(opened.keyring));
  health.check('read-model', () => opened.readModel.ping());
  health.check('auth-server', () => opened.tokens.ready());
  const find = async (service: string): Promise<void> => {
    const isNamed = await opened.resolver.isNamed(service);
    if (!isNamed) throw new Error(`no instance of ${service} is known`);
  };
  const services = [...opened.services.keys()];
  // One service away is no reason to take every gateway out of a balancer: the others' sagas go on, and what needs this
  // one is answered 503. A gateway that knows none is of no use yet.
  for (const service of services)
    health.check(`service ${service}`, () => find(service), 'optional');
  health.check('services', () => servicesKnown(opened.resolver, services));
  health.check('consul', () => opened.consul.ask({ path: '/v1/status/leader' }), 'optional');
  health.check('redis', () => opened.redis.ping(), 'optional');
  return health;
}

async function close(opened: Opened): Promise<void> {
  opened.resolver.close();
  opened.redis.disconnect();
  await Promise.allSettled([
    ...[...opened.services.values()].map((service) => service.close()),
    opened.consul.close(),
    opened.tokens.close(),
    opened.engine.close(),
    opened.keyring.close(),
    opened.authServer.close(),
    opened.readModel.close(),
    opened.subjects.close(),
  ]);
  await opened.tracing.stop();
}

/** What logins of people in browsers need. */
function browserParts({ HOLDFAST_ISSUER: issuer }: Config, opened: Opened) {
  const cookies = sealedCookies(opened.keyring.vault('grants'));
  return { issuer, cookies, tokens: opened.tokens, authServer: opened.authServer };
}

/** What is shown of the system. */
function systemParts(config: Config, { consul, services, keyring }: Opened) {
  const purposes = ['cache', 'grants', 'read-models', 'temporal'] as const;
  const keys = Object.fromEntries(purposes.map((use) => [use, keyring.keys(use)]));
  const certificate = () => readCredentials(config).cert;
  return { consul, services, keys, certificate };
}

function serviceOf(opened: Opened, name: string) {
  const client = opened.services.get(name);
  if (client === undefined) throw new Error(`no client of ${name}: it is in no table of routes`);
  return client;
}

/** A gateway ready to be served. */
export interface ComposedGateway {
  readonly app: Express;
  readonly health: Health;
  readonly consul: Consul;
  readonly registry: Registry;
  close(): Promise<void>;
}

/** Puts the gateway of this process together. Nothing has to be there yet. */
export function composeGateway(config: Config, log: Log): ComposedGateway {
  const opened = open(config, log);
  const health = checksOf(opened);
  const engine = endingWaits(opened.engine, health.draining);
  const { cache, limiter, metrics, readModel, subjects, tokens } = opened;
  observeKeys(metrics.registry, tokens);
  const webUi = config.HOLDFAST_TEMPORAL_UI_URL;
  const browsers = browserParts(config, opened);
  const app = createGateway({
    parts: {
      ...{ cache, catalog, engine, log, readModel, subjects, registry: metrics.registry },
      feed: createSagaFeed({ positions: (ids) => readModel.sagaPositions(ids), log }),
      stopping: health.draining,
      issuer: config.HOLDFAST_ISSUER,
      steps: stepsOf(config),
      grants: createGrantMinter({ credentials: () => readCredentials(config) }),
      sagaGrants: sagaGrantMinterOf(config, opened.keyring),
      switches: createSwitches(engine, { log }),
      payloads: {
        keys: opened.keyring.keys('temporal'),
        namespace: config.HOLDFAST_TEMPORAL_NAMESPACE,
        refused: (reason) => opened.keyring.refused('temporal', reason),
      },
      logins: createLogins({ ...browsers, webUi }),
      consoleSessions: createConsoleSessions(browsers),
      service: (name) => serviceOf(opened, name),
    },
    ...{ tokens, limiter, metrics, health, version: readVersion() },
    proxies: proxiesOf(config.HOLDFAST_PROXIES),
    instance: config.HOLDFAST_INSTANCE,
    atOnceMax: config.HOLDFAST_IN_FLIGHT_MAX,
    backlog: watchBacklog({
      queues: () => opened.engine.queues(stepServices),
      ...{ log, registry: metrics.registry },
    }),
    codecOrigins: [new URL(webUi).origin],
    webUi,
    system: systemParts(config, opened),
  });
  const { consul } = opened;
  return { app, health, consul, registry: metrics.registry, close: () => close(opened) };
}
