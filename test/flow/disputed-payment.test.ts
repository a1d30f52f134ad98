import { randomUUID } from 'node:crypto';
import { openShop } from '../../cli/chaos/shop';
import { disputePayment, returnsOf } from '../support/disputes';
import { holdfastDeadLetters } from '../support/holdfast-cli';
import { apiClient } from '../support/world';

const api = apiClient();
afterAll(() => api.close());

it('a disputed payment starts one return, which gives the money back', async () => {
  const shop = await openShop({ api, customer: 'carol' });
  const [stock, funds] = [await shop.stock(), await shop.funds()];
  const orderId = `disputed-${randomUUID().slice(0, 8)}`;
  const placed = await shop.placeOrder({ orderId, quantity: 2 });
  expect(await shop.outcomeOf(String(placed.location))).toMatchObject({ state: 'completed' });

  expect(await disputePayment(api, orderId)).toMatchObject({ status: 201 });
  // The provider may tell it again; another dispute of the same charge is a mistake.
  expect(await disputePayment(api, orderId)).toMatchObject({ status: 201 });
  expect(await disputePayment(api, orderId, 'dispute-2')).toMatchObject({ status: 409 });

  expect(await returnsOf(api, orderId)).toHaveLength(1);
  const letters = await holdfastDeadLetters('olga', 'list', '--letters', '--reactions', '--json');
  expect(JSON.parse(letters.out)).toEqual({ letters: [] });
  const foreign = await holdfastDeadLetters('alice', 'list', '--reactions');
  expect(foreign.err).toContain('ROLE_MISSING');
  const after = await shop.stock();
  expect([after.available, after.shipped]).toEqual([stock.available, stock.shipped]);
  expect((await shop.funds()).availableCents).toBe(funds.availableCents);
}, 240_000);
