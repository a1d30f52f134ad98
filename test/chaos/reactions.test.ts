import { existsSync } from 'node:fs';
import path from 'node:path';
import { openShop } from '../../cli/chaos/shop';
import { disputePayment, returnsOf } from '../support/disputes';
import { apiClient, control, world } from '../support/world';

const api = apiClient();
afterAll(async () => {
  await control('start', 'orchestrator');
  await api.close();
});

const points = [
  'projector.applied-not-resolved:on-return-disputed',
  'reactor.noted-not-started',
  'reactor.started-not-settled',
];

it('killed at each point of a reaction, the orchestrator starts one return for each dispute', async () => {
  const shop = await openShop({ api, customer: 'frank' });
  const funds = await shop.funds();
  const orders = points.map((_, index) => `reaction-${index}`);
  for (const orderId of orders) {
    const placed = await shop.placeOrder({ orderId, quantity: 1 });
    expect(await shop.outcomeOf(String(placed.location))).toMatchObject({ state: 'completed' });
  }
  await control('arm', 'orchestrator', points.map((point) => `${point}=1`).join(','));
  for (const orderId of orders) {
    expect(await disputePayment(api, orderId)).toMatchObject({ status: 201 });
  }
  for (const orderId of orders) expect(await returnsOf(api, orderId)).toHaveLength(1);
  for (const point of points) {
    const fired = `${point.replace(':', '_')}.fired`;
    expect(existsSync(path.join(world().crashDir, fired))).toBe(true);
  }
  expect((await shop.funds()).availableCents).toBe(funds.availableCents);
}, 300_000);
