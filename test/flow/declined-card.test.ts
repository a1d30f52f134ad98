import { openShop } from '../../cli/chaos/shop';
import { apiClient } from '../support/world';

const api = apiClient();
afterAll(() => api.close());

it('a declined card releases the stock it held and leaves the money alone', async () => {
  const shop = await openShop({ api, customer: 'bob', cardBlocked: true });
  const [stock, funds] = [await shop.stock(), await shop.funds()];
  const started = await shop.placeOrder({ quantity: 2 });
  const saga = await shop.outcomeOf(String(started.location));
  expect(saga).toMatchObject({ state: 'compensated', reason: 'CARD_DECLINED' });
  expect([await shop.stock(), await shop.funds()]).toEqual([stock, funds]);
});
