import { until } from '../../cli/up/api-client';
import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { apiClient, control } from '../support/world';

const api = apiClient();
let shop: Shop;

beforeAll(async () => {
  shop = await openShop({ api, customer: 'frank', received: 10_000 });
});
afterAll(async () => {
  await control('start', 'kafka');
  await api.close();
});

async function placeMany(count: number): Promise<string[]> {
  const answers = await Promise.all(Array.from({ length: count }, () => shop.placeOrder()));
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(count).fill(202));
  return answers.map(({ location }) => String(location));
}

/** What the customer lost and the shelf shipped must be exactly the orders that completed. */
async function expectOnce(work: () => Promise<string[]>): Promise<void> {
  const [stock, funds] = [await shop.stock(), await shop.funds()];
  const locations = await work();
  for (const location of locations) {
    expect(await shop.outcomeOf(location)).toMatchObject({ state: 'completed' });
  }
  const count = locations.length;
  expect(await shop.stock()).toMatchObject({
    shipped: stock.shipped + count,
    available: stock.available - count,
    reserved: 0,
  });
  expect(await shop.funds()).toMatchObject({
    availableCents: funds.availableCents - count * shop.priceCents,
    heldCents: 0,
  });
}

describe('a server that goes away and comes back', () => {
  it('Kafka stopped for 30 s delays events, not sagas; the read model catches up', async () => {
    await expectOnce(async () => {
      await control('stop', 'kafka');
      const awayUntil = performance.now() + 30_000;
      const locations: string[] = [];
      while (performance.now() < awayUntil) {
        const [location = ''] = await placeMany(1);
        expect(await shop.outcomeOf(location)).toMatchObject({ state: 'completed' });
        locations.push(location);
      }
      await control('start', 'kafka');
      const token = await api.token('olga');
      await until('the read model to catch up', 60_000, async () => {
        const last = await api.call('/sagas?limit=100', { token });
        const ids = JSON.stringify(last.body);
        return locations.slice(0, 50).every((at) => ids.includes(idOf(at))) ? last : undefined;
      });
      return locations;
    });
  }, 180_000);

  it.each(['postgres', 'mongodb', 'dynamodb', 'temporal'])(
    '%s restarted in the middle of sagas: all end, nothing twice',
    async (server) => {
      await expectOnce(async () => {
        const locations = await placeMany(6);
        await control('stop', server);
        await control('start', server);
        return locations;
      });
    },
    180_000,
  );
});

function idOf(location: string): string {
  return decodeURIComponent(location.split('/').at(-1) ?? '');
}
