import { randomUUID } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { Agent, fetch } from 'undici';
import { shot, shotAmong } from '../attack';
import type { Attack, AttackTarget, Shot } from '../attack';
import { askUnder, leafOfProcess, said, sendRaw } from '../wire';

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

/** A request that hides another one; what is hidden must never be answered. */
function smuggled(): Readonly<Record<string, string>> {
  const hidden = 'GET /hidden HTTP/1.1\r\nHost: a\r\n\r\n';
  const post = (headers: string, body: string, line = 'POST /sagas/none HTTP/1.1') =>
    `${line}\r\nHost: a\r\nContent-Type: application/json\r\n${headers}\r\n\r\n${body}`;
  const length = hidden.length;
  return {
    'length and chunks': post(
      `Content-Length: ${length}\r\nTransfer-Encoding: chunked`,
      `0\r\n\r\n${hidden}`,
    ),
    'chunks and length': post(
      `Transfer-Encoding: chunked\r\nContent-Length: 4`,
      `0\r\n\r\n${hidden}`,
    ),
    'two lengths': post(`Content-Length: 0\r\nContent-Length: ${length}`, hidden),
    'two lengths in one': post(`Content-Length: 0, ${length}`, hidden),
    'a length with a sign': post(`Content-Length: +0`, hidden),
    'a length in hexadecimal': post('Content-Length: 0x0', hidden),
    'a negative length': post('Content-Length: -1', hidden),
    'a length with a space before the colon': post(`Content-Length : 0`, hidden),
    'chunks, spelt otherwise': post(
      `Content-Length: ${length}\r\nTransfer-Encoding: xchunked`,
      hidden,
    ),
    'chunks with a space before the colon': post(
      'Transfer-Encoding : chunked',
      `0\r\n\r\n${hidden}`,
    ),
    'chunks behind a tab': post(
      `Content-Length: ${length}\r\nTransfer-Encoding:\tchunked`,
      `0\r\n\r\n${hidden}`,
    ),
    'chunks twice': post(
      'Transfer-Encoding: chunked\r\nTransfer-Encoding: identity',
      `0\r\n\r\n${hidden}`,
    ),
    'chunks, not last': post('Transfer-Encoding: chunked, identity', `0\r\n\r\n${hidden}`),
    'a folded header': post(
      `X-A: 1\r\n Content-Length: ${length}\r\nTransfer-Encoding: chunked, x`,
      hidden,
    ),
    'line feeds alone': post(`Content-Length: 0`, hidden).replaceAll('\r\n', '\n'),
    'a carriage return in a header': post(
      `X-A: 1\rContent-Length: 0\r\nContent-Length: ${length}`,
      hidden,
    ),
    'a zero byte in a header': post('X-A: a\0b\r\nContent-Length: 0', hidden),
    'a chunk size of 17 digits': post(
      'Transfer-Encoding: chunked',
      `ffffffffffffffff1\r\na\r\n0\r\n\r\n${hidden}`,
    ),
    'a chunk size with a sign': post('Transfer-Encoding: chunked', `+0\r\n\r\n${hidden}`),
    'a chunk extension without end': post(
      'Transfer-Encoding: chunked',
      `1;${'a'.repeat(20_000)}\r\na\r\n0\r\n\r\n`,
    ),
    'a space in the target': post(
      'Content-Length: 0',
      hidden,
      'POST /sagas/none HTTP/1.1 HTTP/1.1',
    ),
    'version 0.9': `GET /\r\n${hidden}`,
    'version 1.9': post('Content-Length: 0', hidden, 'POST /sagas/none HTTP/1.9'),
    'a header without a name': post(
      `: 1\r\nContent-Length: ${length}\r\nTransfer-Encoding: x`,
      hidden,
    ),
  };
}

const smuggling: Attack = {
  row: 'S38',
  title: 'requests that hide a second one',
  source: 'ASVS 4.2.1, RFC 9112 11.2',
  async run(target) {
    const honest = await sendRaw(
      target,
      'GET /healthz HTTP/1.1\r\nHost: a\r\n\r\nGET /hidden HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n',
    );
    const shots: Shot[] = [
      shot('two honest requests behind each other', 2, answersIn(honest.text)),
    ];
    const seen = await Promise.all(
      Object.entries(smuggled()).map(async ([name, bytes]) => {
        const { text, closed } = await sendRaw(target, bytes);
        const statuses = [...text.matchAll(/HTTP\/1\.1 (\d{3})/g)].map(([, status]) => status);
        return shot(
          name,
          '400, closed',
          `${statuses.join(' and ')}, ${closed ? 'closed' : 'open'}`,
        );
      }),
    );
    return [...shots, ...seen];
  },
};

const answersIn = (text: string) => [...text.matchAll(/HTTP\/1\.1 \d{3}/g)].length;

async function residentBytes(target: AttackTarget): Promise<number> {
  const dispatcher = new Agent({
    connect: { ca: target.ca, ...leafOfProcess(target, 'prometheus') },
  });
  try {
    const response = await fetch(`${target.gatewayUrl}/metrics`, { dispatcher });
    const text = await response.text();
    return Number(/^process_resident_memory_bytes(?:\{[^}]*\})? (\S+)/m.exec(text)?.[1]);
  } finally {
    await dispatcher.close();
  }
}

const mebibyte = 1_048_576;
const growthMax = 50 * mebibyte;

const oversized: Attack = {
  row: 'S39',
  title: 'bodies and headers that are too large, too deep or too many',
  source: 'API4:2023',
  async run(target) {
    const { api } = target;
    const token = await api.token('carol');
    const before = await residentBytes(target);
    const send = async (body: string | Buffer, headers: Record<string, string> = {}) => {
      const dispatcher = new Agent({ connect: { ca: target.ca } });
      try {
        const response = await fetch(`${target.gatewayUrl}/sagas/place-order`, {
          ...{ method: 'POST', body, dispatcher },
          headers: {
            authorization: `Bearer ${token}`,
            'content-type': 'application/json',
            'idempotency-key': randomUUID(),
            ...headers,
          },
        });
        return `${response.status} ${String(((await response.json()) as { code?: string }).code)}`;
      } catch {
        return 'cut off';
      } finally {
        await dispatcher.destroy();
      }
    };
    const deep = `${'['.repeat(10_000)}${']'.repeat(10_000)}`;
    const members = Array.from({ length: 30_000 }, (_, index) => `"m${index}":1`);
    const large = `"${'a'.repeat(8 * mebibyte)}"`;
    const tooLarge = ['413 BODY_TOO_LARGE', 'cut off'];
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
