import { createHash, randomBytes } from 'node:crypto';
import { defaultPayloadConverter } from '@temporalio/common';
import type { Payload } from '@temporalio/common';
import type { Log, LogData } from '../../../platform/runtime/log';
import { silentLog } from '../../../platform/runtime/log';
import { dataKey } from '../../../platform/security/keys/envelope';
import { sealPayload } from '../../../platform/security/keys/temporal-payload';
import { fixedKeys } from '../../../platform/security/keys/vault';
import { openGateway } from './world';

const key = dataKey('temporal-1', randomBytes(32));
const order = defaultPayloadConverter.toPayload({ sku: 'book' });
const sealedFor = (workflowId: string, namespace = 'holdfast') =>
  sealPayload(order, key, { namespace, workflowId });

const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
/** As the Web UI sends payloads. */
const asJson = ({ metadata, data }: Payload) => ({
  metadata: Object.fromEntries(
    Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]),
  ),
  data: base64(data ?? new Uint8Array()),
});

const ui = 'http://ui.test';
const lines: { readonly message: string; readonly data: LogData | undefined }[] = [];
const log: Log = {
  ...silentLog,
  info: (message, data) => void lines.push({ message, data }),
  child: () => log,
};

function open(keys = fixedKeys([key])) {
  lines.length = 0;
  const { call } = openGateway({ log, keys });
  const decode = (
    payloads: readonly object[],
    { as, ...headers }: { readonly as?: string; readonly [header: string]: string | undefined },
  ) =>
    call({
      ...{ method: 'POST', path: '/codec/decode?preserveStorageRefs=true', body: { payloads } },
      ...(as === undefined ? {} : { as }),
      headers: headers as Record<string, string>,
    });
  return { call, decode };
}

describe('payloads', () => {
  test('are read by an operator, page by page, and one line says who read whose', async () => {
    const { decode } = open();
    const asked = ['saga-1', 'saga-2', 'saga-1'].map((id) => asJson(sealedFor(id)));
    const answer = await decode(asked, { as: 'olga:operator', origin: ui });
    const plain = { metadata: { encoding: base64(Buffer.from('json/plain')) } };
    const { payloads } = answer.json() as { payloads: { data: string }[] };
    expect(payloads).toMatchObject([plain, plain, plain]);
    const [first] = payloads;
    expect(Buffer.from(first?.data ?? '', 'base64').toString()).toBe('{"sku":"book"}');
    const told = lines.filter(({ message }) => message === 'payloads were read');
    expect(told).toHaveLength(1);
    expect(told[0]?.data).toMatchObject({ workflowId: 'saga-1 saga-2', count: 3 });
    expect(JSON.stringify(told)).not.toMatch(/olga|book/);
    expect(String(told[0]?.data?.actor)).toMatch(/^[\w-]{16,}$/);
  });

  test('stay as they are where they may not be opened, the others of the page are read', async () => {
    const { decode } = open();
    const foreign = asJson(sealedFor('saga-1', 'other'));
    const moved = {
      ...asJson(sealedFor('saga-1')),
      metadata: asJson(sealedFor('saga-2')).metadata,
    };
    const never = asJson(order);
    const asked = [foreign, moved, never, asJson(sealedFor('saga-1'))];
    const answer = await decode(asked, { as: 'olga:operator' });
    const { payloads } = answer.json() as { payloads: unknown[] };
    expect(payloads).toEqual([foreign, moved, never, asJson(order)]);
    expect(lines.at(-1)?.data).toMatchObject({ count: 1, outcome: '2 refused' });
  });

  test('are read in their own namespace alone', async () => {
    const { decode } = open();
    const one = [asJson(sealedFor('saga-1'))];
    const own = await decode(one, { as: 'olga:operator', 'x-namespace': 'holdfast' });
    const other = await decode(one, { as: 'olga:operator', 'x-namespace': 'other' });
    expect([own.status, other.status]).toEqual([200, 404]);
  });

  test.each([
    ['nobody', {}, 401, 'TOKEN_REQUIRED'],
    ['a token that is none', { as: 'none' }, 401, 'TOKEN_INVALID'],
    ['a customer', { as: 'carol:customer' }, 403, 'ROLE_MISSING'],
    ['an admin', { as: 'adam:admin' }, 403, 'ROLE_MISSING'],
    ['a viewer', { as: 'vera:viewer' }, 403, 'ROLE_MISSING'],
    [
      'a page of another origin',
      { as: 'olga:operator', origin: 'http://evil.test' },
      403,
      'CALLER_NOT_ALLOWED',
    ],
    [
      'a page whose origin begins alike',
      { as: 'olga:operator', origin: `${ui}.evil.test` },
      403,
      'CALLER_NOT_ALLOWED',
    ],
    [
      'a page of the same host over TLS',
      { as: 'olga:operator', origin: 'https://ui.test' },
      403,
      'CALLER_NOT_ALLOWED',
    ],
    [
      'a page without an origin of its own',
      { as: 'olga:operator', origin: 'null' },
      403,
      'CALLER_NOT_ALLOWED',
    ],
  ])('are not read by %s', async (_who, how, status, code) => {
    const { decode } = open();
    const answer = await decode([asJson(sealedFor('saga-1'))], how);
    expect([answer.status, answer.json().code]).toEqual([status, code]);
    expect(answer.headers['access-control-allow-origin']).toBeUndefined();
    expect(lines.filter(({ message }) => message === 'payloads were read')).toEqual([]);
  });

  test('are offered to the pages of the Web UI by name, with their cookie', async () => {
    const { call } = open();
    const preflight = (origin: string) =>
      call({ method: 'OPTIONS', path: '/codec/decode', headers: { origin } });
    const ours = await preflight(ui);
    expect(ours.status).toBe(204);
    expect(ours.headers).toMatchObject({
      'access-control-allow-origin': ui,
      'access-control-allow-credentials': 'true',
      'access-control-allow-methods': 'POST',
      vary: expect.stringMatching(/origin/i) as string,
    });
    expect((await preflight('http://evil.test')).status).toBe(403);
    const elsewhere = await call({ path: '/openapi.json', headers: { origin: ui } });
    expect(elsewhere.headers['access-control-allow-origin']).toBeUndefined();
  });

  test('are not sealed for anybody', async () => {
    const { call } = open();
    const body = { payloads: [asJson(order)] };
    const answer = await call({ method: 'POST', path: '/codec/encode', as: 'olga:operator', body });
    expect(answer.status).toBe(404);
  });

  test('wait for the key store', async () => {
    const { decode } = open(fixedKeys([]));
    const answer = await decode([asJson(sealedFor('saga-1'))], { as: 'olga:operator' });
    expect([answer.status, answer.json().code]).toEqual([503, 'KEYS_UNAVAILABLE']);
  });
});

describe('a login for the Web UI', () => {
  /** The auth server: remembers what it was asked, and gives one token for one code. */
  function openWith(token: string | undefined) {
    lines.length = 0;
    const forms: Readonly<Record<string, string>>[] = [];
    const exchange = async (form: Readonly<Record<string, string>>) => {
      forms.push(form);
      return form.code === 'good' ? token : undefined;
    };
    const { call } = openGateway({ log, keys: fixedKeys([key]), exchange });
    const host = 'gateway.test';
    const get = (path: string, cookie?: string) =>
      call({ path, headers: { host, ...(cookie === undefined ? {} : { cookie }) } });
    const begin = async () => {
      const answer = await get('/codec/login');
      const to = new URL(String(answer.headers.location));
      return { to, cookie: cookieIn(answer.headers), state: to.searchParams.get('state') ?? '' };
    };
    const ask = (cookie: string, headers: Record<string, string> = { origin: ui }) =>
      call({
        ...{ method: 'POST', path: '/codec/decode', headers: { cookie, ...headers } },
        body: { payloads: [asJson(sealedFor('saga-1'))] },
      });
    return { forms, get, begin, ask };
  }
  const cookieIn = (headers: object) =>
    String((headers as Record<string, unknown>)['set-cookie']).split(';')[0] ?? '';

  test('goes by code and PKCE, and leaves a cookie that pages of the Web UI can read with', async () => {
    const { forms, begin, get, ask } = openWith('olga:operator');
    const { to, cookie, state } = await begin();
    expect(to.href).toMatch(
      /^https:\/\/id\.test\/realms\/holdfast\/protocol\/openid-connect\/auth\?/,
    );
    const asked = Object.fromEntries(to.searchParams);
    expect(asked).toMatchObject({
      ...{ client_id: 'holdfast-console', response_type: 'code', code_challenge_method: 'S256' },
      redirect_uri: 'https://gateway.test/codec/callback',
    });
    const back = await get(`/codec/callback?code=good&state=${state}&session_state=x`, cookie);
    expect([back.status, back.headers.location]).toEqual([302, 'http://ui.test']);
    const [form] = forms;
    const challenge = createHash('sha256')
      .update(form?.code_verifier ?? '')
      .digest('base64url');
    expect(challenge).toBe(asked.code_challenge);
    const set = String((back.headers as Record<string, unknown>)['set-cookie']);
    expect(set).toMatch(/^__Host-holdfast-codec=hf1\..*; Path=\/; Secure; HttpOnly; SameSite=None/);
    expect(set).not.toContain('olga');
    expect((await ask(cookieIn(back.headers))).status).toBe(200);
  });

  test.each([
    ['without the cookie of its beginning', (own: Begun) => ({ ...own, cookie: 'a=b' })],
    ['with the state of another one', (own: Begun) => ({ ...own, state: 'x'.repeat(43) })],
    ['with a code that the auth server refuses', (own: Begun) => ({ ...own, code: 'bad' })],
  ])('%s is not completed', async (_how, change) => {
    const { begin, get } = openWith('olga:operator');
    const { cookie, state, code } = change({ ...(await begin()), code: 'good' });
    const back = await get(`/codec/callback?code=${code}&state=${state}`, cookie);
    expect(back.status).toBe(401);
    expect(back.json().code).toBe('LOGIN_REFUSED');
    expect(back.headers).not.toHaveProperty('set-cookie');
  });

  test('of somebody who is no operator leaves no cookie', async () => {
    const { begin, get } = openWith('carol:customer');
    const { cookie, state } = await begin();
    const back = await get(`/codec/callback?code=good&state=${state}`, cookie);
    expect([back.status, back.json().code]).toEqual([403, 'ROLE_MISSING']);
    expect(back.headers).not.toHaveProperty('set-cookie');
  });

  test('counts for pages of the Web UI alone, and its cookie for nothing else', async () => {
    const { begin, get, ask } = openWith('olga:operator');
    const { cookie, state } = await begin();
    const session = cookieIn(
      (await get(`/codec/callback?code=good&state=${state}`, cookie)).headers,
    );
    expect((await ask(session, {})).status).toBe(401);
    expect((await ask(session, { origin: 'http://evil.test' })).status).toBe(403);
    expect((await ask(session.replace('hf1.', 'hf1.x'))).status).toBe(401);
    expect((await ask(cookie.replace('-login', '-codec'))).status).toBe(401);
    expect((await get('/sagas', session)).status).toBe(401);
  });
});

type Begun = { readonly cookie: string; readonly state: string; readonly code: string };
