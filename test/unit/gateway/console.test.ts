import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import express from 'express';
import { consoleHeader } from '../../../gateway/console/session';
import { consolePages } from '../../../gateway/console/pages';
import type { AuthForm } from '../../../gateway/login/auth-server';
import { ask } from '../http/in-process';
import { openGateway } from './world';

const host = 'gateway.test';
const own = { host, [consoleHeader]: '1' };

type Headers = Readonly<Record<string, string>>;
const cookiesIn = (headers: Headers): string =>
  (headers['set-cookie'] ?? '')
    .split('\n')
    .map((cookie) => cookie.split(';')[0] ?? '')
    .join('; ');

/** An auth server that knows one person, who has logged in with the code `good`. */
function openWith(token: string, refreshSeconds = 1_800) {
  let isEnded = false;
  const forms: AuthForm[] = [];
  const exchange = async (form: AuthForm) => {
    forms.push(form);
    const isGood = form.code === 'good' || form.refresh_token === `renews-${token}`;
    return isGood && !isEnded ? token : undefined;
  };
  const { call, world } = openGateway({ exchange, refreshSeconds });
  const get = (to: string, cookie = '', headers: Record<string, string> = own) =>
    call({ path: to, headers: { ...headers, cookie } });
  const post = (to: string, cookie = '', headers: Record<string, string> = own) =>
    call({ method: 'POST', path: to, headers: { ...headers, cookie } });
  async function logIn(to = '/console/sagas?state=parked') {
    const begun = await get(`/console/login?to=${encodeURIComponent(to)}`);
    const asked = new URL(String(begun.headers.location)).searchParams;
    const state = asked.get('state') ?? '';
    const back = await get(
      `/console/callback?code=good&state=${state}&session_state=x`,
      cookiesIn(begun.headers),
    );
    return { asked, back, cookie: cookiesIn(back.headers) };
  }
  const endThere = (): void => void (isEnded = true);
  return { forms, get, post, logIn, endThere, left: world.left };
}

describe('a login to the console', () => {
  test('goes by code and PKCE, and back to the page that was asked for', async () => {
    const { forms, logIn, get } = openWith('vera:viewer');
    const { asked, back, cookie } = await logIn();
    expect(Object.fromEntries(asked)).toMatchObject({
      ...{ client_id: 'holdfast-console', code_challenge_method: 'S256' },
      redirect_uri: 'https://gateway.test/console/callback',
    });
    expect([back.status, back.headers.location]).toEqual([302, '/console/sagas?state=parked']);
    expect(forms).toMatchObject([{ grant_type: 'authorization_code', code: 'good' }]);
    const set = back.headers['set-cookie'] ?? '';
    expect(set).toMatch(/^__Host-holdfast-console=hf1\..*; Secure; HttpOnly; SameSite=Strict/);
    expect(set).toMatch(/__Host-holdfast-console-renewal=hf1\..*Max-Age=1800/);
    expect(set).toMatch(/__Host-holdfast-console-login=; .*Max-Age=0/);
    expect(set).not.toContain('vera');
    const session = await get('/console/session', cookie);
    expect(session.json()).toMatchObject({
      ...{ name: 'vera', roles: ['viewer'], expiresAt: '2096-10-02T07:06:40.000Z' },
      links: { temporal: 'http://ui.test' },
    });
    expect((await get('/sagas', cookie)).status).toBe(200);
  });

  test.each([
    ['https://evil.test/console'],
    ['//evil.test'],
    ['/console.evil.test'],
    ['/console/\r\nset-cookie: a=b'],
    ['/sagas'],
    ['javascript:alert(1)'],
  ])('never leads to %j afterwards', async (to) => {
    const { logIn } = openWith('vera:viewer');
    expect((await logIn(to)).back.headers.location).toBe('/console');
  });

  test('is not ended with the state of another one', async () => {
    const { get } = openWith('vera:viewer');
    const begun = await get('/console/login');
    const cookie = cookiesIn(begun.headers);
    const back = await get(`/console/callback?code=good&state=${'x'.repeat(43)}`, cookie);
    expect([back.status, back.json().code]).toEqual([401, 'LOGIN_REFUSED']);
    expect(back.headers).not.toHaveProperty('set-cookie');
  });

  test('is over when it was not ended in five minutes', async () => {
    const { get } = openWith('vera:viewer');
    const begun = await get('/console/login');
    const state = new URL(String(begun.headers.location)).searchParams.get('state') ?? '';
    const end = () => get(`/console/callback?code=good&state=${state}`, cookiesIn(begun.headers));
    const now = Date.now();
    const clock = jest.spyOn(Date, 'now').mockReturnValue(now + 301_000);
    const late = await end();
    clock.mockRestore();
    expect([late.status, late.json().code]).toEqual([401, 'LOGIN_REFUSED']);
    expect((await end()).status).toBe(302);
  });

  test('for the Web UI of Temporal is none to the console, nor the other way round', async () => {
    const { get } = openWith('olga:operator');
    const begun = await get('/console/login');
    const state = new URL(String(begun.headers.location)).searchParams.get('state') ?? '';
    const moved = cookiesIn(begun.headers).replace('-console-login', '-login');
    const back = await get(`/codec/callback?code=good&state=${state}`, moved);
    expect(back.status).toBe(401);
  });
});

describe('the cookie of a session', () => {
  test.each([
    ['a request that says no word of the console', { host }],
    ['a page of another site', { ...own, 'sec-fetch-site': 'cross-site' }],
    ['a page of a sibling of this host', { ...own, 'sec-fetch-site': 'same-site' }],
    ['a page of another origin', { ...own, origin: 'https://evil.test' }],
    ['a page of this host without TLS', { ...own, origin: 'http://gateway.test' }],
  ])('counts for nothing in %s', async (_who, headers) => {
    const { logIn, get, post } = openWith('olga:operator');
    const { cookie } = await logIn();
    expect((await get('/sagas', cookie, headers)).status).toBe(401);
    expect((await post('/console/renew', cookie, headers)).status).toBe(401);
    expect((await post('/console/logout', cookie, headers)).status).toBe(401);
    const ours = { ...own, 'sec-fetch-site': 'same-origin', origin: 'https://gateway.test' };
    expect((await get('/sagas', cookie, ours)).status).toBe(200);
  });

  test('is refused once a letter of it was changed, and where it was one of another kind', async () => {
    const { logIn, get } = openWith('olga:operator');
    const { cookie } = await logIn();
    expect((await get('/sagas', cookie.replace('hf1.', 'hf1.x'))).status).toBe(401);
    const renewal = /-renewal=([^;]*)/.exec(cookie)?.[1] ?? '';
    expect((await get('/sagas', `__Host-holdfast-console=${renewal}`)).status).toBe(401);
  });

  test('gives way to a token that a request has of its own', async () => {
    const { logIn, get } = openWith('olga:operator');
    const { cookie } = await logIn();
    const headers = { ...own, authorization: 'Bearer carl:customer' };
    expect((await get('/console/session', cookie, headers)).json().name).toBe('carl');
  });
});

describe('a session', () => {
  test('goes on with what renews it', async () => {
    const { logIn, post, get, forms } = openWith('olga:operator');
    const { cookie } = await logIn();
    const renewed = await post('/console/renew', cookie);
    expect([renewed.status, renewed.json().name]).toEqual([200, 'olga']);
    expect(forms.at(-1)).toMatchObject({
      ...{ grant_type: 'refresh_token', refresh_token: 'renews-olga:operator' },
    });
    expect((await get('/sagas', cookiesIn(renewed.headers))).status).toBe(200);
  });

  test('that the auth server has ended is not renewed', async () => {
    const { logIn, post, endThere, forms } = openWith('olga:operator');
    const { cookie } = await logIn();
    endThere();
    const renewed = await post('/console/renew', cookie);
    expect([renewed.status, renewed.json().code]).toEqual([401, 'LOGIN_REFUSED']);
    expect(forms.at(-1)).toMatchObject({ grant_type: 'refresh_token' });
    expect(renewed.headers).not.toHaveProperty('set-cookie');
  });

  test('has an end: here, and at the auth server', async () => {
    const { logIn, post, left } = openWith('olga:operator');
    const { cookie } = await logIn();
    const out = await post('/console/logout', cookie);
    expect(out.status).toBe(204);
    expect(left).toEqual([
      { client_id: 'holdfast-console', refresh_token: 'renews-olga:operator' },
    ]);
    expect(cookiesIn(out.headers)).toBe(
      '__Host-holdfast-console=; __Host-holdfast-console-renewal=',
    );
  });
});

describe('the pages', () => {
  const folders: string[] = [];
  afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

  function serve() {
    const folder = mkdtempSync(path.join(os.tmpdir(), 'holdfast-pages-'));
    folders.push(folder);
    mkdirSync(path.join(folder, 'assets'));
    writeFileSync(path.join(folder, 'index.html'), '<!doctype html><title>Holdfast</title>');
    writeFileSync(path.join(folder, 'assets', 'page-1a2b.js'), 'export {};');
    writeFileSync(path.join(folder, 'secret.txt'), 'not to be served');
    const app = express();
    app.use('/console', consolePages(folder));
    app.use((_request, response) => void response.status(404).send('none of ours'));
    return (to: string, method = 'GET') => ask(app, { path: to, method, headers: {} });
  }

  test('are one shell for every address, under a policy without exceptions', async () => {
    const get = serve();
    for (const to of ['/console', '/console/', '/console/sagas/place-order:1?x=y']) {
      const answer = await get(to);
      expect([answer.status, answer.headers['cache-control']]).toEqual([200, 'no-cache']);
      const policy = String(answer.headers['content-security-policy']);
      expect(policy).toMatch(/default-src 'none'; script-src 'self'; style-src 'self'/);
      expect(policy).not.toMatch(/unsafe|\*|https?:/);
    }
  });

  test('have files that never change, and no others', async () => {
    const get = serve();
    const script = await get('/console/assets/page-1a2b.js');
    expect([script.status, script.headers['cache-control']]).toEqual([
      200,
      'public, max-age=31536000, immutable',
    ]);
    for (const to of ['/console/assets/none.js', '/console/assets/../secret.txt']) {
      expect((await get(to)).status).toBe(404);
    }
    expect((await get('/console/assets/%2e%2e/secret.txt')).status).toBe(404);
    expect((await get('/console/sagas', 'POST')).status).toBe(404);
  });

  test('leave the operations below them alone', async () => {
    const get = serve();
    for (const to of ['login', 'callback', 'session', 'renew', 'logout'])
      expect((await get(`/console/${to}`)).status).toBe(404);
  });
});
