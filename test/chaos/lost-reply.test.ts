import { existsSync } from 'node:fs';
import path from 'node:path';
import { until } from '../../cli/up/api-client';
import { openShop } from '../../cli/chaos/shop';
import { apiClient, control, world } from '../support/world';

const api = apiClient();
afterAll(async () => {
  await control('start', 'payments');
  await api.close();
});

it('payments killed between commit and reply charges once, and the saga completes', async () => {
  const shop = await openShop({ api, customer: 'frank' });
  const before = await shop.funds();
  await control('arm', 'payments', 'participant.committed-not-answered:payments.capture=1');
  const orderId = 'lost-reply-1';
  const started = await shop.placeOrder({ orderId, quantity: 2 });
  expect(started.status).toBe(202);
  const saga = await shop.outcomeOf(String(started.location));
  expect(saga).toMatchObject({ state: 'completed' });
  const fired = 'participant.committed-not-answered_payments.capture.fired';
  expect(existsSync(path.join(world().crashDir, fired))).toBe(true);
  expect(await shop.funds()).toMatchObject({
    availableCents: before.availableCents - 2 * shop.priceCents,
    heldCents: 0,
  });
  const admin = { token: await api.token('adam') };
  const payment = await api.call(`/payments/${orderId}`, admin);
  expect(payment.body).toMatchObject({ status: 'captured' });
  await until('the order in the read model', 30_000, async () => {
    const order = await api.call(`/orders/${orderId}`, admin);
    return order.body.status === 'confirmed' ? order : undefined;
  });
});
