import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from 'pg';
import { ensureKekFile } from '../../platform/keys/keks';
import { startKeyStore } from '../../platform/keys/process';
import type { RunningKeyStore } from '../../platform/keys/process';
import { keysDatabase } from '../../platform/keys/rows';
import type { Config } from '../../platform/runtime/config';
import { postgresOptions } from '../../platform/runtime/connections';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import type { Keyring, KeyPurpose } from '../../platform/security/keys/vault';
import { createPeerAgent } from '../../platform/security/tls';
import { Registry } from 'prom-client';
import { request } from 'undici';
import { eventually } from './eventually';
import { configFor } from './world';

export const keyServices = ['orders', 'payments', 'inventory'] as const;

export interface KeyAnswer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** The key store on a PostgreSQL database, a folder and a port of its own, asked over mutual TLS. */
export async function openKeyStoreWorld() {
  const instance = `k${randomBytes(4).toString('hex')}`;
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-keys-'));
  const kekFile = path.join(folder, 'kek');
  ensureKekFile(kekFile);
  const database = keysDatabase(instance);
  await asAdmin('postgres', `create database ${database} owner keys`);
  await asAdmin('postgres', `revoke connect on database ${database} from public`);
  const config: Config = {
    ...configFor('keys', instance),
    ...{ HOLDFAST_KEK_FILE: kekFile, HOLDFAST_HTTP_PORT: 0, HOLDFAST_LOG_LEVEL: 'silent' },
  };
  let running: RunningKeyStore;
  const url = () => `https://localhost:${running.port}`;

  async function start(): Promise<void> {
    running = await startKeyStore(config, { services: keyServices });
    await eventually(async () => {
      const { status } = await ask('admin', 'GET', '/readyz');
      if (status !== 200) throw new Error(`the key store is not ready: ${status}`);
    });
  }

  async function ask(as: string, method: string, to: string, body?: object): Promise<KeyAnswer> {
    const agent = createPeerAgent(configFor(as), 'keys');
    try {
      const answer = await request(`${url()}${to}`, {
        ...{ dispatcher: agent, method: method as 'GET' },
        headers: body === undefined ? {} : { 'content-type': 'application/json' },
        body: body === undefined ? null : JSON.stringify(body),
      });
      return {
        status: answer.statusCode,
        body: (await answer.body.json()) as Record<string, unknown>,
      };
    } finally {
      await agent.close();
    }
  }

  await start();
  return {
    ...{ config, database, folder, kekFile, ask, start },
    stop: () => running.stop(),
    /** Configuration of a process that asks this key store. */
    clientOf: (name: string): Config => ({ ...configFor(name), HOLDFAST_KEYS_URL: url() }),
    /** Keys of a process, ready for these purposes. */
    async keysOf(name: string, ...purposes: readonly KeyPurpose[]): Promise<Keyring> {
      const keys = openKeyring(
        { ...configFor(name), HOLDFAST_KEYS_URL: url() },
        { log: silentLog },
      );
      for (const purpose of purposes) keys.vault(purpose);
      await keys.ready();
      return keys;
    },
    url,
    options: () => ({ log: silentLog, registry: new Registry() }),
    sql: <Row extends object>(text: string) => asAdmin<Row>(database, text),
    async close() {
      await running.stop();
      await asAdmin('postgres', `drop database ${database} with (force)`);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export type KeyStoreWorld = Awaited<ReturnType<typeof openKeyStoreWorld>>;

/** One statement in a database of PostgreSQL, as its superuser. */
export async function asAdmin<Row extends object>(database: string, sql: string): Promise<Row[]> {
  const client = new Client({ ...postgresOptions(configFor('admin'), 'postgres'), database });
  await client.connect();
  try {
    return (await client.query<Row>(sql)).rows;
  } finally {
    await client.end();
  }
}
