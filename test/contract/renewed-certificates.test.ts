import { X509Certificate } from 'node:crypto';
import { Client } from '@temporalio/client';
import { openInventoryStore } from '../../activities/inventory/store';
import { openOrdersStore } from '../../activities/orders/store';
import { connectProvider } from '../../activities/payments/provider/client';
import { openPaymentsStore } from '../../activities/payments/store';
import { connectRedis } from '../../platform/cache/redis';
import { openConsul } from '../../platform/discovery/consul';
import { connectLog } from '../../platform/event-log/kafka';
import { lazyTemporal } from '../../platform/host/lazy-temporal';
import { startTemporalWorker } from '../../platform/host/temporal-worker';
import type { Config } from '../../platform/runtime/config';
import { noKeys } from '../../platform/host/sealed-store';
import { silentLog } from '../../platform/runtime/log';
import { renewedCredentials } from '../../platform/security/renewal';
import { openReadModelStore } from '../../projections/store';
import { startCutProxy } from '../support/cut-proxy';
import { testVault } from '../support/vault';
import type { CutProxy } from '../support/cut-proxy';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { ownLeaves } from '../support/own-leaves';
import { freshInstance } from '../support/stores';
import { environmentFor } from '../support/world';

/** Long enough to open every client, short enough to wait for its end. */
const firstLifeMs = 20_000;
const dayMs = 86_400_000;

/** A client that was opened under the first certificate, and the way it takes to its server. */
interface Opened {
  /** A question to the server; rejects unless it is answered. */
  readonly ask: () => Promise<unknown>;
  readonly close: () => Promise<unknown>;
}

type Open = (config: Config) => Opened;

interface Case {
  readonly name: string;
  readonly process: string;
  /** The variable with the server's address, and the variable's text for another port. */
  readonly variable: keyof Config;
  readonly through?: (port: number, told: string) => string;
  readonly open: Open;
}

const instance = freshInstance();
const openStoreOf =
  (openStore: (config: Config) => ReturnType<typeof openOrdersStore>): Open =>
  (config) => {
    const store = openStore(config);
    return { ask: () => store.ping(5_000), close: () => store.close() };
  };

const openTemporal: Open = (config) => {
  const connection = lazyTemporal(config);
  const { workflow } = new Client({ connection, namespace: config.HOLDFAST_TEMPORAL_NAMESPACE });
  return {
    // Counted and not listed: what other files have running has memos that this client cannot open.
    ask: () => connection.withDeadline(Date.now() + 5_000, () => workflow.count()),
    close: () => connection.close(),
  };
};

const openWorker: Open = (config) => {
  const worker = startTemporalWorker({
    ...{ config, log: silentLog, taskQueue: `renewed-${instance}` },
    activities: { nothing: async () => undefined },
  });
  return { ask: () => worker.probe(), close: () => worker.stop() };
};

const url = (port: number, told: string): string => told.replace(/:\d+/, `:${port}`);

const cases: readonly Case[] = [
  {
    ...{ name: 'MongoDB', process: 'orders', variable: 'HOLDFAST_MONGODB_URL' },
    through: (port) => `mongodb://localhost:${port}/?directConnection=true&tls=true`,
    open: openStoreOf((config) => openOrdersStore(config, testVault())),
  },
  {
    ...{ name: 'PostgreSQL', process: 'payments', variable: 'HOLDFAST_POSTGRES_PORT' },
    open: openStoreOf((config) => openPaymentsStore(config, testVault()) as never),
  },
  {
    ...{ name: 'read models', process: 'projector', variable: 'HOLDFAST_POSTGRES_PORT' },
    open: (config) => {
      const store = openReadModelStore(config, noKeys);
      return { ask: () => store.ping(), close: () => store.close() };
    },
  },
  {
    ...{ name: 'DynamoDB', process: 'inventory', variable: 'HOLDFAST_DYNAMODB_ENDPOINT' },
    open: (config) => {
      const store = openInventoryStore(config, testVault());
      return { ask: () => store.readTablesVersion(), close: () => store.close() };
    },
  },
  {
    ...{ name: 'Redis', process: 'gateway', variable: 'HOLDFAST_REDIS_PORT' },
    open: (config) => {
      const redis = connectRedis(config, silentLog);
      return { ask: () => redis.ping(), close: async () => redis.disconnect() };
    },
  },
  {
    ...{ name: 'Consul', process: 'gateway', variable: 'HOLDFAST_CONSUL_URL' },
    open: (config) => {
      const consul = openConsul(config);
      return { ask: () => consul.ask({ path: '/v1/status/leader' }), close: () => consul.close() };
    },
  },
  {
    ...{ name: 'card provider', process: 'payments', variable: 'HOLDFAST_CARD_PROVIDER_URL' },
    open: (config) => {
      const provider = connectProvider(config);
      const ask = () => provider.send('/merchants/nobody/ledger', { timeoutMs: 5_000 });
      return { ask, close: () => provider.close() };
    },
  },
  {
    ...{ name: 'Temporal client', process: 'gateway', variable: 'HOLDFAST_TEMPORAL_ADDRESS' },
    open: openTemporal,
  },
  {
    ...{ name: 'Temporal worker', process: 'orders', variable: 'HOLDFAST_TEMPORAL_ADDRESS' },
    open: openWorker,
  },
];

/** One case under way. */
interface Played extends Opened {
  readonly name: string;
  readonly proxy: CutProxy;
}

const leaves = ownLeaves();
const processes = [...new Set(cases.map(({ process }) => process))];
let log: LogWorld;
let topic: string;
let played: readonly Played[];
let firstEndsAtMs: number;

async function play({ name, process, variable, through = url, open }: Case): Promise<Played> {
  const told = environmentFor(process)[variable] ?? '';
  const upstream = Number(/(\d+)(?=\/|$)/.exec(told)?.[1]);
  const proxy = await startCutProxy(upstream);
  const address = /^\d+$/.test(told) ? String(proxy.port) : through(proxy.port, told);
  const config = leaves.configFor(process, { [variable]: address });
  return { name, proxy, ...open(config) };
}

/** Those whose question fails, and why. */
async function failing(question: (one: Played) => Promise<unknown>): Promise<string[]> {
  const failed: string[] = [];
  const asked = played.map((one) =>
    question(one).catch((error: Error) => failed.push(`${one.name}: ${error.message}`)),
  );
  await Promise.all(asked);
  return failed;
}

beforeAll(async () => {
  log = await openLogWorld();
  topic = await log.createTopic('payments');
  firstEndsAtMs = Date.now() + firstLifeMs;
  for (const name of processes) await leaves.issue(name, new Date(firstEndsAtMs));
});

afterAll(async () => {
  await Promise.all((played ?? []).map((one) => one.close()));
  await Promise.all((played ?? []).map(({ proxy }) => proxy.close()));
  await log.close();
  leaves.remove();
});

test('every client goes on after the certificate it was opened with has really ended', async () => {
  const payments = leaves.configFor('payments');
  const serials = new Set<string>();
  const own = renewedCredentials(payments);
  const eventLog = connectLog({
    brokers: payments.HOLDFAST_KAFKA_BROKERS,
    ...{ clientId: 'renewed', log: silentLog, renewed: own.renewed },
    credentials: () => {
      const found = own.credentials();
      serials.add(new X509Certificate(found.cert).serialNumber);
      return found;
    },
  });
  const append = () =>
    eventLog.writer.append(topic, 0, [{ key: 'a', value: 'a', headers: {} }], 5_000);
  played = await Promise.all(cases.map(play));
  for (const one of played) await eventually(one.ask);
  await append();
  expect(Date.now()).toBeLessThan(firstEndsAtMs);

  for (const name of processes) await leaves.issue(name, new Date(Date.now() + dayMs));
  await eventually(() => expect(Date.now()).toBeGreaterThan(firstEndsAtMs), firstLifeMs);

  expect(await failing((one) => one.ask())).toEqual([]);
  // Nothing that was open under the first certificate is left, so everything has to be opened anew.
  const before = played.map(({ proxy }) => proxy.opened());
  for (const { proxy } of played) proxy.cut();
  expect(await failing((one) => eventually(one.ask))).toEqual([]);
  expect(played.filter(({ proxy }, at) => proxy.opened() === before[at])).toEqual([]);
  await append();
  expect(serials.size).toBe(2);
  await eventLog.close();
});
