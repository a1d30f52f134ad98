import { existsSync } from 'node:fs';
import path from 'node:path';
import { readProviderLedger } from '../../activities/payments/provider/ledger';
import { openShop } from '../../cli/chaos/shop';
import { apiClient, configFor, control, world } from '../support/world';

const api = apiClient();
afterAll(async () => {
  await control('start', 'card-provider');
  await control('start', 'payments');
  await api.close();
});

/** Every effect the provider ever had for an order, in order. */
async function effectsOf(orderId: string): Promise<readonly string[]> {
  const charges = await readProviderLedger(configFor('payments'), orderId);
  return charges.flatMap(({ effects }) => effects.map(({ operation }) => operation));
}

// Each point in each of the two steps, with the provider as a server of its own: `test/contract/services-provider`.
test.each([
  ['participant.intent-committed', 'authorize'],
  ['participant.called-not-concluded', 'capture'],
])('payments killed at %s in %s charges once, and the saga completes', async (point, step) => {
  const shop = await openShop({ api, customer: 'frank' });
  const before = await shop.funds();
  await control('arm', 'payments', `${point}:payments.${step}=1`);
  const orderId = `lost-call-${point.split('.')[1]}-${step}`;
  const started = await shop.placeOrder({ orderId, quantity: 2 });
  expect(started.status).toBe(202);
  const saga = await shop.outcomeOf(String(started.location));
  expect(saga).toMatchObject({ state: 'completed' });
  const fired = `${point}_payments.${step}.fired`;
  expect(existsSync(path.join(world().crashDir, fired))).toBe(true);
  expect(await effectsOf(orderId)).toEqual(['authorize', 'capture']);
  expect(await shop.funds()).toMatchObject({
    availableCents: before.availableCents - 2 * shop.priceCents,
    heldCents: 0,
  });
});

test('a provider that is away holds the saga up, and it completes when the provider is back', async () => {
  const shop = await openShop({ api, customer: 'frank' });
  const orderId = 'provider-away';
  await control('kill', 'card-provider');
  await control('stop', 'card-provider');
  const started = await shop.placeOrder({ orderId });
  expect(started.status).toBe(202);
  await control('start', 'card-provider');
  const saga = await shop.outcomeOf(String(started.location));
  expect(saga).toMatchObject({ state: 'completed' });
  expect(await effectsOf(orderId)).toEqual(['authorize', 'capture']);
});
