import type { Registry } from 'prom-client';
import { connectWholeLog } from '../archive/reading/whole-log';
import { sealedLog } from '../event-log/sealed-log';
import { loadSchemas } from '../event-log/schema-registry';
import { eventTopic } from '../event-log/topics';
import type { HostedService } from '../host/hosted-service';
import { keepTrying } from '../host/keep-trying';
import { prepareTables } from '../host/prepare-tables';
import type { RunningProcess } from '../host/process';
import { createApp } from '../http/app';
import { createHealth } from '../http/health';
import { observePools } from '../host/pool-metrics';
import { createMetrics } from '../http/metrics';
import { startHttps } from '../http/server';
import type { Config } from '../runtime/config';
import { createLog } from '../runtime/log';
import { openKeyring } from '../security/keys/keyring';
import { renewedCredentials } from '../security/renewal';
import { readCredentials } from '../security/tls';
import { createAuditor } from './auditor';
import type { SagaAudit } from './family';
import { followingFeed } from './feed';
import { openLedger } from './ledger/postgres';
import { observePasses } from './metrics';
import { auditLimits } from './options';
import type { ProjectionWitness } from './options';
import { startAuditing } from './runner';
import type { AuditRunner } from './runner';

/** What is audited: declared by services, types of sagas and projections, and put together by the process. */
export interface AuditedSystem {
  readonly services: readonly HostedService[];
  readonly sagas: readonly SagaAudit[];
  /** Opens the read models; must not connect before the first question. */
  openProjections(config: Config): { readonly witness: ProjectionWitness; close(): Promise<void> };
}

/** A pass that ended longer ago than this means that the audit stands still. */
const staleMs = 30_000;

/** The parts of an auditor over real servers, for the process and for `holdfast audit`. */
export function openAuditor(config: Config, system: AuditedSystem, registry?: Registry) {
  const log = createLog(config);
  const instance = config.HOLDFAST_INSTANCE;
  const keys = openKeyring(config, { log, ...(registry === undefined ? {} : { registry }) });
  const ledger = openLedger(config, keys);
  const projections = system.openProjections(config);
  const connection = {
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    clientId: config.HOLDFAST_NAME,
    ...renewedCredentials(config),
    log,
  };
  // A ledger that is new reads from the beginning, which the brokers may have forgotten.
  const whole = connectWholeLog(connection, config.HOLDFAST_ARCHIVE_DIR);
  const eventLog = sealedLog(whole, { keys, instance });
  const services = system.services.map((service) => ({
    ...{ service, store: service.openStore(config, keys) },
    topic: eventTopic(service.name, instance),
  }));
  const feed = followingFeed(eventLog, {
    groupId: `auditor${instance === '' ? '' : `-${instance}`}`,
    topics: services.map(({ topic }) => topic),
  });
  const auditor = createAuditor({
    ...{ services, sagas: system.sagas, ledger, feed, eventLog, schemas: loadSchemas() },
    ...{ projections: projections.witness, overdueMs: auditLimits.overdueMs },
    ...{ now: () => performance.now(), isPaced: registry !== undefined },
  });
  return {
    ...{ log, ledger, auditor },
    /** Once the keys of every service's store, and of the ledger, are known. */
    keysReady: () => keys.ready(),
    /** Throws where nothing could be written into the ledger: its keys are not known, or not confirmed for long. */
    demandKey() {
      if (keys.keys('audit').current() === undefined) throw new Error('no key of the ledger');
    },
    async close() {
      await feed.close();
      await Promise.all([
        ...[eventLog.close(), projections.close(), ledger.close()],
        ...services.map(({ store }) => store.close()),
      ]);
      await keys.close();
    },
  };
}

/**
 * The auditor as a process. Without it nothing else stops or changes: events are not looked at until it is back, and
 * then it goes on where it was. Starts degraded; ready while it passes.
 */
export async function startAuditor(config: Config, system: AuditedSystem): Promise<RunningProcess> {
  const metrics = createMetrics();
  observePools(metrics.registry, config);
  const opened = openAuditor(config, system, metrics.registry);
  const { log, ledger, auditor } = opened;
  const health = createHealth();
  const stopping = new AbortController();
  let runner: AuditRunner | undefined;
  health.check('ledger', () => ledger.ping());
  health.check('keys', async () => opened.demandKey());
  health.check('audit', async () => demandPassing(runner));
  const app = createApp({ log, metrics, health, mount: () => undefined });
  const { registry } = metrics;
  const server = await startHttps({ config, app, clientCertificate: 'required', log, registry });
  const observe = observePasses(registry, ledger);
  const trying = { log, stopping: stopping.signal };
  const prepared = Promise.all([
    keepTrying(() => opened.keysReady(), { ...trying, name: 'keys' }),
    keepTrying(() => prepareTables(ledger, config), { ...trying, name: 'audit' }),
  ]).then(() => {
    if (stopping.signal.aborted) return;
    const credentials = () => readCredentials(config);
    runner = startAuditing({ auditor, ledger, credentials, log, observe });
  });
  return {
    log,
    async stop() {
      stopping.abort();
      health.drain();
      await prepared;
      await runner?.stop();
      await server.close();
      await opened.close();
    },
  };
}

async function demandPassing(runner: AuditRunner | undefined): Promise<void> {
  if (runner === undefined) throw new Error('the tables were not reached yet');
  const lastMs = runner.lastPassMs();
  if (lastMs === 0) throw new Error('the first pass has not ended');
  if (performance.now() - lastMs > staleMs) throw new Error('no pass has ended for 30 s');
}
