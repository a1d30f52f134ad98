import type { Registry } from 'prom-client';
import { createInvalidation } from '../platform/cache/invalidation';
import { connectRedis, observeRedis, redisPrefix } from '../platform/cache/redis';
import { redisStore } from '../platform/cache/redis-store';
import { openConsul } from '../platform/discovery/consul';
import { keepRegistered } from '../platform/discovery/registration';
import { connectLog } from '../platform/event-log/kafka';
import { startProjector } from '../platform/event-log/projector';
import type { Projector } from '../platform/event-log/projector';
import { startDeadLetterCopier } from '../platform/event-log/letters/copier';
import { observeDeadLetters } from '../platform/event-log/letters/metrics';
import { projectorMetrics } from '../platform/event-log/projector/metrics';
import type { ProjectorObserver } from '../platform/event-log/projector/options';
import { sealedLog } from '../platform/event-log/sealed-log';
import { loadSchemas } from '../platform/event-log/schema-registry';
import { deadLetterTopic, eventTopic } from '../platform/event-log/topics';
import { traceProcess } from '../platform/host/collector';
import { keepTrying } from '../platform/host/keep-trying';
import { leave } from '../platform/host/leave';
import { prepareTables } from '../platform/host/prepare-tables';
import type { RunningProcess } from '../platform/host/process';
import type { ServiceApi } from '../platform/host/hosted-service';
import { observePools } from '../platform/host/pool-metrics';
import { observeKeys } from '../platform/host/service-metrics';
import { createApp } from '../platform/http/app';
import { createHealth } from '../platform/http/health';
import type { Health } from '../platform/http/health';
import { createMetrics } from '../platform/http/metrics';
import { startHttps } from '../platform/http/server';
import type { Config } from '../platform/runtime/config';
import { createLog } from '../platform/runtime/log';
import type { Log } from '../platform/runtime/log';
import { openTokenVerifier } from '../platform/security/authority';
import { openKeyring } from '../platform/security/keys/keyring';
import type { Keyring } from '../platform/security/keys/vault';
import { renewedCredentials } from '../platform/security/renewal';
import { announcing } from './announcing';
import { projections } from './index';
import { openLetterApi } from './letters/api';
import { observeOpenSagas } from './open-sagas';
import { sagaMetrics } from './saga-metrics';
import { sagaTimeline } from './saga-timeline';
import { partitionLags } from './lags';
import { openReadModelStore } from './store';
import { openWatchApi } from './watching/api';
import { createRebuilds } from './watching/rebuild';
import { rebuildOptions } from './watching/rebuild-options';

type Parts = ReturnType<typeof openParts>;

/** Opens what needs nothing but the configuration: nothing connects yet, so nothing here can be away. */
function openParts(config: Config, sagas: readonly string[]) {
  const log = createLog(config);
  const metrics = createMetrics();
  const tracing = traceProcess(config, log);
  const keys = openKeyring(config, { log, registry: metrics.registry });
  const redis = connectRedis(config, log);
  const store = openStore(config, { keys, log, redis, registry: metrics.registry });
  const brokers = connectLog({
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    clientId: config.HOLDFAST_NAME,
    ...renewedCredentials(config),
    log,
  });
  const eventLog = sealedLog(brokers, { keys, instance: config.HOLDFAST_INSTANCE });
  const tokens = openTokenVerifier(config, log);
  observeKeys(metrics.registry, tokens);
  observeRedis(metrics.registry, redis);
  observeDeadLetters(metrics.registry, store);
  observePools(metrics.registry, config);
  observeOpenSagas(metrics.registry, store, { sagas });
  const [consul, schemas] = [openConsul(config), loadSchemas()];
  const rebuilds = createRebuilds({
    log,
    optionsOf: rebuildOptions({ config, eventLog, store, schemas, log }),
  });
  return {
    ...{ config, sagas, log, metrics, tracing, store, redis },
    ...{ eventLog, keys, tokens, consul, schemas, rebuilds },
  };
}

/** The read models, of whose changes the gateways' cache is told. */
function openStore(
  config: Config,
  parts: {
    readonly keys: Keyring;
    readonly log: Log;
    readonly redis: ReturnType<typeof connectRedis>;
    readonly registry: Registry;
  },
) {
  const { keys, log, redis, registry } = parts;
  const prefix = redisPrefix(config.HOLDFAST_INSTANCE);
  const cache = createInvalidation({ store: redisStore(redis), log, registry, prefix });
  return announcing(openReadModelStore(config, keys), cache);
}

type Mounted = Parameters<ServiceApi['mount']>[0];

/** The HTTPS server: health, metrics, what people watch, and what operators do about dead letters. */
function startServer(parts: Parts, health: Health) {
  const { config, log, metrics, store, tokens, schemas, eventLog, rebuilds } = parts;
  const { registry } = metrics;
  const issuer = config.HOLDFAST_ISSUER;
  const letters = openLetterApi({ store, projections, schemas, issuer, log });
  const watch = openWatchApi({
    ...{ store, eventLog, instance: config.HOLDFAST_INSTANCE, issuer, rebuilds },
    lag: () => partitionLags(store.ask),
    names: projections.map(({ name }) => name),
    services: [...new Set(projections.flatMap(({ services }) => services))],
  });
  const guard = { tokens, log, registry };
  const mount = (on: Mounted): void => [letters, watch].forEach((api) => api.mount(on, guard));
  const app = createApp({ log, metrics, health, mount });
  return startHttps({ config, app, clientCertificate: 'required', log, registry });
}

/**
 * The projector as a process: every projection follows the log, dead letters are copied to their topic and dealt with
 * by operators through the gateway. Starts degraded; ready once every projection has its partitions and none stands
 * still. What is measured of `sagas` is there before the first of them has begun.
 */
export async function startProjections(
  config: Config,
  { sagas = [] }: { readonly sagas?: readonly string[] } = {},
): Promise<RunningProcess> {
  const parts = openParts(config, sagas);
  const { log, store, redis, eventLog, keys, tokens, consul, tracing, rebuilds } = parts;
  const stopping = new AbortController();
  const health = createHealth();
  let running: Running | undefined;
  health.check('store', () => store.ping());
  health.check('redis', () => redis.ping(), 'optional');
  health.check('projections', async () => demandFlowing(running?.projectors));
  const server = await startServer(parts, health);
  const trying = { name: 'read models', log, stopping: stopping.signal };
  const prepared = keepTrying(
    () => prepareTables(store.tablesOf(projections), config),
    trying,
  ).then(() => {
    if (!stopping.signal.aborted) running = begin(parts, server.port);
  });
  return {
    log,
    async stop() {
      stopping.abort();
      health.drain();
      await prepared;
      const { registration, projectors = [] } = running ?? {};
      await Promise.all([
        leave({ config, consul, health, server, registration, service: 'projector' }),
        ...projectors.map((projector) => projector.stop()),
        rebuilds.stop(),
      ]);
      await running?.copier.stop();
      await eventLog.close();
      redis.disconnect();
      await keys.close();
      await Promise.all([store.close(), tokens.close(), consul.close(), tracing.stop()]);
    },
  };
}

type Running = ReturnType<typeof begin>;

function begin(parts: Parts, port: number) {
  const { config, store, eventLog, metrics, log, schemas, consul } = parts;
  const instance = config.HOLDFAST_INSTANCE;
  const observe = observersOf(metrics.registry, parts.sagas);
  const letters = { store, writer: eventLog.writer, topic: deadLetterTopic(instance) };
  const copier = startDeadLetterCopier({ ...letters, log });
  const projectors = projections.map((projection) =>
    startProjector({
      ...{ projection, eventLog, store, schemas },
      topics: projection.services.map((service) => eventTopic(service, instance)),
      groupId: `projector-${projection.name}${instance === '' ? '' : `-${instance}`}`,
      log: log.child({ projection: projection.name }),
      onDeadLetters: () => copier.wake(),
      observe: observe(projection.name),
    }),
  );
  const registration = keepRegistered({ config, consul, log, service: 'projector', port });
  return { copier, projectors, registration };
}

/** What is told of each projection; who follows the journal measures sagas as well. */
function observersOf(
  registry: Registry,
  sagas: readonly string[],
): (projection: string) => ProjectorObserver {
  const observe = projectorMetrics(registry);
  const measureSagas = sagaMetrics(registry, sagas);
  return (projection) => {
    const observer = observe(projection);
    if (projection !== sagaTimeline.name) return observer;
    return {
      ...observer,
      applied: (events) => {
        observer.applied(events);
        measureSagas(events);
      },
    };
  };
}

async function demandFlowing(projectors: readonly Projector[] | undefined): Promise<void> {
  if (projectors === undefined) throw new Error('the tables were not reached yet');
  if (projectors.every((projector) => projector.isFlowing())) return;
  const halts = projectors
    .flatMap((projector) => projector.status())
    .flatMap(({ halt }) => halt ?? []);
  throw new Error(
    halts[0] ? `${halts[0].code} ${halts[0].detail}` : 'partitions are being shared out',
  );
}
