import { randomUUID } from 'node:crypto';
import { metricNames } from '../../../platform/runtime/metric-names';
import { rateLimits } from '../../../platform/http/rate-limit';
import { until } from '../../../cli/up/api-client';
import { withoutKeycloak } from './auth-server';
import {
  backMs,
  comesTo,
  expectOnce,
  goesOn,
  placeMany,
  placeOne,
  whileAway,
  whileClosed,
} from './ground';
import type { Ground } from './ground';
import { withoutKeyStore } from './key-store';

/** Takes one dependency away and holds what happens against its row of the table. */
export type Drill = (ground: Ground) => Promise<void>;

const statusOf = async (ground: Ground, user: string, path: string) =>
  (await ground.as(user, path)).status;

/** The order is in the read model. */
const isListed = (ground: Ground, orderId: string) =>
  comesTo(() => statusOf(ground, 'adam', `/orders/${orderId}`), 200);

const withoutRedis: Drill = (ground) =>
  expectOnce(ground, async () => {
    const { api, shop } = ground;
    const order = { orderId: `order-${randomUUID()}`, idempotencyKey: randomUUID() };
    const first = await shop.placeOrder(order);
    await isListed(ground, order.orderId);
    const locations = [String(first.location)];
    await whileAway('redis', async () => {
      // The memory of a start is Temporal's and the journal's, never the cache's.
      const again = await shop.placeOrder(order);
      expect([again.status, again.replayed, again.location]).toEqual([202, true, first.location]);
      const isPassedBy = async () => {
        const found = await ground.as('adam', `/orders/${order.orderId}`);
        expect([found.status, found.cache]).toEqual([200, 'bypass']);
      };
      locations.push(...(await goesOn(ground, isPassedBy)));
      const statuses = new Set<number>();
      const ask = async () => {
        for (let asked = 0; asked < (1.1 * rateLimits.address) / 40; asked += 1) {
          statuses.add((await api.call('/problems/NOT_FOUND')).status);
        }
      };
      await Promise.all(Array.from({ length: 40 }, ask));
      expect([...statuses].sort()).toEqual([200, 429]);
    });
    return locations;
  });

const withoutConsul: Drill = async (ground) => {
  await placeOne(ground);
  await whileAway('consul', async () => {
    const { api } = ground;
    const sku = `sku-${randomUUID().slice(0, 8)}`;
    const body = { sku, name: 'Chair', priceCents: 100, currency: 'EUR' };
    const token = await api.token('adam');
    const added = await api.call('/products', { token, idempotencyKey: randomUUID(), body });
    expect(added.status).toBe(201);
    const isKnown = async () => {
      expect(await statusOf(ground, 'adam', `/products/${sku}`)).toBe(200);
    };
    await expectOnce(ground, () => goesOn(ground, isKnown));
  });
};

const withoutProjector: Drill = async (ground) => {
  const orderId = `order-${randomUUID()}`;
  await whileAway('projector', async () => {
    await expectOnce(ground, async () => {
      const { location } = await ground.shop.placeOrder({ orderId });
      return [String(location)];
    });
    expect(await statusOf(ground, 'adam', `/orders/${orderId}`)).toBe(404);
    const letters = await ground.as('olga', '/dead-letters');
    expect([letters.status, letters.body.code]).toEqual([503, 'SERVICE_UNAVAILABLE']);
  });
  await isListed(ground, orderId);
};

/** How long the brokers are away: in the drill of a whole evening longer than in every run of all tests. */
const logAwayMs = process.env.HOLDFAST_TEST_AWAY === 'all' ? 60_000 : 5_000;

const withoutKafka: Drill = (ground) =>
  expectOnce(ground, async () => {
    const orderId = `order-${randomUUID()}`;
    const locations: string[] = [];
    await whileAway('kafka', async () => {
      const awayUntil = performance.now() + logAwayMs;
      locations.push(String((await ground.shop.placeOrder({ orderId })).location));
      while (performance.now() < awayUntil) locations.push(await placeOne(ground));
      expect(await ground.metric('orders', metricNames.outboxPending)).toBeGreaterThan(0);
      expect(await statusOf(ground, 'adam', `/orders/${orderId}`)).toBe(404);
    });
    await isListed(ground, orderId);
    await comesTo(() => ground.metric('orders', metricNames.outboxPending), 0);
    return locations;
  });

const withoutTemporal: Drill = (ground) =>
  expectOnce(ground, async () => {
    const { api, shop } = ground;
    const done = `order-${randomUUID()}`;
    const finished = String((await shop.placeOrder({ orderId: done })).location);
    await shop.outcomeOf(finished);
    await isListed(ground, done);
    const running = await placeMany(ground, 3);
    const order = { orderId: `order-${randomUUID()}`, idempotencyKey: randomUUID() };
    await whileAway('temporal', async () => {
      const refused = await shop.placeOrder(order);
      expect([refused.status, refused.retryAfter]).toEqual([503, expect.stringMatching(/^\d+$/)]);
      expect(await statusOf(ground, 'adam', `/orders/${done}`)).toBe(200);
      expect((await ground.as('frank', finished)).body.state).toBe('completed');
      const cancel = await api.call(`${String(running[0])}/cancel`, {
        ...{ token: await api.token('frank'), idempotencyKey: randomUUID() },
        body: { reason: 'a drill' },
      });
      expect(cancel.status).toBe(503);
    });
    // Nothing of the refused start was kept: it is a first start still, under the same key.
    const started = await until('a start', backMs, async () => {
      const answer = await shop.placeOrder(order);
      return answer.status === 503 ? undefined : answer;
    });
    expect([started.status, started.replayed]).toEqual([202, false]);
    return [finished, ...running, String(started.location)];
  });

/** A service's database, how it is taken away, and what its API answers meanwhile. */
const databases = [
  { service: 'orders', away: (work: () => Promise<void>) => whileAway('mongodb', work) },
  { service: 'inventory', away: (work: () => Promise<void>) => whileAway('dynamodb', work) },
  { service: 'payments', away: (work: () => Promise<void>) => whileClosed('payments', work) },
] as const;

const withoutDatabases: Drill = async (ground) => {
  const { sku, customerId } = ground.shop;
  const paths = {
    orders: '/orders/none',
    inventory: `/products/${sku}`,
    payments: `/accounts/${customerId}`,
  };
  const answers = (service: keyof typeof paths) => () => ground.ofService(service, paths[service]);
  for (const { service, away } of databases) {
    await expectOnce(ground, async () => {
      const locations = await placeMany(ground, 4);
      await away(async () => {
        await comesTo(answers(service), '503 SERVICE_UNAVAILABLE');
        const { status, location } = await ground.shop.placeOrder();
        // A start asks inventory whether there is such a product; whom it does not ask may be away.
        expect(status).toBe(service === 'inventory' ? 503 : 202);
        if (status === 202) locations.push(String(location));
        for (const other of databases.filter((one) => one.service !== service)) {
          expect(await answers(other.service)()).toMatch(/^(200|404 NOT_FOUND)$/);
        }
      });
      await comesTo(async () => /^(200|404)/.test(await answers(service)()), true);
      return locations;
    });
  }
};

const withoutCardProvider: Drill = (ground) =>
  expectOnce(ground, async () => {
    let location = '';
    await whileAway('card-provider', async () => {
      const before = await ground.metric('payments', `${metricNames.messageDuration}_count`);
      [location = ''] = await placeMany(ground, 1);
      await until('payments to be asked', backMs, async () => {
        const now = await ground.metric('payments', `${metricNames.messageDuration}_count`);
        return now > before ? true : undefined;
      });
      expect((await ground.as('frank', location)).body.state).toBe('running');
      expect(await ground.ofService('inventory', `/products/${ground.shop.sku}`)).toBe('200');
    });
    return [location];
  });

const withoutJournal: Drill = (ground) =>
  expectOnce(ground, async () => {
    const done = `order-${randomUUID()}`;
    const finished = String((await ground.shop.placeOrder({ orderId: done })).location);
    await ground.shop.outcomeOf(finished);
    await isListed(ground, done);
    let waiting = '';
    await whileClosed('sagas', async () => {
      [waiting = ''] = await placeMany(ground, 1);
      expect(await statusOf(ground, 'adam', `/orders/${done}`)).toBe(200);
      expect((await ground.shop.stock()).reserved).toBe(0);
      expect((await ground.as('frank', waiting)).body.state).toBe('running');
    });
    return [finished, waiting];
  });

const withoutReadModels: Drill = (ground) =>
  expectOnce(ground, async () => {
    const locations: string[] = [];
    await whileClosed('readmodels', async () => {
      locations.push(await placeOne(ground));
      for (const path of ['/sagas', '/orders']) {
        const { status, body, retryAfter } = await ground.as('adam', path);
        expect([status, body.code]).toEqual([503, 'READ_MODEL_UNAVAILABLE']);
        expect(retryAfter).toMatch(/^\d+$/);
      }
    });
    await comesTo(() => statusOf(ground, 'adam', '/orders'), 200);
    return locations;
  });

const unnoticed =
  (name: string): Drill =>
  (ground) =>
    whileAway(name, () => expectOnce(ground, () => goesOn(ground)));

/** A drill for each row of "When a dependency is away" in ARCHITECTURE.md, by what the row calls it. */
export const drills: Readonly<Record<string, Drill>> = {
  Keycloak: withoutKeycloak,
  Redis: withoutRedis,
  Consul: withoutConsul,
  'the projector': withoutProjector,
  Kafka: withoutKafka,
  Temporal: withoutTemporal,
  "a service's database": withoutDatabases,
  'the card provider': withoutCardProvider,
  'sagas (journal)': withoutJournal,
  readmodels: withoutReadModels,
  'the auditor': unnoticed('auditor'),
  'the key store': withoutKeyStore,
  Prometheus: unnoticed('prometheus'),
};
