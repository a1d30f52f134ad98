import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { shot, shotAmong } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { metricOf } from '../metrics';
import { askUnder, said, sendRaw } from '../wire';
import { smuggled } from './smuggled';

const spoofed: Attack = {
  row: 'S37',
  title: 'headers that claim an identity, an address or a hop',
  source: 'ASVS 4.1.3',
  async run(target) {
    const token = await target.api.token('carol');
    const claims: Record<string, Record<string, string>> = {
      'X-User-Id': { 'x-user-id': 'adam' },
      'X-Roles': { 'x-roles': 'admin,operator' },
      'X-Forwarded-User': { 'x-forwarded-user': 'adam' },
      'X-Forwarded-Client-Cert': { 'x-forwarded-client-cert': 'URI=spiffe://holdfast/admin' },
      'X-SSL-Client-S-DN': { 'x-ssl-client-s-dn': 'CN=admin' },
      'X-Saga-Owner': { 'x-saga-owner': 'adam' },
      'X-HTTP-Method-Override': { 'x-http-method-override': 'DELETE' },
      'X-Original-URL': { 'x-original-url': '/dead-letters' },
      'X-Rewrite-URL': { 'x-rewrite-url': '/dead-letters' },
    };
    const shots: Shot[] = [];
    for (const [name, headers] of Object.entries(claims)) {
      const answer = await target.api.call('/products', {
        ...{ token, headers, idempotencyKey: randomUUID(), body: { sku: 'x' } },
      });
      shots.push(shot(`${name}: a customer stays one`, '403 ROLE_MISSING', said(answer)));
    }
    const url = `${target.gatewayUrl}/metrics`;
    const metrics = await askUnder(target, {
      ...{ url, headers: { 'x-forwarded-client-cert': 'URI=spiffe://holdfast/admin' } },
    });
    return [...shots, shot('a certificate in a header is none', '403 CALLER_NOT_ALLOWED', metrics)];
  },
};

const statusesIn = (text: string) =>
  [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);

const smuggling: Attack = {
  row: 'S38',
  title: 'requests that hide a second one',
  source: 'ASVS 4.2.1, RFC 9112 11.2',
  async run(target) {
    const honest = await sendRaw(
      target,
      'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    const answered = statusesIn(honest.text).length;
    const seen = await Promise.all(
      Object.entries(smuggled).map(async ([name, bytes]) => {
        const { text, closed } = await sendRaw(target, bytes);
        const end = closed ? 'closed' : 'open';
        return shot(name, '400, closed', `${statusesIn(text).join(' and ')}, ${end}`);
      }),
    );
    return [shot('two honest requests behind each other', 2, answered), ...seen];
  },
};

const residentBytes = (target: AttackTarget) =>
  metricOf(target, 'gateway', 'process_resident_memory_bytes');

const mebibyte = 1_048_576;
const growthMax = 50 * mebibyte;

const oversized: Attack = {
  row: 'S39',
  title: 'bodies and headers that are too large, too deep or too many',
  source: 'API4:2023',
  async run(target) {
    const token = await target.api.token('carol');
    const before = await residentBytes(target);
    const send = (body: string | Buffer, headers: Record<string, string> = {}) =>
      askUnder(target, {
        ...{ url: `${target.gatewayUrl}/sagas/place-order`, method: 'POST', body },
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json',
          'idempotency-key': randomUUID(),
          ...headers,
        },
      });
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const members = Array.from({ length: 30_000 }, (_, index) => `"m${index}":1`);
    const large = `"${'a'.repeat(8 * mebibyte)}"`;
    const tooLarge = ['413 BODY_TOO_LARGE', 'refused'];
    const shots = [
      shotAmong('8 MiB', tooLarge, await send(`{"a":${large}}`)),
      shot(
        'zipped, 100 MiB inside',
        '415 MEDIA_TYPE_UNSUPPORTED',
        await send(gzipSync(Buffer.alloc(100 * mebibyte)), { 'content-encoding': 'gzip' }),
      ),
      shot('10,000 levels', '400 BODY_INVALID', await send(`{"a":${deep}}`)),
      shotAmong(
        '30,000 members',
        ['400 BODY_INVALID', ...tooLarge],
        await send(`{${members.join(',')}}`),
      ),
      shot(
        'another kind of body',
        '415 MEDIA_TYPE_UNSUPPORTED',
        await send('<a/>', { 'content-type': 'text/xml' }),
      ),
      shot('no JSON', '400 BODY_NOT_JSON', await send('{')),
      shot(
        '32 KiB of headers',
        '431 HEADERS_TOO_LARGE',
        await send('{}', { 'x-large': 'a'.repeat(32_768) }),
      ),
    ];
    const grown = (await residentBytes(target)) - before;
    const seen = grown < growthMax ? 'below 50 MiB' : `${Math.round(grown / mebibyte)} MiB`;
    return [...shots, shot('memory that was taken and kept', 'below 50 MiB', seen)];
  },
};

/** Attacks on the edge itself. */
export const transportAttacks: readonly Attack[] = [spoofed, smuggling, oversized];
