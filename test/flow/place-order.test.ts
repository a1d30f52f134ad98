import { once } from 'node:events';
import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { connectRedis, redisPrefix } from '../../platform/cache/redis';
import { silentLog } from '../../platform/runtime/log';
import { cacheKeyOf } from '../../projections/cached';
import { orderStatus } from '../../projections/order-status';
import { apiClient, configFor } from '../support/world';
import { until } from '../../cli/up/api-client';
import type { ApiAnswer } from '../../cli/up/api-client';

const api = apiClient();
let shop: Shop;

beforeAll(async () => {
  shop = await openShop({ api, customer: 'alice', received: 50 });
});
afterAll(() => api.close());

/** What the projector told the cache of an order, and what the cache has of it. */
async function knownOf(orderId: string) {
  const config = configFor('admin');
  const redis = connectRedis(config, silentLog);
  await once(redis, 'ready');
  const key = `${redisPrefix(config.HOLDFAST_INSTANCE)}${cacheKeyOf(orderStatus, orderId)}`;
  const known = await redis.hmget(key, 'floor', 'version');
  redis.disconnect();
  return known;
}

describe('placing an order over HTTP', () => {
  it('answers 202 with a place to look, and the order crosses the three services', async () => {
    const [stock, funds] = [await shop.stock(), await shop.funds()];
    const started = await shop.placeOrder({ orderId: 'flow-completed-1', quantity: 3 });
    expect(started.status).toBe(202);
    expect(started.location).toMatch(/^\/sagas\/place-order/);
    const saga = await shop.outcomeOf(String(started.location));
    expect(saga).toMatchObject({ state: 'completed', saga: 'place-order' });
    expect(await shop.stock()).toMatchObject({
      available: stock.available - 3,
      reserved: 0,
      shipped: stock.shipped + 3,
    });
    expect(await shop.funds()).toMatchObject({
      availableCents: funds.availableCents - 3 * shop.priceCents,
      heldCents: 0,
    });
  });

  it('shows the order in the read model, the second time from the cache', async () => {
    const token = await shop.customerToken();
    const order = await until('the confirmed order', 20_000, async () => {
      const answer = await api.call('/orders/flow-completed-1', { token });
      return answer.body.status === 'confirmed' ? answer : undefined;
    });
    expect(order.body).toMatchObject({ orderId: 'flow-completed-1', customerId: shop.customerId });
    const again = await api.call('/orders/flow-completed-1', { token });
    expect(again.cache).toBe('hit');
    const list = await api.call('/orders', { token });
    expect(JSON.stringify(list.body)).toContain('flow-completed-1');
  });

  it('gives stock and money back when the stock does not suffice', async () => {
    const [stock, funds] = [await shop.stock(), await shop.funds()];
    const started = await shop.placeOrder({ quantity: 60 });
    const saga = await shop.outcomeOf(String(started.location));
    expect(saga).toMatchObject({ state: 'compensated', reason: 'OUT_OF_STOCK' });
    expect([await shop.stock(), await shop.funds()]).toEqual([stock, funds]);
  });

  it('refuses a caller without a token with 401 and a viewer with 403', async () => {
    const nobody = await api.call('/sagas/place-order', { body: {}, idempotencyKey: 'nobody' });
    expect(nobody.status).toBe(401);
    const viewer = await shop.placeOrder({ token: await api.token('vera') });
    expect(viewer.status).toBe(403);
    expect(viewer.body.code).toEqual(expect.any(String));
  });

  it("hides a foreign customer's saga and order behind 404", async () => {
    const started = await shop.placeOrder();
    const foreign = { token: await api.token('bob') };
    const hidden = await api.call(String(started.location), foreign);
    const missing = await api.call('/sagas/place-order%3Anone', foreign);
    expect([hidden.status, missing.status]).toEqual([404, 404]);
    expect(hidden.body.code).toBe(missing.body.code);
    expect((await api.call('/orders/flow-completed-1', foreign)).status).toBe(404);
    await shop.outcomeOf(String(started.location));
  });
});

describe('the idempotency key', () => {
  it('gives the first answer again, and starts nothing', async () => {
    const order = { orderId: 'flow-idem-1', idempotencyKey: 'flow-idem-key' };
    const first = await shop.placeOrder(order);
    const again = await shop.placeOrder(order);
    expect([first.status, again.status]).toEqual([202, 202]);
    expect([first.replayed, again.replayed]).toEqual([false, true]);
    expect(again.location).toBe(first.location);
    await shop.outcomeOf(String(first.location));
    const later = await shop.placeOrder(order);
    expect([later.status, later.replayed]).toEqual([202, true]);
  });

  it('is refused with another body', async () => {
    const answer = await shop.placeOrder({ orderId: 'other', idempotencyKey: 'flow-idem-key' });
    expect(answer).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
  });

  it('starts one saga for a hundred parallel requests, and Redis may forget everything meanwhile', async () => {
    const [stock, funds] = [await shop.stock(), await shop.funds()];
    const token = await shop.customerToken();
    const order = { orderId: 'flow-parallel', idempotencyKey: 'flow-parallel-key', token };
    const redis = connectRedis(configFor('admin'), silentLog);
    await once(redis, 'ready');
    const answers: ApiAnswer[] = [];
    const forgotten: string[] = [];
    // A cache's client gives up after a quarter of a second, which a hundred requests in this process may take.
    const forget = () =>
      until('Redis to forget', 10_000, () => redis.flushall().catch(() => undefined));
    const place = async (): Promise<void> => {
      const answered = answers.push(await shop.placeOrder(order));
      if (answered % 25 === 0) forgotten.push(await forget());
    };
    await Promise.all(Array.from({ length: 100 }, place));
    redis.disconnect();
    expect(forgotten).toEqual(['OK', 'OK', 'OK', 'OK']);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    expect(new Set(answers.map(({ location }) => location)).size).toBe(1);
    expect(answers.filter(({ replayed }) => !replayed)).toHaveLength(1);
    await shop.outcomeOf(String(answers[0]?.location));
    expect((await shop.stock()).available).toBe(stock.available - 1);
    expect((await shop.funds()).availableCents).toBe(funds.availableCents - shop.priceCents);
  });

  it('takes one key of two people for two sagas, and shows neither the other one’s', async () => {
    const other = await openShop({ api, customer: 'bob', received: 5 });
    const same = { idempotencyKey: 'flow-shared-key', quantity: 1 };
    const [mine, theirs] = await Promise.all([
      shop.placeOrder({ ...same, orderId: 'flow-shared-1' }),
      other.placeOrder({ ...same, orderId: 'flow-shared-2' }),
    ]);
    expect([mine, theirs]).toMatchObject([
      { status: 202, replayed: false },
      { status: 202, replayed: false },
    ]);
    const look = async (who: Shop, at: unknown) =>
      (await api.call(String(at), { token: await who.customerToken() })).status;
    expect(await look(shop, theirs.location)).toBe(404);
    expect(await look(other, mine.location)).toBe(404);
    expect([await look(shop, mine.location), await look(other, theirs.location)]).toEqual([
      200, 200,
    ]);
    await Promise.all([mine, theirs].map(({ location }) => shop.outcomeOf(String(location))));
  });
});

describe('returning an order', () => {
  it('refunds the money and puts the pieces back on the shelf', async () => {
    const [stock, funds] = [await shop.stock(), await shop.funds()];
    const bought = await shop.placeOrder({ orderId: 'flow-return-1', quantity: 2 });
    await shop.outcomeOf(String(bought.location));
    const started = await api.call('/sagas/return-order', {
      token: await shop.customerToken(),
      idempotencyKey: 'flow-return-key',
      body: { orderId: 'flow-return-1' },
    });
    const saga = await shop.outcomeOf(String(started.location));
    expect(saga).toMatchObject({ state: 'completed', saga: 'return-order' });
    await until('the order to be shown as returned', 20_000, async () => {
      const token = await shop.customerToken();
      const order = await api.call('/orders/flow-return-1', { token });
      return order.body.status === 'returned' ? order : undefined;
    });
    const [floor, version] = await knownOf('flow-return-1');
    expect(floor).toMatch(/^\d{15}:\d{12}$/);
    expect(String(version) >= String(floor)).toBe(true);
    const { availableCents, heldCents } = funds;
    expect(await shop.funds()).toMatchObject({ availableCents, heldCents });
    expect(await shop.stock()).toEqual(stock);
  });
});
