import { orderIdentities } from '../../../activities/orders/identities';
import { identitiesOver } from '../../../platform/host/identity';
import { ordersService } from '../../../activities/orders/service';
import { orderFact } from '../../../activities/orders/state';
import { given } from '../../../platform/testing/given-when-then';

const orderId = 'o-1';
const order = {
  orderId,
  customerId: 'c-1',
  lines: [{ sku: 'lamp', quantity: 2 }],
  amountCents: 2_400,
  currency: 'EUR' as const,
};
const opened = orderFact('order.opened', { ...order, heldBy: 'saga-a' });
const rejected = orderFact('order.rejected', { orderId });
const confirmed = orderFact('order.confirmed', { orderId });
const requested = orderFact('order.return-requested', { orderId, heldBy: 'saga-r' });
const cancelled = orderFact('order.return-cancelled', { orderId });
const returned = orderFact('order.returned', { orderId });
const onReturn = { orderId, customerId: 'c-1' };

describe('opening', () => {
  test('a new order is opened and held by its saga', () => {
    const { rehearsal, when } = given(ordersService);
    when('open', order).thenHappened(opened);
    expect(rehearsal.state('order/o-1')).toMatchObject({ status: 'open', heldBy: 'saga-a' });
  });

  test.each([
    ['open', [opened]],
    ['confirmed', [opened, confirmed]],
    ['rejected', [opened, rejected]],
    ['returned', [opened, confirmed, requested, returned]],
  ])('an order id is used once: over an order that is %s it is refused', (_status, history) => {
    given(ordersService, ...history)
      .when('open', order, 'saga-b')
      .thenRefused('ORDER_EXISTS');
  });

  test('the same saga may open its order again after its own undo', () => {
    given(ordersService, opened, rejected).when('open', order).thenHappened(opened);
  });

  test('the same saga cannot open what it holds open', () => {
    given(ordersService, opened).when('open', order).thenRefused('ORDER_EXISTS');
  });
});

describe('undoing an open', () => {
  test('it rejects the order and lets it go', () => {
    const { rehearsal, when, whenUndone } = given(ordersService);
    const effect = when('open', order).recorded;
    whenUndone('reject', effect).thenHappened(rejected);
    expect(rehearsal.state('order/o-1')).toMatchObject({ status: 'rejected', heldBy: null });
  });

  test('it is impossible once the order was confirmed', () => {
    const { when, whenUndone } = given(ordersService);
    const effect = when('open', order).recorded;
    when('confirm', { orderId }).thenHappened(confirmed);
    whenUndone('reject', effect).thenImpossible();
  });

  test('it cannot reject what another saga holds', () => {
    const { when, whenUndone } = given(ordersService);
    const effect = when('open', order).recorded;
    whenUndone('reject', effect, 'saga-b').thenImpossible();
  });
});

describe('confirming', () => {
  test('it ends the placing and lets the order go', () => {
    const { rehearsal, when } = given(ordersService, opened);
    when('confirm', { orderId }).thenHappened(confirmed);
    expect(rehearsal.state('order/o-1')).toMatchObject({ status: 'confirmed', heldBy: null });
  });

  test('another saga has to wait for the holder', () => {
    given(ordersService, opened).when('confirm', { orderId }, 'saga-b').thenBusy('saga-a');
  });

  test.each([
    ['unknown', []],
    ['rejected', [opened, rejected]],
    ['confirmed', [opened, confirmed]],
  ])('an order that is %s cannot be confirmed', (_status, history) => {
    given(ordersService, ...history)
      .when('confirm', { orderId })
      .thenRefused('ORDER_NOT_OPEN');
  });
});

describe('returning', () => {
  test('a confirmed order is held by the return and answers what to give back', () => {
    const { rehearsal, when } = given(ordersService, opened, confirmed);
    const { lines, amountCents, currency } = order;
    const asked = when('requestReturn', onReturn, 'saga-r');
    asked.thenHappened(requested);
    asked.thenAnswered({ lines, amountCents, currency });
    expect(rehearsal.state('order/o-1')).toMatchObject({ heldBy: 'saga-r' });
  });

  test.each([
    ['nobody has', [], onReturn, 'UNKNOWN_ORDER'],
    ['somebody else has', [opened, confirmed], { ...onReturn, customerId: 'c-2' }, 'UNKNOWN_ORDER'],
    ['was rejected', [opened, rejected], onReturn, 'ORDER_NOT_CONFIRMED'],
    ['was returned', [opened, confirmed, requested, returned], onReturn, 'ALREADY_RETURNED'],
  ])('an order that %s cannot be returned', (_what, history, input, code) => {
    given(ordersService, ...history)
      .when('requestReturn', input, 'saga-r')
      .thenRefused(code);
  });

  test('a return waits while the order is still being placed', () => {
    given(ordersService, opened).when('requestReturn', onReturn, 'saga-r').thenBusy('saga-a');
  });

  test('a second return waits for the first', () => {
    given(ordersService, opened, confirmed, requested)
      .when('requestReturn', onReturn, 'saga-s')
      .thenBusy('saga-r');
  });

  test('the same return asked twice under two steps is refused', () => {
    given(ordersService, opened, confirmed, requested)
      .when('requestReturn', onReturn, 'saga-r')
      .thenRefused('ORDER_NOT_CONFIRMED');
  });

  test('a cancelled return leaves the order as it was', () => {
    const { rehearsal, when, whenUndone } = given(ordersService, opened, confirmed);
    const before = rehearsal.state('order/o-1');
    const effect = when('requestReturn', onReturn, 'saga-r').recorded;
    whenUndone('cancelReturn', effect, 'saga-r').thenHappened(cancelled);
    expect(rehearsal.state('order/o-1')).toEqual(before);
  });

  test('a closed return cannot be cancelled any more', () => {
    const { when, whenUndone } = given(ordersService, opened, confirmed);
    const effect = when('requestReturn', onReturn, 'saga-r').recorded;
    when('closeReturn', { orderId }, 'saga-r').thenHappened(returned);
    whenUndone('cancelReturn', effect, 'saga-r').thenImpossible();
  });

  test('only the saga that asked for the return closes it', () => {
    given(ordersService, opened, confirmed, requested)
      .when('closeReturn', { orderId }, 'saga-s')
      .thenBusy('saga-r');
  });

  test.each([
    ['unknown', []],
    ['confirmed', [opened, confirmed]],
  ])('the return of an order that is %s cannot be closed', (_status, history) => {
    given(ordersService, ...history)
      .when('closeReturn', { orderId }, 'saga-r')
      .thenRefused('RETURN_NOT_REQUESTED');
  });
});

test('the fold refuses an event that cannot come where it stands', () => {
  const history = [{ ...confirmed, seq: 1 }];
  expect(() => ordersService.evolve(undefined, history[0]!)).toThrow('INVARIANT_BROKEN');
  const { rehearsal } = given(ordersService, opened);
  const stranger = { ...opened, type: 'order.painted', seq: 2 };
  expect(() => ordersService.evolve(rehearsal.state('order/o-1'), stranger)).toThrow(
    'INVARIANT_BROKEN',
  );
});

test('the audit sees an order that nobody works on and yet is held', () => {
  const { rehearsal } = given(ordersService, opened, confirmed);
  expect(identitiesOver(orderIdentities)(rehearsal.aggregates())).toEqual([]);
  const [{ id, state }] = rehearsal.aggregates() as [{ id: string; state: never }];
  const broken = [{ id, state: { ...(state as object), heldBy: 'saga-x' } as never }];
  expect(identitiesOver(orderIdentities)(broken)).toMatchObject([
    { identity: 'ORDER_HELD_WHILE_IN_WORK' },
  ]);
});
