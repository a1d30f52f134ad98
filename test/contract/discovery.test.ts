import { readFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { Registry } from 'prom-client';
import { consulName, instancesOf, openConsul } from '../../platform/discovery/consul';
import { keepRegistered } from '../../platform/discovery/registration';
import { createResolver } from '../../platform/discovery/resolver';
import { createServiceClient } from '../../platform/discovery/service-client';
import { silentLog } from '../../platform/runtime/log';
import { recallReach } from '../../stack/recall';
import { ensureTokens, rulesOf } from '../../stack/servers/consul/tokens';
import { ask } from '../../stack/servers/https-request';
import { eventually } from '../support/eventually';
import { configFor, world } from '../support/world';

const instance = 'discovery';
const config = configFor('gateway', instance);
const consul = openConsul(config);
/** With the token of payments: what registers as payments, rightly or not. */
const payments = openConsul(configFor('payments', instance));
const registry = new Registry();
const resolver = createResolver({ config, consul, log: silentLog, registry });
const client = createServiceClient({
  ...{ config, resolver, registry },
  ...{ service: 'payments', log: silentLog },
});
const ending: (() => Promise<unknown>)[] = [];

afterAll(async () => {
  await Promise.all(ending.map((end) => end()));
  resolver.close();
  await Promise.all([client.close(), consul.close(), payments.close()]);
});

/** An instance that shows a process's certificate and counts what it is asked. */
async function started(identity: string) {
  const { HOLDFAST_CERT_FILE, HOLDFAST_KEY_FILE, HOLDFAST_CA_FILE } = configFor(identity);
  const [cert, key, ca] = [HOLDFAST_CERT_FILE, HOLDFAST_KEY_FILE, HOLDFAST_CA_FILE].map((file) =>
    readFileSync(file),
  );
  let [asked, lastAskedMs, hangs] = [0, 0, false];
  const listener: RequestListener = (request, response) => {
    if (request.url !== '/healthz') [asked, lastAskedMs] = [asked + 1, performance.now()];
    if (!hangs) response.end('{}');
  };
  const tls = { cert, key, ca, requestCert: true, rejectUnauthorized: true };
  const server = createServer(tls, listener);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  const { port } = server.address() as AddressInfo;
  const options = { config, consul: payments, log: silentLog, service: 'payments', port };
  const registration = keepRegistered(options);
  /** Without a word to anybody, as by SIGKILL. */
  const die = (): void => {
    server.close();
    server.closeAllConnections();
  };
  ending.push(async () => {
    die();
    await registration.stop();
  });
  return {
    id: registration.id,
    die,
    asked: () => asked,
    lastAskedMs: () => lastAskedMs,
    hang: (now: boolean) => void (hangs = now),
  };
}

async function passing(): Promise<readonly string[]> {
  const path = `/v1/health/service/${consulName('payments', instance)}?passing=true`;
  return instancesOf((await consul.ask({ path })).body).map(({ id }) => id);
}

const isWell = (id: string) =>
  eventually(async () => expect(await passing()).toContain(id), 20_000);

/** So many reads a second for a while; answers how many failed. */
async function read(perSecond: number, seconds: number): Promise<number> {
  const beganMs = performance.now();
  const sent: Promise<boolean>[] = [];
  while (performance.now() - beganMs < seconds * 1_000) {
    const due = ((performance.now() - beganMs) / 1_000) * perSecond;
    while (sent.length < due) {
      const answer = client.call({ method: 'GET', path: '/accounts/1' });
      sent.push(answer.then(({ status }) => status !== 200).catch(() => true));
    }
    await new Promise((resume) => setTimeout(resume, 10));
  }
  return (await Promise.all(sent)).filter(Boolean).length;
}

it('three real instances get a third each, within 5 %; a forged one gets nothing and is counted', async () => {
  const three = await Promise.all(['payments', 'payments', 'payments'].map(started));
  for (const { id } of three) await isWell(id);
  await eventually(async () => {
    await client.call({ method: 'GET', path: '/accounts/1' });
    expect(Math.min(...three.map(({ asked }) => asked()))).toBeGreaterThan(0);
  });
  const before = three.map(({ asked }) => asked());
  for (let done = 0; done < 3_000; done += 10) {
    const calls = Array.from({ length: 10 }, () =>
      client.call({ method: 'GET', path: '/accounts/1' }),
    );
    await Promise.all(calls);
  }
  for (const [at, { asked }] of three.entries()) {
    expect(Math.abs(asked() - before[at]! - 1_000)).toBeLessThanOrEqual(50);
  }

  const forged = await started('orders');
  await isWell(forged.id);
  expect(await read(20, 3)).toBe(0);
  const counted = await registry.getSingleMetric('service_client_peers_refused_total')?.get();
  expect(forged.asked()).toBe(0);
  expect(counted?.values[0]?.value).toBeGreaterThan(0);
}, 120_000);

it('one of three that hangs is out within 5 s, and less than 1 % fails', async () => {
  const one = await started('payments');
  await isWell(one.id);
  await eventually(async () => {
    await client.call({ method: 'GET', path: '/accounts/1' });
    expect(one.asked()).toBeGreaterThan(0);
  });
  const beganMs = performance.now();
  one.hang(true);
  const failed = await read(50, 10);
  expect(failed).toBeLessThan(5);
  expect(one.lastAskedMs() - beganMs).toBeLessThan(5_000);
  one.hang(false);
  const met = one.asked();
  await isWell(one.id);
  await eventually(async () => {
    await client.call({ method: 'GET', path: '/accounts/1' });
    expect(one.asked()).toBeGreaterThan(met);
  }, 30_000);
}, 120_000);

it('one that dies without a word is named to nobody after an interval and a timeout of its check', async () => {
  const one = await started('payments');
  await isWell(one.id);
  const diedMs = performance.now();
  one.die();
  await eventually(async () => expect(await passing()).not.toContain(one.id), 20_000);
  // One second between checks, two for one of them, and half a one for us to look.
  expect(performance.now() - diedMs).toBeLessThan(3_500);
}, 60_000);

const put = { method: 'PUT', path: '/v1/agent/service/register' } as const;
const takeOut = (id: string) =>
  ({ method: 'PUT', path: `/v1/agent/service/deregister/${id}` }) as const;
const named = async (by: typeof consul, service: string) => {
  const { body } = await by.ask({ path: `/v1/health/service/${consulName(service, instance)}` });
  return instancesOf(body).map(({ id }) => id);
};

it('the token of payments registers nobody but payments, and takes nobody else out', async () => {
  const orders = openConsul(configFor('orders', instance));
  ending.push(() => orders.close());
  const body = { ID: 'of-orders', Name: consulName('orders', instance), Port: 1 };
  const mine = { ...body, Name: consulName('payments', instance) };
  await expect(payments.ask({ ...put, body })).rejects.toMatchObject({ status: 403 });
  await orders.ask({ ...put, body });
  await expect(payments.ask(takeOut('of-orders'))).rejects.toMatchObject({ status: 403 });
  await expect(payments.ask({ ...put, body: mine })).rejects.toMatchObject({ status: 403 });
  await expect(consul.ask(takeOut('of-orders'))).rejects.toMatchObject({ status: 403 });
  expect(await named(consul, 'orders')).toEqual(['of-orders']);
  expect(await named(payments, 'orders')).toEqual([]);
  await orders.ask(takeOut('of-orders'));
  expect(await named(consul, 'orders')).toEqual([]);
});

it('without a token nothing is registered, and nothing read', async () => {
  const anonymous = openConsul({ ...config, HOLDFAST_CONSUL_TOKEN: '' });
  ending.push(() => anonymous.close());
  const body = {
    ID: 'mine',
    Name: consulName('payments', instance),
    Address: 'localhost',
    Port: 1,
  };
  await expect(anonymous.ask({ ...put, body })).rejects.toMatchObject({ status: 403 });
  await payments.ask({ ...put, body });
  expect(await named(consul, 'payments')).toContain('mine');
  expect(await named(anonymous, 'payments')).toEqual([]);
  const own = { path: '/v1/agent/service/mine' };
  await expect(anonymous.ask(own)).rejects.toMatchObject({ status: 403 });
  expect((await anonymous.ask({ path: '/v1/catalog/services' })).body).toEqual({});
  await payments.ask(takeOut('mine'));
});

it('a token that was replaced ends, and so does the one that all once shared', async () => {
  const reach = recallReach(world().stateDir);
  const url = `https://localhost:${reach.ports.consul}/v1/acl`;
  const made = async (what: string, body: object): Promise<string> => {
    const headers = { 'X-Consul-Token': reach.secret('consul-management-token') };
    const { SecretID = '' } = JSON.parse(
      await ask(reach, { url: `${url}/${what}`, method: 'PUT', headers, body }),
    ) as { SecretID?: string };
    return SecretID;
  };
  await made('policy', { Name: 'holdfast-service', Rules: rulesOf('admin') });
  const before = [
    await made('token', { Policies: [{ Name: 'holdfast-service' }] }),
    await made('token', { Policies: [{ Name: 'holdfast-payments' }] }),
  ];
  const areGood = async (): Promise<boolean[]> => {
    const tokens = [...before, config.HOLDFAST_CONSUL_TOKEN];
    const asked = tokens.map((token) =>
      ask(reach, { url: `${url}/token/self`, headers: { 'X-Consul-Token': token } }),
    );
    return (await Promise.allSettled(asked)).map(({ status }) => status === 'fulfilled');
  };
  expect(await areGood()).toEqual([true, true, true]);
  await ensureTokens(reach);
  // A token may be good for as long as Consul remembers it.
  await eventually(async () => expect(await areGood()).toEqual([false, false, true]));
});
