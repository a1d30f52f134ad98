import { connectLog } from '../platform/event-log/kafka';
import type { EventLog } from '../platform/event-log/kafka';
import { startProjector } from '../platform/event-log/projector';
import type { Projector } from '../platform/event-log/projector';
import { startDeadLetterCopier } from '../platform/event-log/projector/dead-letters';
import { observeDeadLetters, projectorMetrics } from '../platform/event-log/projector/metrics';
import { loadSchemas } from '../platform/event-log/schema-registry';
import { deadLetterTopic, eventTopic } from '../platform/event-log/topics';
import { keepTrying } from '../platform/host/keep-trying';
import { prepareTables } from '../platform/host/prepare-tables';
import type { RunningProcess } from '../platform/host/process';
import { createApp } from '../platform/http/app';
import { createHealth } from '../platform/http/health';
import { createMetrics } from '../platform/http/metrics';
import { startHttps } from '../platform/http/server';
import type { Config } from '../platform/runtime/config';
import { createLog } from '../platform/runtime/log';
import { startTracing } from '../platform/runtime/tracing';
import { readCredentials } from '../platform/security/tls';
import { projections } from './index';
import { openReadModelStore } from './store';
import type { ReadModelStore } from './store';

type Metrics = ReturnType<typeof createMetrics>;

/**
 * The projector as a process: every projection follows the log, dead letters are copied to their topic. Starts
 * degraded; ready once every projection has its partitions and none stands still.
 */
export async function startProjections(config: Config): Promise<RunningProcess> {
  const log = createLog(config);
  const metrics = createMetrics();
  const traceFile = config.HOLDFAST_TRACE_FILE;
  const tracing = startTracing({ serviceName: config.HOLDFAST_NAME, traceFile });
  const store = openReadModelStore(config);
  const eventLog = connectLog({
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    clientId: config.HOLDFAST_NAME,
    credentials: () => readCredentials(config),
    log,
  });
  const stopping = new AbortController();
  const health = createHealth();
  let running: Running | undefined;
  health.check('store', () => store.ping());
  health.check('projections', async () => demandFlowing(running?.projectors));
  const app = createApp({ log, metrics, health, mount: () => undefined });
  const { registry } = metrics;
  const server = await startHttps({ config, app, clientCertificate: 'required', log, registry });
  observeDeadLetters(metrics.registry, store);
  const trying = { name: 'read models', log, stopping: stopping.signal };
  const prepared = keepTrying(
    () => prepareTables(store.tablesOf(projections), config),
    trying,
  ).then(() => {
    if (!stopping.signal.aborted) running = begin({ config, store, eventLog, metrics, log });
  });
  return {
    log,
    async stop() {
      stopping.abort();
      health.drain();
      await prepared;
      await Promise.all((running?.projectors ?? []).map((projector) => projector.stop()));
      await running?.copier.stop();
      await eventLog.close();
      await Promise.all([store.close(), server.close(), tracing.stop()]);
    },
  };
}

interface Parts {
  readonly config: Config;
  readonly store: ReadModelStore;
  readonly eventLog: EventLog;
  readonly metrics: Metrics;
  readonly log: ReturnType<typeof createLog>;
}

type Running = ReturnType<typeof begin>;

function begin({ config, store, eventLog, metrics, log }: Parts) {
  const instance = config.HOLDFAST_INSTANCE;
  const schemas = loadSchemas();
  const observe = projectorMetrics(metrics.registry);
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
  return { copier, projectors };
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
