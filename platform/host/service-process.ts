import { randomUUID } from 'node:crypto';
import { keepRegistered } from '../discovery/registration';
import { startRelay } from '../event-log/relay';
import { createLogCheck, isHistoryCode } from '../event-log/relay/log-check';
import type { HistoryCode } from '../event-log/relay/log-check';
import { loadSchemas } from '../event-log/schema-registry';
import type { SchemaRegistry } from '../event-log/schema-registry';
import { eventPartitions, eventTopic } from '../event-log/topics';
import { createApp } from '../http/app';
import { createHealth } from '../http/health';
import type { Health } from '../http/health';
import { startHttps } from '../http/server';
import { createActivities, createSagaRecordActivities } from '../participant/activities';
import type { ParticipantActivities } from '../participant/activities';
import { withPlannedFaults } from '../participant/planned-faults';
import { createSagaRecords } from '../participant/saga-records';
import type { Config } from '../runtime/config';
import type { HostedService } from './hosted-service';
import { keepTrying } from './keep-trying';
import { leave } from './leave';
import { prepareTables } from './prepare-tables';
import type { RunningProcess } from './process';
import { keysOfPayloads } from './sealed-temporal';
import { observeRelay } from './service-metrics';
import { closeServiceParts, openServiceParts } from './service-parts';
import type { ServiceParts } from './service-parts';
import { mountSteps } from './steps/api';
import { installTemporalRuntime, startTemporalWorker } from './temporal-worker';

/** Limits of a service's process, milliseconds. */
export const serviceLimits = { storeProbeMs: 1_500, drainMsMax: 3_000 } as const;

/** What a service's worker does beside its commands: the orchestrator's runs the sagas. */
export type WorkerExtras = Omit<
  Parameters<typeof startTemporalWorker>[0],
  'config' | 'log' | 'taskQueue' | 'plugins' | 'activities' | 'dataConverter' | 'ready'
> & {
  /** Further activities of this worker, made of what the service is made of. */
  readonly activities?: (parts: ServiceParts) => object;
};

/** How a service's process differs from the usual one. */
export type ServiceExtras = WorkerExtras & {
  /** What its events are checked by; the schemas of this build unless told. */
  readonly schemas?: SchemaRegistry;
};

/** What runs once the service's tables are there. */
type Begun = ReturnType<typeof begin>;

/**
 * Runs a service: its API, its activities, its relay. Starts degraded and waits for what is not there yet; losing a
 * dependency later never ends it. `/healthz`, which Consul asks, says that it lives; `/readyz` that database and
 * Temporal answer, that the database goes with the log, and that it was registered. Kafka is not asked: without it
 * sagas go on and events wait.
 */
export async function startService(
  config: Config,
  service: HostedService,
  { schemas = loadSchemas(), ...extras }: ServiceExtras = {},
): Promise<RunningProcess> {
  const parts = openServiceParts(config, service, schemas);
  const { log, store, keys } = parts;
  installTemporalRuntime(log, parts.metrics.registry);
  const stopping = new AbortController();
  const health = createHealth();
  let begun: Begun | undefined;
  const steps = () => (stopping.signal.aborted ? undefined : begun?.steps());
  const server = await startApi(parts, health, steps);
  watchReadiness(health, parts, () => begun);
  const trying = { log, stopping: stopping.signal };
  const prepared = Promise.all([
    keepTrying(() => keys.ready(), { ...trying, name: 'keys' }),
    keepTrying(() => prepareTables(store, config), { ...trying, name: 'store' }),
  ]).then(() => {
    if (!stopping.signal.aborted) begun = begin(parts, server.port, extras);
  });
  return {
    log,
    async stop() {
      stopping.abort();
      const { registration, worker } = begun ?? {};
      // The worker takes its work from Temporal, so that it need not wait until callers have heard of the leaving.
      await Promise.all([
        leave({
          config,
          consul: parts.consul,
          health,
          server,
          registration,
          service: service.name,
        }),
        worker?.stop(),
      ]);
      await begun?.relay.stop();
      await closeServiceParts(parts);
      await prepared;
    },
  };
}

function startApi(
  parts: ServiceParts,
  health: Health,
  steps: () => ParticipantActivities | undefined,
) {
  const { config, log, metrics, tokens, api, service } = parts;
  const guard = { tokens, log, registry: metrics.registry };
  const app = createApp({
    ...{ log, metrics, health },
    mount(on) {
      api.mount(on, guard);
      // The journal is in the worker of the sagas itself.
      if (service.keepsRecords !== true) mountSteps(on, { activities: steps, guard });
    },
  });
  const limits = { drainMsMax: serviceLimits.drainMsMax };
  return startHttps({
    ...{ config, app, log, limits, registry: metrics.registry },
    clientCertificate: 'required',
  });
}

function begin(parts: ServiceParts, port: number, extras: WorkerExtras) {
  const { config, service, log, metrics, schemas, store, consul } = parts;
  const { name } = service;
  const topic = eventTopic(name, config.HOLDFAST_INSTANCE);
  const observed = observeRelay(metrics.registry, name);
  const relay = startRelay({
    service: name,
    source: store,
    writer: parts.eventLog.writer,
    topic,
    partitions: eventPartitions,
    owner: `${config.HOLDFAST_NAME}-${randomUUID()}`,
    log,
    schemaHashOf: (type, version) => schemas.hashOf(type, version),
    logCheck: createLogCheck({
      ...{ eventLog: parts.eventLog, topic, source: store },
      groupPrefix: `${config.HOLDFAST_NAME}-relay`,
    }),
    observe: {
      ...observed,
      failed: (code) => {
        observed.failed(code);
        if (isHistoryCode(code)) refuseWork(code);
      },
    },
  });
  const records = createSagaRecords(store, () => new Date());
  const faultDir = config.HOLDFAST_FAULT_DIR;
  const participant =
    faultDir === '' ? parts.participant : withPlannedFaults(parts.participant, faultDir);
  const steps = createActivities(participant, service, parts.admit);
  const worker = startTemporalWorker({
    ...extras,
    config,
    taskQueue: `${name}${config.HOLDFAST_INSTANCE}`,
    activities: {
      ...steps,
      ...createSagaRecordActivities(records, service),
      ...extras.activities?.(parts),
    },
    plugins: [parts.tracing.plugin],
    dataConverter: parts.dataConverter,
    ready: () => keysOfPayloads(parts.keys),
    log,
  });
  const registration = keepRegistered({ config, consul, log, service: name, port });
  let refused: HistoryCode | undefined;
  return {
    ...{ relay, worker, registration },
    refused: () => refused,
    /** What answers messages that come straight from the worker of a saga. */
    steps: () => (refused === undefined ? steps : undefined),
  };

  /** Each further event would be a further fork: no more messages, no more operations, until a person was there. */
  function refuseWork(code: HistoryCode): void {
    if (refused !== undefined) return;
    refused = code;
    log.error('the database does not go with the log: the service takes no more work', {
      ...{ service: name, code, fix: `stop it, and run holdfast restore ${name}` },
    });
    void Promise.all([worker.stop(), registration.stop()]);
  }
}

/** Being registered is asked for once: later the others go on with the instances they know. */
function watchReadiness(
  health: Health,
  { store, keys }: ServiceParts,
  begun: () => Begun | undefined,
): void {
  const begunNow = () => {
    const now = begun();
    if (now === undefined) throw new Error('the tables were not reached yet');
    return now;
  };
  let wasRegistered = false;
  health.check('keys', () => keys.ready());
  health.check('store', () => store.ping(serviceLimits.storeProbeMs));
  health.check('history', async () => {
    const code = begun()?.refused();
    if (code !== undefined) throw new Error(`${code}: the database does not go with the log`);
  });
  health.check('worker', async () => begunNow().worker.probe());
  health.check('registration', async () => {
    wasRegistered ||= begunNow().registration.isRegistered();
    if (!wasRegistered) throw new Error('Consul was not reached yet');
  });
}
