import { openInventoryApi } from '../../../activities/inventory/api';
import { inventoryService } from '../../../activities/inventory/service';
import type { InventoryState } from '../../../activities/inventory/decider';
import { openOrdersApi } from '../../../activities/orders/api';
import { ordersService } from '../../../activities/orders/service';
import type { OrderState } from '../../../activities/orders/state';
import { openPaymentsApi } from '../../../activities/payments/api';
import { paymentsService } from '../../../activities/payments/service';
import type { PaymentsState } from '../../../activities/payments/decider';
import { loadSchemas } from '../../../platform/event-log/schema-registry';
import type { ApiParts, ServiceApi } from '../../../platform/host/hosted-service';
import { createApp } from '../../../platform/http/app';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { Fault } from '../../../platform/kernel/faults';
import { createMemoryStore } from '../../../platform/outbox/memory/store';
import { createParticipant } from '../../../platform/participant/handle';
import { silentLog } from '../../../platform/runtime/log';
import type { TokenVerifier } from '../../../platform/security/tokens';
import { ask } from '../http/in-process';

/** The token of these tests is `<subject>:<role>`; real tokens have tests of their own. */
const tokens: TokenVerifier = {
  verify: async (token) => {
    const [subject = '', role = ''] = token.split(':');
    return { subject, username: subject, roles: [role], clientId: '', tokenId: '', expiresAt: 0 };
  },
};

const options = { schemas: loadSchemas(), clock: () => new Date(), partitions: 3 };

function appOf(api: ServiceApi, peer = 'gateway') {
  const metrics = createMetrics({ defaults: false });
  const guard = { tokens, log: silentLog, registry: metrics.registry, peerOf: () => peer };
  return createApp({
    ...{ log: silentLog, metrics, health: createHealth() },
    mount: (app) => api.mount(app, guard),
  });
}

function inventoryApp(peer?: string, bend?: Partial<ApiParts<InventoryState>>) {
  const store = createMemoryStore<InventoryState>();
  const participant = createParticipant({ definition: inventoryService, store, ...options });
  return appOf(openInventoryApi({ participant, store, ...bend }), peer);
}

function paymentsApp() {
  const store = createMemoryStore<PaymentsState>();
  const participant = createParticipant({ definition: paymentsService, store, ...options });
  return { app: appOf(openPaymentsApi({ participant, store })), participant };
}

const lamp = { sku: 'lamp', name: 'Lamp', priceCents: 1_200, currency: 'EUR' };
const as = (token: string, key?: string) => ({
  authorization: `Bearer ${token}`,
  ...(key === undefined ? {} : { 'idempotency-key': key }),
});
const post = (path: string, body: unknown, headers: Record<string, string>) => ({
  ...{ method: 'POST', path, body, headers },
});

describe('the inventory API', () => {
  test('a product is added, priced, received and listed', async () => {
    const app = inventoryApp();
    const added = await ask(app, post('/products', lamp, as('a:admin', 'k1')));
    expect({ status: added.status, body: added.json() }).toMatchObject({
      status: 201,
      body: { ...lamp, available: 0 },
    });
    await ask(app, post('/products/lamp/receipts', { quantity: 5 }, as('a:admin', 'k2')));
    await ask(app, post('/products/lamp/price', { priceCents: 9 }, as('a:admin', 'k3')));
    const list = await ask(app, { path: '/products?limit=1', headers: as('c:customer') });
    expect(list.json()).toEqual({
      products: [{ ...lamp, priceCents: 9, received: 5, available: 5, reserved: 0, shipped: 0 }],
      next: 'lamp',
    });
    const rest = await ask(app, { path: '/products?after=lamp', headers: as('c:customer') });
    expect(rest.json()).toEqual({ products: [] });
  });

  test('a repeated key happens once; with another body it is refused', async () => {
    const app = inventoryApp();
    await ask(app, post('/products', lamp, as('a:admin', 'k1')));
    const receive = (quantity: number) =>
      ask(app, post('/products/lamp/receipts', { quantity }, as('a:admin', 'k2')));
    await receive(5);
    expect((await receive(5)).json()).toMatchObject({ received: 5 });
    const reused = await receive(6);
    expect([reused.status, reused.json().code]).toEqual([422, 'IDEMPOTENCY_KEY_REUSED']);
  });

  test('without its keys it asks to come back, and says nothing of what it holds', async () => {
    const away = async () => {
      throw new Fault('KEYS_UNAVAILABLE', 'the key of a stored value is not known');
    };
    const store = { readAggregate: away, listAggregates: away };
    const answer = await ask(inventoryApp('gateway', { store }), {
      ...{ path: '/products?limit=1', headers: as('c:customer') },
    });
    expect([answer.status, answer.json().code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
  });

  test.each([
    ['without a key', '/products', lamp, as('a:admin'), 400, 'IDEMPOTENCY_KEY_MISSING'],
    [
      'with a key of spaces',
      '/products',
      lamp,
      as('a:admin', 'a b'),
      400,
      'IDEMPOTENCY_KEY_INVALID',
    ],
    ['by a customer', '/products', lamp, as('c:customer', 'k'), 403, 'ROLE_MISSING'],
    [
      'with an unknown field',
      '/products',
      { ...lamp, x: 1 },
      as('a:admin', 'k'),
      400,
      'BODY_INVALID',
    ],
    [
      'of no product',
      '/products/sofa/price',
      { priceCents: 1 },
      as('a:admin', 'k'),
      404,
      'UNKNOWN_PRODUCT',
    ],
    [
      'of nothing',
      '/products/sofa/receipts',
      { quantity: 0 },
      as('a:admin', 'k'),
      400,
      'BODY_INVALID',
    ],
  ])('a write %s is answered with a problem', async (_what, path, body, headers, status, code) => {
    const answer = await ask(inventoryApp(), post(path, body, headers));
    expect([answer.status, answer.json().code]).toEqual([status, code]);
  });

  test('only the gateway and an administrator may call it', async () => {
    const answer = await ask(inventoryApp('payments'), {
      path: '/products/lamp',
      headers: as('a:admin'),
    });
    expect([answer.status, answer.json().code]).toEqual([403, 'CALLER_NOT_ALLOWED']);
  });

  test('a database that is away is a 503 that says when to try again', async () => {
    const away = () => Promise.reject(new Fault('STORE_UNAVAILABLE', 'away'));
    const store = { readAggregate: away, listAggregates: away };
    const app = inventoryApp('gateway', { store });
    const answer = await ask(app, { path: '/products/lamp', headers: as('c:customer') });
    expect([answer.status, answer.json().retryable]).toEqual([503, true]);
    expect(answer.headers['retry-after']).toBeDefined();
  });
});

describe('the payments API', () => {
  const opening = { currency: 'EUR', limitCents: 5_000 };

  test('a customer opens an account of their own, once', async () => {
    const { app } = paymentsApp();
    const first = await ask(app, post('/accounts', opening, as('c-1:customer', 'k1')));
    expect({ status: first.status, body: first.json() }).toMatchObject({
      status: 201,
      body: { customerId: 'c-1', availableCents: 0 },
    });
    const again = await ask(app, post('/accounts', opening, as('c-1:customer', 'k2')));
    expect([again.status, again.json().code]).toEqual([409, 'ACCOUNT_EXISTS']);
  });

  test('nobody but an admin opens somebody else’s account', async () => {
    const { app } = paymentsApp();
    const body = { ...opening, customerId: 'c-2' };
    const foreign = await ask(app, post('/accounts', body, as('c-1:customer', 'k1')));
    expect(foreign.status).toBe(404);
    expect((await ask(app, post('/accounts', body, as('a:admin', 'k2')))).status).toBe(201);
  });

  test('an account is seen by its owner, an admin and a viewer; for others it is not there', async () => {
    const { app } = paymentsApp();
    await ask(app, post('/accounts', opening, as('c-1:customer', 'k1')));
    const seenBy = async (token: string) =>
      (await ask(app, { path: '/accounts/c-1', headers: as(token) })).status;
    expect(
      await Promise.all(
        ['c-1:customer', 'a:admin', 'v:viewer', 'c-2:customer', 'o:operator'].map(seenBy),
      ),
    ).toEqual([200, 200, 200, 404, 403]);
  });

  test('money is deposited in the account’s currency and the card blocked and unblocked', async () => {
    const { app } = paymentsApp();
    await ask(app, post('/accounts', opening, as('c-1:customer', 'k1')));
    const deposit = (currency: string, key: string) =>
      ask(app, post('/accounts/c-1/deposits', { amountCents: 70, currency }, as('a:admin', key)));
    expect((await deposit('EUR', 'k2')).json()).toMatchObject({ availableCents: 70 });
    const foreign = await deposit('USD', 'k3');
    expect([foreign.status, foreign.json().code]).toEqual([422, 'CURRENCY_MISMATCH']);
    const card = async (blocked: boolean, key: string) =>
      (await ask(app, post('/accounts/c-1/card', { blocked }, as('a:admin', key)))).json();
    expect(await card(true, 'k4')).toMatchObject({ cardBlocked: true });
    expect(await card(false, 'k5')).toMatchObject({ cardBlocked: false });
  });

  test('a payment is seen by whoever pays, without the saga that holds it', async () => {
    const { app, participant } = paymentsApp();
    await ask(app, post('/accounts', opening, as('c-1:customer', 'k1')));
    await participant.handle({
      ...{ kind: 'forward', command: 'authorize', step: 's', sagaId: 'saga', epoch: 0, run: 'r' },
      ...{ saga: 'place-order', correlationId: 'c', owner: 'c-1' },
      input: { orderId: 'o-1', customerId: 'c-1', amountCents: 70, currency: 'EUR' },
    });
    const mine = await ask(app, { path: '/payments/o-1', headers: as('c-1:customer') });
    expect(mine.json()).toEqual({
      ...{ orderId: 'o-1', customerId: 'c-1', amountCents: 70, currency: 'EUR' },
      ...{ status: 'declined', declinedFor: 'INSUFFICIENT_FUNDS' },
    });
    const foreign = await ask(app, { path: '/payments/o-1', headers: as('c-2:customer') });
    expect(foreign.status).toBe(404);
  });
});

test('an order is seen by its customer; for others it is not there', async () => {
  const store = createMemoryStore<OrderState>();
  const participant = createParticipant({ definition: ordersService, store, ...options });
  const app = appOf(openOrdersApi({ participant, store }));
  await participant.handle({
    ...{ kind: 'forward', command: 'open', step: 's', sagaId: 'saga', epoch: 0, run: 'r' },
    ...{ saga: 'place-order', correlationId: 'c', owner: 'c-1' },
    input: {
      ...{ orderId: 'o-1', customerId: 'c-1', amountCents: 70, currency: 'EUR' },
      lines: [{ sku: 'lamp', quantity: 1 }],
    },
  });
  const seenBy = (token: string) => ask(app, { path: '/orders/o-1', headers: as(token) });
  expect((await seenBy('c-1:customer')).json()).toMatchObject({ status: 'open' });
  expect((await seenBy('v:viewer')).status).toBe(200);
  expect((await seenBy('c-2:customer')).status).toBe(404);
  const wrongMethod = await ask(app, { method: 'DELETE', path: '/orders/o-1' });
  expect(wrongMethod.status).toBe(405);
});
