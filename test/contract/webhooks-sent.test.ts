import { createSecureContext, rootCertificates } from 'node:tls';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { addressRule } from '../../platform/webhooks/addresses';
import { attempt } from '../../platform/webhooks/attempt';
import type { AttemptOptions } from '../../platform/webhooks/attempt';
import { newSecret, signedHeaders } from '../../platform/webhooks/signing';
import { isGenuine, receiverAddress, startReceiver } from '../support/receiver';
import type { Receiver } from '../support/receiver';
import { testRules } from '../support/webhooks';
import { world } from '../support/world';

let receiver: Receiver;
const ca = () => readFileSync(path.join(world().certsDir, 'ca.crt'), 'utf8');
const trust = (...more: string[]) => createSecureContext({ ca: [...rootCertificates, ...more] });

beforeAll(async () => {
  receiver = await startReceiver();
});
afterAll(() => receiver.close());

const secret = newSecret();
const body = '{"type":"saga.completed"}';
const message = { id: 'msg_1', timestampSeconds: Math.floor(Date.now() / 1_000), body };
const headers = signedHeaders([secret], message);

const send = (url: string, changes: Partial<AttemptOptions> = {}) =>
  attempt({ url, headers, body }, { rules: testRules, trust: trust(ca()), ...changes });

/** How many connections an attempt opens that comes to nothing. */
async function connectionsOf(work: () => Promise<unknown>): Promise<[unknown, number]> {
  const before = receiver.connections();
  return [await work(), receiver.connections() - before];
}

const named = () => `https://receiver.test:${receiver.port}/hooks?a=b`;

test('a message reaches the address that was looked at, under the name it was sent to', async () => {
  expect(await send(named())).toEqual({ status: 204 });
  const [got] = receiver.received.slice(-1);
  expect(got).toMatchObject({ path: '/hooks?a=b', body });
  expect(got?.headers).toMatchObject({
    host: `receiver.test:${receiver.port}`,
    'content-type': 'application/json',
  });
  expect(isGenuine(secret, got!)).toBe(true);
  expect(isGenuine(newSecret(), got!)).toBe(false);
});

test('a name that leads elsewhere is not connected to', async () => {
  const rules = { ...testRules, resolve: async () => [receiverAddress, '169.254.169.254'] };
  const tried = await connectionsOf(() => send(named(), { rules }));
  expect(tried).toEqual([{ error: 'ADDRESS_REFUSED' }, 0]);
});

test('an address that is refused once it is connected to hears nothing', async () => {
  let looks = 0;
  const mayReach = (address: string) => (looks += 1) === 1 && testRules.mayReach(address);
  const before = receiver.received.length;
  const tried = await send(named(), { rules: { ...testRules, mayReach } });
  expect(tried).toEqual({ error: 'CONNECTION_FAILED' });
  expect([looks, receiver.received.length - before]).toEqual([2, 0]);
});

test('nothing is sent to the networks of our own servers', async () => {
  const rules = { ...testRules, mayReach: addressRule([]) };
  const tried = await connectionsOf(() => send(receiver.url, { rules }));
  expect(tried).toEqual([{ error: 'ADDRESS_REFUSED' }, 0]);
});

test('a certificate of nobody who is trusted, or for another name, ends it', async () => {
  const before = receiver.received.length;
  expect(await send(named(), { trust: trust() })).toEqual({ error: 'TLS_FAILED' });
  const rules = { ...testRules, resolve: async () => [receiverAddress] };
  const other = `https://other.test:${receiver.port}/hooks`;
  expect(await send(other, { rules })).toEqual({ error: 'TLS_FAILED' });
  expect(receiver.received.length).toBe(before);
});

test('a redirect is an answer like any other, and is not followed', async () => {
  receiver.answers({ status: 302, headers: { location: 'https://127.0.0.1/' } });
  expect(await send(receiver.url)).toEqual({ status: 302 });
});

test('a Retry-After is read', async () => {
  receiver.answers({ status: 503, headers: { 'retry-after': '7' } });
  expect(await send(receiver.url)).toEqual({ status: 503, retryAfterMs: 7_000 });
});

test('who does not answer, or answers with a head without end, is not waited for', async () => {
  receiver.answers(
    { status: 204, isSilent: true },
    { status: 204, headers: { a: 'b'.repeat(9_000) } },
  );
  const timesMs = { connectMs: 5_000, attemptMs: 300 };
  expect(await send(receiver.url, { timesMs })).toEqual({ error: 'TIMED_OUT' });
  expect(await send(receiver.url)).toEqual({ error: 'CONNECTION_FAILED' });
});

test('nobody there is an answer too', async () => {
  expect(await send(`https://${receiverAddress}:1024/`)).toEqual({ error: 'CONNECTION_FAILED' });
});
