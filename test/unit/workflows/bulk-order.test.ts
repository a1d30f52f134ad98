import { rehearse } from '../../../platform/testing/rehearse';
import { bulkOrderContract } from '../../../workflows/bulk-order.contract';
import { bulkOrder } from '../../../workflows/bulk-order.saga';
import { orderLots } from '../../../workflows/order-lots.saga';

const customer = { customerId: 'ann', currency: 'EUR' } as const;
const lotsOf = (count: number, amountCents = 1_200) =>
  Array.from({ length: count }, (_, index) => {
    return { orderId: `lot-${index + 1}`, lines: [{ sku: 'lamp', quantity: 1 }], amountCents };
  });
const bulk = (count: number) => ({ orderId: 'bulk-1', ...customer, lots: lotsOf(count) });

describe('an order in bulk', () => {
  test('authorizes the whole first, reserves in parts, and takes the money once', async () => {
    const { sent, outcome } = await rehearse(bulkOrder, bulk(3)).run();
    expect(outcome).toBe('completed');
    expect(sent.slice(0, 5)).toEqual([
      ...['forward authorize payment', 'forward lots:1', 'forward lots:2', 'forward lots:3'],
      'forward capture payment',
    ]);
  });

  test('has ten parts at most, each with its share', async () => {
    const { steps } = await rehearse(bulkOrder, bulk(25)).run();
    expect(steps.filter(({ name }) => name.startsWith('lots:'))).toHaveLength(9);
  });

  test('takes back the money and the other parts when one part goes back', async () => {
    const rehearsal = rehearse(bulkOrder, bulk(3)).when('lots:2').refuses('CHILD_COMPENSATED');
    const story = await rehearsal.run();
    expect(story).toMatchObject({ outcome: 'compensated', standing: [] });
    expect(story.sent).not.toContain('forward capture payment');
  });

  test.each([
    ['the same order twice', [...lotsOf(1), ...lotsOf(1)], 'DUPLICATE_LOT'],
    ['more than one payment may be', lotsOf(2, 60_000_000), 'AMOUNT_TOO_LARGE'],
  ])('is refused with %s', (_what, lots, code) => {
    const parsed = bulkOrderContract.input.safeParse({ ...bulk(1), lots });
    const issues = parsed.error?.issues as { readonly params?: { readonly code: string } }[];
    expect(issues.map(({ params }) => params?.code)).toEqual([code]);
  });
});

describe('some lots of an order in bulk', () => {
  const input = { ...customer, lots: lotsOf(2) };

  test('are shipped only when the parent has decided', async () => {
    const { sent, outcome } = await rehearse(orderLots, input).run();
    expect(outcome).toBe('completed');
    expect(sent.map((message) => message.replace('forward ', ''))).toEqual([
      ...['open order:lot-1', 'reserve stock:lot-1', 'open order:lot-2', 'reserve stock:lot-2'],
      ...['ship stock:lot-1', 'confirm order:lot-1', 'ship stock:lot-2', 'confirm order:lot-2'],
    ]);
  });

  test('are all taken back when one is out of stock', async () => {
    const rehearsal = rehearse(orderLots, input)
      .when('reserve stock:lot-2')
      .refuses('OUT_OF_STOCK');
    const story = await rehearsal.run();
    expect(story).toMatchObject({ outcome: 'compensated', standing: [] });
    expect(story.undone).toEqual(['open order:lot-2', 'reserve stock:lot-1', 'open order:lot-1']);
  });

  test('are taken back when the parent goes back', async () => {
    const rehearsal = rehearse(orderLots, input)
      .when('parent decides')
      .isDenied('PARENT_WENT_BACK');
    const story = await rehearsal.run();
    expect(story).toMatchObject({ outcome: 'compensated', standing: [] });
    expect(story.sent).not.toContain('forward ship stock:lot-1');
  });
});
