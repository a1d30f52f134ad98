import { rehearse } from '../../../platform/testing/rehearse';
import { placeOrder } from '../../../workflows/place-order.saga';
import { orderInput } from '../../saga/support/requests';

test('a declined card releases the stock it held and rejects the order', async () => {
  const story = await rehearse(placeOrder, orderInput())
    .when('authorize payment')
    .refuses('CARD_DECLINED')
    .run();
  expect(story).toMatchObject({ outcome: 'compensated', reason: 'CARD_DECLINED', standing: [] });
  expect(story.undone).toEqual(['reserve stock', 'open order']);
});

test('stock and money are asked for side by side, after the order is open', async () => {
  const { sent } = await rehearse(placeOrder, orderInput()).run();
  expect(sent.slice(0, 3)).toEqual([
    'forward open order',
    'forward reserve stock',
    'forward authorize payment',
  ]);
});

test('an order that is large is looked at before the money is taken', async () => {
  const story = await rehearse(placeOrder, orderInput(500_001))
    .when('manual review')
    .isDenied('TOO_RISKY')
    .run();
  expect(story).toMatchObject({ outcome: 'compensated', reason: 'TOO_RISKY', standing: [] });
  expect(story.sent).not.toContain('forward capture payment');
  const small = await rehearse(placeOrder, orderInput(500_000)).run();
  expect(small.steps.map(({ name }) => name)).not.toContain('manual review');
});

test('once the money is taken, stock that cannot be shipped waits for a person', async () => {
  const rehearsal = rehearse(placeOrder, orderInput()).when('ship stock').refuses('NOT_RESERVED');
  const parked = await rehearsal.run();
  expect(parked.parked).toMatchObject([
    { step: 'ship stock', condition: 'nothing-stands', reason: 'NOT_RESERVED' },
  ]);
  expect(parked.undone).toEqual([]);
  const ended = await rehearsal.act({ verb: 'skip', step: 'ship stock' });
  expect(ended.outcome).toBe('completed');
  expect(ended.standing).not.toContain('ship stock');
});
