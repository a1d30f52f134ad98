import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Registry } from 'prom-client';
import type { Instance } from '../../../platform/discovery/consul';
import type { Resolver } from '../../../platform/discovery/resolver';
import { createServiceClient, firstTryMs } from '../../../platform/discovery/service-client';
import type { ServiceRequest } from '../../../platform/discovery/service-client';
import { silentLog } from '../../../platform/runtime/log';
import { createAuthority } from '../../../stack/authority';
import { createLeaf } from '../../../stack/certificates';

const folder = mkdtempSync(path.join(tmpdir(), 'service-client-'));
const file = (name: string): string => path.join(folder, name);
const config = {
  HOLDFAST_CA_FILE: file('ca.crt'),
  HOLDFAST_CERT_FILE: file('gateway.crt'),
  HOLDFAST_KEY_FILE: file('gateway.key'),
};
let leaf: { readonly crt: string; readonly key: string };
let foreignLeaf: typeof leaf;
let authority: string;

beforeAll(async () => {
  const made = await createAuthority();
  authority = made.certificate.toString('pem');
  leaf = await createLeaf(made, 'orders');
  foreignLeaf = await createLeaf(made, 'payments');
  const own = await createLeaf(made, 'gateway');
  writeFileSync(config.HOLDFAST_CA_FILE, authority);
  writeFileSync(config.HOLDFAST_CERT_FILE, own.crt);
  writeFileSync(config.HOLDFAST_KEY_FILE, own.key);
});

const servers: Server[] = [];
const closing: (() => Promise<void>)[] = [];
afterEach(async () => {
  await Promise.all(closing.splice(0).map((close) => close()));
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});
afterAll(() => rmSync(folder, { recursive: true }));

/** An instance of the service that answers as the listener does. */
async function instance(
  id: string,
  listener: RequestListener,
  { crt, key } = leaf,
): Promise<Instance> {
  const tls = { cert: crt, key, ca: authority, requestCert: true };
  const server = createServer({ ...tls, rejectUnauthorized: true }, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return { id, host: 'localhost', port: (server.address() as AddressInfo).port };
}

/** A client that tries these instances in their order, and what became of each. */
function clientOf(...instances: readonly Instance[]) {
  const outcomes: string[] = [];
  const resolver: Pick<Resolver, 'pick'> = {
    pick: async (_service, tried = new Set()) => {
      const others = instances.filter(({ id }) => !tried.has(id));
      const next = others[0] ?? instances[0];
      if (next === undefined) return undefined;
      const done = (outcome: string) => void outcomes.push(`${next.id} ${outcome}`);
      return { instance: next, hasOthers: others.length > 1, done };
    },
  };
  const options = { config, resolver, service: 'orders', log: silentLog };
  const registry = new Registry();
  const client = createServiceClient({ ...options, registry });
  closing.push(() => client.close());
  const call = (request: Partial<ServiceRequest> = {}) =>
    client.call({ method: 'GET', path: '/orders/1', ...request });
  return { call, outcomes, registry };
}

const valueOf = async (registry: Registry, name: string): Promise<number | undefined> =>
  (await registry.getSingleMetric(name)?.get())?.values[0]?.value;

const well: RequestListener = (_request, response) => void response.end('{"is":"well"}');
const hangs: RequestListener = () => undefined;
const resets: RequestListener = (request) => void request.socket.destroy();
const away: RequestListener = (_request, response) => void response.writeHead(503).end('{}');

describe('a call to a service', () => {
  test('is counted from nothing, whatever may become of it', async () => {
    const { registry } = clientOf();
    const counted = await registry.getSingleMetric('service_client_calls_total')?.get();
    expect(counted?.values.map(({ labels, value }) => [labels.outcome, value])).toEqual(
      ['ok', 'retried', 'failed', 'refused'].map((outcome) => [outcome, 0]),
    );
  });

  test('a read leaves an instance that never answers in time for another one', async () => {
    const { call, outcomes } = clientOf(await instance('a', hangs), await instance('b', well));
    await expect(call({ deadlineMs: 2_000 })).resolves.toMatchObject({ status: 200 });
    expect(outcomes).toEqual(['a fault', 'b ok']);
  });

  test('a service is told how long its caller waits, and a little more', async () => {
    const told: number[] = [];
    const noting: RequestListener = (request, response) => {
      told.push(Number(request.headers['x-request-timeout']));
      response.end('{}');
    };
    const { call } = clientOf(await instance('a', noting));
    await call({ deadlineMs: 2_000 });
    await call();
    expect(told.map((seconds) => Math.ceil(seconds - 0.1))).toEqual([2, 5]);
  });

  test('a slow answer of the only instance is waited for', async () => {
    const slow: RequestListener = (_request, response) =>
      void setTimeout(() => response.end('{}'), 1_300);
    const { call, outcomes } = clientOf(await instance('a', slow));
    await expect(call({ deadlineMs: 2_400 })).resolves.toMatchObject({ status: 200 });
    expect(outcomes).toEqual(['a ok']);
  });

  test('a write that may have been done is not sent again', async () => {
    const { call, outcomes } = clientOf(await instance('a', resets), await instance('b', well));
    const sent = call({ method: 'POST', body: {} });
    await expect(sent).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(outcomes).toEqual(['a fault']);
  });

  test('a write with a key is sent again where the connection was lost, under the same key', async () => {
    const keys: unknown[] = [];
    const noting: RequestListener = (request, response) => {
      keys.push(request.headers['idempotency-key']);
      response.end('{}');
    };
    const { call, outcomes } = clientOf(await instance('a', resets), await instance('b', noting));
    const headers = { 'Idempotency-Key': 'k-1' };
    const answer = await call({ method: 'POST', body: {}, headers });
    expect([answer.status, outcomes, keys]).toEqual([200, ['a fault', 'b ok'], ['k-1']]);
  });

  test('where every instance is away, second tries end before they are as many as the calls', async () => {
    const { call, outcomes } = clientOf(await instance('a', away), await instance('b', away));
    for (let done = 0; done < 50; done += 1) expect((await call()).status).toBe(503);
    // Ten at once, and one for every five calls.
    expect(outcomes.length - 50).toBeLessThanOrEqual(10 + 50 / 5);
    expect(outcomes.length - 50).toBeGreaterThanOrEqual(10);
  });

  test('an instance with another identity gets nothing, and is counted', async () => {
    let asked = 0;
    const noting: RequestListener = (_request, response) => {
      asked += 1;
      response.end('{}');
    };
    const forged = await instance('a', noting, foreignLeaf);
    const { call, outcomes, registry } = clientOf(forged, await instance('b', well));
    await expect(call()).resolves.toMatchObject({ status: 200 });
    const counted = await valueOf(registry, 'service_client_peers_refused_total');
    expect([asked, outcomes, counted]).toEqual([0, ['a fault', 'b ok'], 1]);
  });

  test('an answer of 500 is told as an error of the instance, one of 404 is not', async () => {
    const answering =
      (status: number): RequestListener =>
      (_request, response) =>
        void response.writeHead(status).end('{}');
    const { call, outcomes } = clientOf(await instance('a', answering(500)));
    await call();
    const other = clientOf(await instance('b', answering(404)));
    await other.call();
    expect([outcomes, other.outcomes]).toEqual([['a error'], ['b ok']]);
  });

  test('where most calls are not answered nobody waits any more, and the gauge says so', async () => {
    const { call, registry } = clientOf(await instance('a', hangs));
    const late = () => call({ deadlineMs: 50 }).catch((error: unknown) => error);
    await Promise.all(Array.from({ length: 20 }, late));
    const beganMs = performance.now();
    await expect(call({ deadlineMs: 20_000 })).rejects.toMatchObject({
      code: 'SERVICE_UNAVAILABLE',
      headers: { 'retry-after': '1' },
    });
    expect(performance.now() - beganMs).toBeLessThan(500);
    expect(await valueOf(registry, 'service_client_breaker_open')).toBe(1);
  });

  test.each([
    [5_000, 2_500],
    [300, 250],
    [100, 100],
  ])('the first try of %d ms that has a second one behind it may take %d', (leftMs, expected) => {
    expect(firstTryMs(leftMs)).toBe(expected);
  });
});
