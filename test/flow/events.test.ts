import { openShop, workflowIdAt } from '../../cli/chaos/shop';
import { runHoldfast } from '../support/holdfast-cli';
import { apiClient, environmentFor } from '../support/world';

const api = apiClient();
afterAll(() => api.close());

async function events(...words: string[]) {
  const { exitCode, out, err } = await runHoldfast(
    ['events', ...words, '--json'],
    environmentFor('auditor'),
  );
  const lines = out.split('\n').filter((line) => line !== '');
  const found = lines.map((line) => JSON.parse(line) as { type: string; aggregateId: string });
  return { exitCode, err, types: found.map(({ type }) => type), found };
}

it('the log has the events of an order, and of its saga in every service', async () => {
  const shop = await openShop({ api, customer: 'bob', received: 10 });
  const orderId = `events-${shop.sku}`;
  const location = await shop.placedOrder({ orderId });
  await shop.outcomeOf(location);
  const ofOrder = await events(`order/${orderId}`);
  expect([ofOrder.exitCode, ofOrder.types]).toEqual([0, ['order.opened', 'order.confirmed']]);
  const saga = workflowIdAt(location);
  const ofSaga = await events('--saga', saga, '--limit', '100');
  const kinds = new Set(ofSaga.found.map(({ aggregateId }) => aggregateId.split('/')[0]));
  expect([...kinds].sort()).toEqual(expect.arrayContaining(['account', 'order', 'product']));
  const last = await events('--service', 'payments', '--type', 'payment.captured', '--limit', '1');
  expect(last.types).toEqual(['payment.captured']);
}, 120_000);
