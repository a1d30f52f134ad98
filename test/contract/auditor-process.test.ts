import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { request } from 'undici';
import { startAuditor } from '../../platform/audit/process';
import type { RunningProcess } from '../../platform/host/process';
import { createPeerAgent } from '../../platform/security/tls';
import { eventually } from '../support/eventually';
import { openKeyStoreWorld } from '../support/key-store';
import { fillLedger, openSealedLedger } from '../support/sealed-ledger';
import { configFor } from '../support/world';

type Checks = Readonly<Record<string, { readonly ready: boolean }>>;

const nothing = {
  ...{ services: [], sagas: [] },
  openProjections: () => ({
    witness: { positions: async () => [], lacking: async () => [] },
    close: async () => undefined,
  }),
};

async function freePort(): Promise<number> {
  const server = createServer().listen(0, 'localhost');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

let keyStore: Awaited<ReturnType<typeof openKeyStoreWorld>>;
let ledger: Awaited<ReturnType<typeof openSealedLedger>>;
let closeKeys: () => Promise<void>;
let running: RunningProcess | undefined;
beforeAll(async () => {
  keyStore = await openKeyStoreWorld();
  const keys = await keyStore.keysOf('auditor', 'audit');
  closeKeys = () => keys.close();
  ledger = await openSealedLedger(keys);
  await fillLedger(ledger.ledger);
});
afterEach(() => running?.stop());
afterAll(async () => {
  await closeKeys();
  await ledger.close();
  await keyStore.close();
});

/** An auditor of nothing with this ledger, and what it answers about itself. */
async function start(keysUrl: string) {
  const port = await freePort();
  const told = { HOLDFAST_KEYS_URL: keysUrl, HOLDFAST_HTTP_PORT: port } as const;
  const config = { ...ledger.config, ...told, HOLDFAST_LOG_LEVEL: 'silent' as const };
  running = await startAuditor(config, nothing);
  const ask = async (path: string) => {
    const agent = createPeerAgent(configFor('admin'), 'auditor');
    try {
      const answer = await request(`https://localhost:${port}${path}`, { dispatcher: agent });
      const body = (await answer.body.json()) as { readonly checks?: Checks };
      return { status: answer.statusCode, checks: body.checks ?? {} };
    } finally {
      await agent.close();
    }
  };
  return ask;
}

test('without keys the auditor is alive and not ready, and writes nothing', async () => {
  const before = await ledger.stored();
  const ask = await start(`https://localhost:${await freePort()}`);
  await eventually(async () => {
    const { status, checks } = await ask('/readyz');
    expect(checks.ledger).toEqual({ ready: true });
    expect({ status, keys: checks.keys?.ready, audit: checks.audit?.ready }).toEqual({
      ...{ status: 503, keys: false, audit: false },
    });
  });
  expect((await ask('/healthz')).status).toBe(200);
  expect(await ledger.stored()).toBe(before);
});

test('an auditor waits for a ledger of before to be taken over, and then begins', async () => {
  await ledger.ask('update tables_version set version = 2, oldest = 1');
  const ask = await start(keyStore.url());
  await eventually(async () => {
    const { status, checks } = await ask('/readyz');
    expect({ status, keys: checks.keys?.ready, audit: checks.audit?.ready }).toEqual({
      ...{ status: 503, keys: true, audit: false },
    });
  });
  expect(await ledger.ledger.readTablesVersion()).toEqual({ version: 2, oldest: 1 });
  await ledger.ledger.tablesOf({ ready: async () => undefined }).migrate();
  await eventually(async () => expect((await ask('/readyz')).status).toBe(200));
});
