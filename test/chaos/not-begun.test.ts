import { until } from '../../cli/up/api-client';
import { openShop } from '../../cli/chaos/shop';
import { apiClient, control } from '../support/world';

const api = apiClient();
afterAll(async () => {
  await control('start', 'payments');
  await api.close();
});

// Temporal's server itself writes the end of such an activity, in plaintext: the one thing that it says unsealed.
it('an order refused while payments is away gives up the step that nobody had begun, and goes back', async () => {
  const shop = await openShop({ api, customer: 'frank', received: 1 });
  const before = [await shop.funds(), await shop.stock()];
  await control('stop', 'payments');
  const started = await shop.placeOrder({ quantity: 2 });
  const location = String(started.location);
  await until('the order to turn back', 60_000, async () => {
    const { body } = await api.call(location, { token: await shop.customerToken() });
    return body.reason;
  });
  await control('start', 'payments');
  expect(await shop.outcomeOf(location)).toMatchObject({ state: 'compensated' });
  expect([await shop.funds(), await shop.stock()]).toEqual(before);
});
