import { z } from 'zod';
import { createApp } from '../../../platform/http/app';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { silentLog } from '../../../platform/runtime/log';
import { defineOperations } from '../../../platform/security/operations';
import type { OperationHandlers, Operations } from '../../../platform/security/operations';
import { mountOperations } from '../../../platform/security/rbac';
import { spokenTokens } from '../../support/spoken-tokens';
import { ask } from '../http/in-process';

const account = z.strictObject({ customerId: z.string() });
const table = defineOperations({
  health: { method: 'GET', path: '/hello', summary: '', roles: 'anyone', callers: 'anyone' },
  list: {
    method: 'GET',
    path: '/products',
    summary: '',
    roles: 'authenticated',
    callers: ['gateway'],
  },
  add: {
    method: 'POST',
    path: '/products',
    summary: '',
    roles: ['admin'],
    callers: ['gateway', 'admin'],
    body: z.strictObject({ sku: z.string() }),
  },
  account: {
    method: 'GET',
    path: '/accounts/:customerId',
    summary: '',
    roles: ['customer', 'viewer'],
    callers: ['gateway'],
    owner: { in: 'params', member: 'customerId', exceptRoles: ['viewer'] },
    params: account,
  },
});

let handled: string[] = [];
const handlers: OperationHandlers<typeof table> = {
  health: () => ({ body: {} }),
  list: (call) => ({ body: { who: call.principal.subject } }),
  add: (call) => {
    handled.push(call.body.sku);
    return { status: 201, body: call.body };
  },
  account: (call) => ({ body: { id: call.params.customerId } }),
};

const metrics = createMetrics({ defaults: false });
const app = createApp({
  log: silentLog,
  metrics,
  health: createHealth(),
  mount: (express) =>
    mountOperations(express, table, handlers, {
      tokens: spokenTokens,
      log: silentLog,
      registry: metrics.registry,
      peerOf: (request) => request.get('x-test-peer'),
    }),
});

const call = (method: string, path: string, token?: string, peer = 'gateway', body?: unknown) =>
  ask(app, {
    method,
    path,
    headers: {
      'x-test-peer': peer,
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    body,
  });

beforeEach(() => {
  handled = [];
});

test('denials are counted from nothing, by the rules that an operation has', async () => {
  const lines = (await metrics.registry.metrics()).split('\n');
  expect(lines.filter((line) => line.startsWith('authz_denied_total'))).toEqual([
    'authz_denied_total{operation="list",rule="caller"} 0',
    'authz_denied_total{operation="add",rule="caller"} 0',
    'authz_denied_total{operation="add",rule="role"} 0',
    'authz_denied_total{operation="account",rule="caller"} 0',
    'authz_denied_total{operation="account",rule="role"} 0',
    'authz_denied_total{operation="account",rule="owner"} 0',
  ]);
});

describe('who may do what', () => {
  test('no token is 401 with a challenge', async () => {
    const answer = await call('GET', '/products');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toBe('Bearer realm="holdfast"');
    expect(answer.json().code).toBe('TOKEN_REQUIRED');
  });

  test('a bad token is 401 and says invalid_token', async () => {
    const answer = await call('GET', '/products', 'nonsense');
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toContain('error="invalid_token"');
    expect(await metrics.registry.metrics()).toContain('auth_rejected_total{reason="MALFORMED"} 1');
  });

  test('another scheme than Bearer is a bad token, not a missing one', async () => {
    const headers = { 'x-test-peer': 'gateway', authorization: 'Basic YTpi' };
    const answer = await ask(app, { path: '/products', headers });
    expect(answer.json().code).toBe('TOKEN_INVALID');
  });

  test('a missing role is 403 and the handler never runs', async () => {
    const answer = await call('POST', '/products', 'eve:customer', 'gateway', { sku: 'x' });
    expect(answer.status).toBe(403);
    expect(answer.json().code).toBe('ROLE_MISSING');
    expect(handled).toEqual([]);
  });

  test('the right role gets through', async () => {
    const answer = await call('POST', '/products', 'root:admin', 'gateway', { sku: 'x' });
    expect(answer.status).toBe(201);
    expect(handled).toEqual(['x']);
  });

  test('a peer that is not among the callers is 403, even with a good token', async () => {
    const answer = await call('GET', '/products', 'root:admin', 'payments');
    expect(answer.status).toBe(403);
    expect(answer.json().code).toBe('CALLER_NOT_ALLOWED');
  });

  test('the owner sees the account, a stranger sees a missing one, a viewer sees all', async () => {
    const own = await call('GET', '/accounts/ann', 'ann:customer');
    const foreign = await call('GET', '/accounts/ann', 'bob:customer');
    const viewer = await call('GET', '/accounts/ann', 'vic:viewer');
    expect([own.status, foreign.status, viewer.status]).toEqual([200, 404, 200]);
    expect(foreign.json().code).toBe('NOT_FOUND');
  });

  test('the role is asked before the input, so that a stranger learns nothing of it', async () => {
    const answer = await call('POST', '/products', 'eve:customer', 'gateway', { wrong: 1 });
    expect(answer.status).toBe(403);
  });

  test('an unknown query parameter is refused', async () => {
    const answer = await call('GET', '/products?$where=1', 'ann:customer');
    expect(answer.status).toBe(400);
    expect(answer.json()).toMatchObject({
      code: 'QUERY_INVALID',
      errors: [{ pointer: '/$where' }],
    });
  });

  test('a body where none is taken is refused', async () => {
    const answer = await call('GET', '/products', 'ann:customer', 'gateway', { a: 1 });
    expect(answer.json().code).toBe('BODY_INVALID');
  });

  test('another method on a known path is 405', async () => {
    const answer = await call('DELETE', '/products', 'root:admin');
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD, POST');
  });
});

describe('what is not declared does not start', () => {
  const start =
    (broken: Operations, given: object = { broken: () => ({}) }) =>
    () =>
      createApp({
        log: silentLog,
        metrics: createMetrics({ defaults: false }),
        health: createHealth(),
        mount: (express) =>
          mountOperations(express, broken, given as never, {
            tokens: spokenTokens,
            log: silentLog,
            registry: metrics.registry,
          }),
      });
  const whole = {
    method: 'GET',
    path: '/x',
    summary: '',
    roles: ['admin'],
    callers: ['gateway'],
  } as const;

  test.each<[string, object]>([
    ['without roles', { roles: undefined }],
    ['with an empty list of roles', { roles: [] }],
    ['without callers', { callers: undefined }],
    ['with an empty list of callers', { callers: [] }],
    ['with a path member and no schema for it', { path: '/x/:id' }],
    ['with an owner nobody parses', { owner: { in: 'body', member: 'id', exceptRoles: [] } }],
  ])('an operation %s', (_name, change) => {
    expect(start({ broken: whole })).not.toThrow();
    expect(start({ broken: { ...whole, ...change } })).toThrow(/operation broken/);
  });

  test('a second operation of the same method and path, whatever its members are called', () => {
    const one = { ...whole, path: '/x/:id', params: z.strictObject({ id: z.string() }) };
    const other = { ...whole, path: '/x/:name', params: z.strictObject({ name: z.string() }) };
    const post = { ...one, method: 'POST' } as const;
    const handlers = { one: () => ({}), other: () => ({}), post: () => ({}) };
    expect(start({ one, post }, handlers)).not.toThrow();
    expect(start({ one, other }, handlers)).toThrow(/other: GET \/x\/:member is another operation/);
  });

  test('an operation without a handler', () => {
    expect(start({ broken: whole }, {})).toThrow(/no handler/);
  });
});
