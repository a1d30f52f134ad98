import { inventoryService } from '../../../activities/inventory/service';
import { productFact } from '../../../activities/inventory/product';
import { reservationFact } from '../../../activities/inventory/reservation';
import { reserve } from '../../../activities/inventory/decider';
import { given } from '../../../platform/testing/given-when-then';

const orderId = 'o-1';
const lines = [
  { sku: 'lamp', quantity: 2 },
  { sku: 'desk', quantity: 1 },
];
const lamp = { sku: 'lamp', name: 'Lamp', priceCents: 1_200, currency: 'EUR' as const };
const desk = { sku: 'desk', name: 'Desk', priceCents: 9_900, currency: 'EUR' as const };
const shelf = [
  productFact('product.added', lamp),
  productFact('product.added', desk),
  productFact('stock.received', { sku: 'lamp', quantity: 5 }),
  productFact('stock.received', { sku: 'desk', quantity: 1 }),
];
const input = { orderId, lines, amountCents: 12_300, currency: 'EUR' as const };
const stock = (what: 'reserved' | 'released' | 'shipped' | 'restocked') =>
  lines.map((line) => productFact(`stock.${what}`, { ...line, orderId }));
const reserved = [
  reservationFact('reservation.made', { orderId, lines, heldBy: 'saga-a' }),
  ...stock('reserved'),
];
const released = [
  reservationFact('reservation.released', { orderId, lines }),
  ...stock('released'),
];
const shipped = [reservationFact('reservation.shipped', { orderId, lines }), ...stock('shipped')];
const restocked = [
  reservationFact('reservation.restocked', { orderId, lines }),
  ...stock('restocked'),
];

describe('reserving', () => {
  test('it sets the pieces of every line aside and holds the reservation', () => {
    const { rehearsal, when } = given(inventoryService, ...shelf);
    when('reserve', input).thenHappened(...reserved);
    expect(rehearsal.state('product/lamp')).toMatchObject({ available: 3, reserved: 2 });
    expect(rehearsal.state('product/desk')).toMatchObject({ available: 0, reserved: 1 });
    expect(rehearsal.state('reservation/o-1')).toMatchObject({ heldBy: 'saga-a' });
  });

  test.each([
    ['an unknown product', [{ sku: 'sofa', quantity: 1 }], 12_300, 'EUR', 'UNKNOWN_PRODUCT'],
    ['more than there is', [{ sku: 'desk', quantity: 2 }], 19_800, 'EUR', 'OUT_OF_STOCK'],
    ['a price that is not ours', lines, 12_299, 'EUR', 'PRICE_CHANGED'],
    ['a currency that is not ours', lines, 12_300, 'USD', 'CURRENCY_MISMATCH'],
  ])('%s is refused and nothing is set aside', (_what, asked, amountCents, currency, code) => {
    const { rehearsal, when } = given(inventoryService, ...shelf);
    when('reserve', { orderId, lines: asked, amountCents, currency }).thenRefused(code);
    expect(rehearsal.state('product/lamp')).toMatchObject({ available: 5, reserved: 0 });
    expect(rehearsal.state('reservation/o-1')).toBeUndefined();
  });

  test('one line that is short refuses the whole order and is named', () => {
    const short = [lines[0]!, { sku: 'desk', quantity: 2 }];
    const { rehearsal } = given(inventoryService, ...shelf);
    const asked = { ...input, lines: short, amountCents: 22_200 };
    expect(rehearsal.forward('reserve', asked).decision).toMatchObject({
      code: 'OUT_OF_STOCK',
      detail: 'short of desk',
    });
  });

  test('the last piece can be had', () => {
    given(inventoryService, ...shelf)
      .when('reserve', {
        orderId,
        lines: [{ sku: 'desk', quantity: 1 }],
        amountCents: 9_900,
        currency: 'EUR',
      })
      .thenAnswered({});
  });

  test('41 lines are too many for one transaction, whoever let them through', () => {
    const many = Array.from({ length: 41 }, (_, index) => ({ sku: `s-${index}`, quantity: 1 }));
    const now = '2026-01-01T00:00:00.000Z';
    const context = { sagaId: 'saga-a', owner: 'somebody', now, epoch: 0 };
    expect(reserve(() => undefined, { ...input, lines: many }, context)).toMatchObject({
      kind: 'refused',
      code: 'TOO_MANY_LINES',
    });
  });

  test('another saga waits while one holds the reservation', () => {
    given(inventoryService, ...shelf, ...reserved)
      .when('reserve', input, 'saga-b')
      .thenBusy('saga-a');
  });

  test.each([
    ['reserved', reserved, 'saga-a'],
    ['shipped', [...reserved, ...shipped], 'saga-b'],
    ['restocked', [...reserved, ...shipped, ...restocked], 'saga-b'],
  ])('an order that is %s is not reserved twice', (_status, history, sagaId) => {
    given(inventoryService, ...shelf, ...history)
      .when('reserve', input, sagaId)
      .thenRefused('RESERVATION_EXISTS');
  });

  test('nothing stands over a released reservation: another saga may reserve', () => {
    given(inventoryService, ...shelf, ...reserved, ...released)
      .when('reserve', input, 'saga-b')
      .thenAnswered({});
  });
});

describe('releasing', () => {
  test('it puts back exactly what the reservation took', () => {
    const { rehearsal, when, whenUndone } = given(inventoryService, ...shelf);
    const before = ['product/lamp', 'product/desk'].map((id) => rehearsal.state(id));
    const effect = when('reserve', input).recorded;
    whenUndone('release', effect).thenHappened(...released);
    expect(['product/lamp', 'product/desk'].map((id) => rehearsal.state(id))).toEqual(before);
  });

  test('it reverses its own effect, whatever happened to the product meanwhile', () => {
    const { rehearsal, when, whenUndone, whenOperated } = given(inventoryService, ...shelf);
    const effect = when('reserve', input).recorded;
    whenOperated('priceProduct', { sku: 'lamp', priceCents: 1 });
    whenOperated('receiveStock', { sku: 'lamp', quantity: 10 });
    whenUndone('release', effect).thenHappened(...released);
    expect(rehearsal.state('product/lamp')).toMatchObject({ available: 15, reserved: 0 });
  });

  test('an effect that was reversed before is not taken out of a later reservation', () => {
    const { rehearsal, when, whenUndone } = given(inventoryService, ...shelf);
    const effect = when('reserve', input).recorded;
    whenUndone('release', effect);
    when('reserve', input);
    whenUndone('release', effect).thenImpossible();
    expect(rehearsal.state('product/lamp')).toMatchObject({ available: 3, reserved: 2 });
  });

  test('it is impossible once the pieces were shipped', () => {
    const { when, whenUndone } = given(inventoryService, ...shelf);
    const effect = when('reserve', input).recorded;
    when('ship', { orderId });
    whenUndone('release', effect).thenImpossible();
  });

  test('it cannot release what another saga reserved afterwards', () => {
    const { when, whenUndone } = given(inventoryService, ...shelf);
    const effect = when('reserve', input).recorded;
    whenUndone('release', effect);
    when('reserve', input, 'saga-b');
    whenUndone('release', effect).thenImpossible();
  });

  test('an effect without a reservation cannot be released', () => {
    given(inventoryService).whenUndone('release', []).thenImpossible();
  });
});

describe('shipping', () => {
  test('it moves the reserved pieces out and lets the reservation go', () => {
    const { rehearsal, when } = given(inventoryService, ...shelf, ...reserved);
    when('ship', { orderId }).thenHappened(...shipped);
    expect(rehearsal.state('product/lamp')).toMatchObject({ reserved: 0, shipped: 2 });
    expect(rehearsal.state('reservation/o-1')).toMatchObject({ status: 'shipped', heldBy: null });
  });

  test('another saga cannot ship what one holds', () => {
    given(inventoryService, ...shelf, ...reserved)
      .when('ship', { orderId }, 'saga-b')
      .thenBusy('saga-a');
  });

  test.each([
    ['was never reserved', [], 'NOT_RESERVED'],
    ['was released', [...reserved, ...released], 'NOT_RESERVED'],
    ['was shipped', [...reserved, ...shipped], 'ALREADY_SHIPPED'],
    ['came back', [...reserved, ...shipped, ...restocked], 'ALREADY_SHIPPED'],
  ])('an order that %s cannot be shipped', (_what, history, code) => {
    given(inventoryService, ...shelf, ...history)
      .when('ship', { orderId })
      .thenRefused(code);
  });
});

describe('restocking', () => {
  test('shipped pieces are available again', () => {
    const { rehearsal, when } = given(inventoryService, ...shelf, ...reserved, ...shipped);
    when('restock', { orderId }, 'saga-r').thenHappened(...restocked);
    expect(rehearsal.state('product/lamp')).toMatchObject({ available: 5, shipped: 0 });
  });

  test.each([
    ['was never reserved', [], 'NOT_SHIPPED'],
    ['is only reserved', reserved, 'NOT_SHIPPED'],
    ['came back already', [...reserved, ...shipped, ...restocked], 'ALREADY_RESTOCKED'],
  ])('an order that %s cannot be restocked', (_what, history, code) => {
    given(inventoryService, ...shelf, ...history)
      .when('restock', { orderId })
      .thenRefused(code);
  });
});

describe('products', () => {
  test('a product is added once, without stock', () => {
    const { rehearsal, whenOperated } = given(inventoryService);
    whenOperated('addProduct', lamp).thenHappened(productFact('product.added', lamp));
    expect(rehearsal.state('product/lamp')).toMatchObject({ available: 0, received: 0 });
    whenOperated('addProduct', lamp).thenRefused('PRODUCT_EXISTS');
  });

  test('a price changes in the product’s own currency', () => {
    const priced = productFact('product.priced', { sku: 'lamp', priceCents: 5, currency: 'EUR' });
    const { rehearsal, whenOperated } = given(inventoryService, ...shelf);
    whenOperated('priceProduct', { sku: 'lamp', priceCents: 5 }).thenHappened(priced);
    expect(rehearsal.state('product/lamp')).toMatchObject({ priceCents: 5 });
    whenOperated('priceProduct', { sku: 'lamp', priceCents: 5 }).thenNothingChanged();
  });

  test('received pieces are available', () => {
    const { rehearsal, whenOperated } = given(inventoryService, ...shelf);
    whenOperated('receiveStock', { sku: 'lamp', quantity: 3 });
    expect(rehearsal.state('product/lamp')).toMatchObject({ available: 8, received: 8 });
  });

  test.each([
    ['priceProduct', { sku: 'sofa', priceCents: 5 }],
    ['receiveStock', { sku: 'sofa', quantity: 5 }],
  ])('%s needs a product', (operation, body) => {
    given(inventoryService).whenOperated(operation, body).thenRefused('UNKNOWN_PRODUCT');
  });
});

test.each([
  ['stock of a product that was never added', stock('reserved')[0]!],
  ['the end of a reservation that was never made', shipped[0]!],
])('the fold refuses %s', (_what, fact) => {
  expect(() => inventoryService.evolve(undefined, { ...fact, seq: 1 })).toThrow('INVARIANT_BROKEN');
});

test('the fold refuses a product that is added twice and facts it does not know', () => {
  const state = given(inventoryService, ...shelf).rehearsal.state('product/lamp');
  const strange = { ...shelf[2]!, type: 'stock.painted' };
  for (const fact of [shelf[0]!, strange, reserved[0]!]) {
    expect(() => inventoryService.evolve(state, { ...fact, seq: 9 })).toThrow('INVARIANT_BROKEN');
  }
});
