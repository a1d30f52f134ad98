import { openShop } from '../../cli/chaos/shop';
import { holdfastSagas as holdfast } from '../support/holdfast-cli';
import { apiClient } from '../support/world';

const api = apiClient();
afterAll(() => api.close());

it('a type of saga that was stopped starts none, lets running ones end, and starts what waited when resumed', async () => {
  const shop = await openShop({ api, customer: 'dave', received: 100 });
  const running = await shop.placeOrder();
  const stopped = await holdfast('olga', 'stop', 'place-order', '--reason', 'a wrong price');
  expect([stopped.exitCode, stopped.out]).toEqual([0, expect.stringContaining('stopped')]);
  try {
    expect((await shop.placeOrder()).status).toBe(503);
    expect(await shop.outcomeOf(String(running.location))).toMatchObject({ state: 'completed' });
  } finally {
    await holdfast('olga', 'resume', 'place-order', '--reason', 'the price is right');
  }
  const later = await shop.placeOrder();
  expect(await shop.outcomeOf(String(later.location))).toMatchObject({ state: 'completed' });
}, 180_000);
