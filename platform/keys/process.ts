import path from 'node:path';
import { openConsul } from '../discovery/consul';
import { keepRegistered } from '../discovery/registration';
import type { Registration } from '../discovery/registration';
import { keepTrying } from '../host/keep-trying';
import { observePools } from '../host/pool-metrics';
import { leave } from '../host/leave';
import { prepareTables } from '../host/prepare-tables';
import type { RunningProcess } from '../host/process';
import { createApp } from '../http/app';
import { createHealth } from '../http/health';
import { createMetrics } from '../http/metrics';
import { startHttps } from '../http/server';
import type { Config } from '../runtime/config';
import { createLog } from '../runtime/log';
import type { Log } from '../runtime/log';
import { keyStoreName } from '../security/keys/client';
import { mountKeyApi } from './api';
import { openDeletionLog } from './deletion-log';
import { openKeks } from './keks';
import { observeDataKeys } from './metrics';
import { openKeyRows } from './rows';
import type { KeyRows } from './rows';
import { createKeyStore, replayDeletions } from './store';
import type { KeyStore } from './store';

/** The deletion log of an instance: beside the key-encryption keys, where no backup of the database reaches. */
export function deletionLogFile(config: Pick<Config, 'HOLDFAST_KEK_FILE' | 'HOLDFAST_INSTANCE'>) {
  const { HOLDFAST_KEK_FILE: kekFile, HOLDFAST_INSTANCE: instance } = config;
  return path.join(path.dirname(kekFile), `forgotten${instance === '' ? '' : `-${instance}`}.log`);
}

/** Everything a key store needs before its first answer. */
async function prepare(config: Config, rows: KeyRows, log: Log): Promise<KeyStore> {
  const keks = openKeks(config.HOLDFAST_KEK_FILE);
  const deletions = openDeletionLog(deletionLogFile(config));
  await prepareTables(rows, config);
  await replayDeletions({ rows, deletions, log });
  return createKeyStore({ rows, keks, deletions, log });
}

/** A key store at work. */
export interface RunningKeyStore extends RunningProcess {
  readonly port: number;
}

/**
 * The key store as a process. Starts degraded; ready once its database answers, its key-encryption keys could be read
 * and every deletion was carried out in the database. Until then nobody gets a key.
 */
export async function startKeyStore(
  config: Config,
  { services }: { readonly services: readonly string[] },
): Promise<RunningKeyStore> {
  const log = createLog(config);
  const rows = openKeyRows(config);
  const consul = openConsul(config);
  const metrics = createMetrics();
  const health = createHealth();
  const stopping = new AbortController();
  let store: KeyStore | undefined;
  let registration: Registration | undefined;
  health.check('database', () => rows.ping());
  health.check('keys', async () => {
    if (store === undefined) throw new Error('keys and deletions were not read yet');
  });
  const { registry } = metrics;
  observePools(registry, config);
  observeDataKeys(registry, rows);
  const app = createApp({
    ...{ log, metrics, health },
    mount: (on) => mountKeyApi(on, { services, store: () => store, guard: { log, registry } }),
  });
  const server = await startHttps({ config, app, clientCertificate: 'required', log, registry });
  const trying = { name: 'keys', log, stopping: stopping.signal };
  const prepared = keepTrying(() => prepare(config, rows, log), trying).then((opened) => {
    if (opened === undefined || stopping.signal.aborted) return;
    store = opened;
    registration = keepRegistered({
      config,
      consul,
      log,
      service: keyStoreName,
      port: server.port,
    });
  });
  return {
    ...{ log, port: server.port },
    async stop() {
      stopping.abort();
      health.drain();
      await prepared;
      await leave({ config, consul, health, server, registration, service: keyStoreName });
      await Promise.all([rows.close(), consul.close()]);
    },
  };
}
