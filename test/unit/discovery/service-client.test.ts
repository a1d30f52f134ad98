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
let authority: string;

beforeAll(async () => {
  const made = await createAuthority();
  authority = made.certificate.toString('pem');
  leaf = await createLeaf(made, 'orders');
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
async function instance(id: string, listener: RequestListener): Promise<Instance> {
  const tls = { cert: leaf.crt, key: leaf.key, ca: authority, requestCert: true };
  const server = createServer({ ...tls, rejectUnauthorized: true }, listener);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve));
  return { id, host: 'localhost', port: (server.address() as AddressInfo).port };
}

/** A client that tries these instances in their order, and what became of each. */
function clientOf(...instances: readonly Instance[]) {
  const outcomes: string[] = [];
  const resolver: Resolver = {
    pick: async (_service, tried = new Set()) => {
      const others = instances.filter(({ id }) => !tried.has(id));
      const next = others[0] ?? instances[0];
      if (next === undefined) return undefined;
      const done = (outcome: string) => void outcomes.push(`${next.id} ${outcome}`);
      return { instance: next, hasOthers: others.length > 1, done };
    },
    ageMs: () => 0,
    close: () => undefined,
  };
  const options = { config, resolver, service: 'orders', log: silentLog };
  const client = createServiceClient({ ...options, registry: new Registry() });
  closing.push(() => client.close());
  const call = (request: Partial<ServiceRequest> = {}) =>
    client.call({ method: 'GET', path: '/orders/1', ...request });
  return { call, outcomes };
}

const well: RequestListener = (_request, response) => void response.end('{"is":"well"}');
const hangs: RequestListener = () => undefined;
const resets: RequestListener = (request) => void request.socket.destroy();
const away: RequestListener = (_request, response) => void response.writeHead(503).end('{}');

describe('a call to a service', () => {
  test('a read leaves an instance that never answers in time for another one', async () => {
    const { call, outcomes } = clientOf(await instance('a', hangs), await instance('b', well));
    await expect(call({ deadlineMs: 2_000 })).resolves.toMatchObject({ status: 200 });
    expect(outcomes).toEqual(['a sick', 'b ok']);
  });

  test('a slow answer of the only instance is waited for', async () => {
    const slow: RequestListener = (_request, response) =>
      void setTimeout(() => response.end('{}'), 700);
    const { call, outcomes } = clientOf(await instance('a', slow));
    await expect(call({ deadlineMs: 1_000 })).resolves.toMatchObject({ status: 200 });
    expect(outcomes).toEqual(['a ok']);
  });

  test('a write that may have been done is not sent again', async () => {
    const { call, outcomes } = clientOf(await instance('a', resets), await instance('b', well));
    const sent = call({ method: 'POST', body: {} });
    await expect(sent).rejects.toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
    expect(outcomes).toEqual(['a sick']);
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
    expect([answer.status, outcomes, keys]).toEqual([200, ['a sick', 'b ok'], ['k-1']]);
  });

  test('where every instance is away, second tries end before they are as many as the calls', async () => {
    const { call, outcomes } = clientOf(await instance('a', away), await instance('b', away));
    for (let done = 0; done < 50; done += 1) expect((await call()).status).toBe(503);
    // Ten at once, and one for every five calls.
    expect(outcomes.length - 50).toBeLessThanOrEqual(10 + 50 / 5);
    expect(outcomes.length - 50).toBeGreaterThanOrEqual(10);
  });

  test.each([
    [5_000, 2_500],
    [300, 250],
    [100, 100],
  ])('the first try of %d ms that has a second one behind it may take %d', (leftMs, expected) => {
    expect(firstTryMs(leftMs)).toBe(expected);
  });
});
