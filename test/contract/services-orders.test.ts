import { orders } from '../../activities';
import { ordersService } from '../../activities/orders/service';
import { foldOf } from '../support/fold-of';
import type { ServiceBench } from '../support/service-bench';
import { openBench } from '../support/service-bench';
import { freshInstance } from '../support/stores';
import { configFor } from '../support/world';

let bench: ServiceBench;

beforeAll(async () => {
  bench = await openBench(orders, configFor('orders', freshInstance()));
});
afterAll(async () => {
  expect(await bench.violations()).toEqual([]);
  await bench.close();
});

const lines = [{ sku: 'lamp', quantity: 2 }];
const order = (orderId: string) => ({
  ...{ orderId, lines, customerId: 'c-1', amountCents: 2_400 },
  currency: 'EUR',
});

test('an order is opened, confirmed, returned', async () => {
  const orderId = 'o-whole';
  await bench.forward('open', order(orderId), { saga: 'place' });
  expect(await bench.state('order/o-whole')).toMatchObject({ status: 'open' });
  await bench.forward('confirm', { orderId }, { saga: 'place' });
  const ask = { orderId, customerId: 'c-1' };
  expect(await bench.forward('requestReturn', ask, { saga: 'return' })).toEqual({
    answer: 'done',
    result: { lines, amountCents: 2_400, currency: 'EUR' },
  });
  await bench.forward('closeReturn', { orderId }, { saga: 'return' });
  expect(await bench.state('order/o-whole')).toMatchObject({ status: 'returned', heldBy: null });
});

test('an order that came too late is opened by nobody', async () => {
  const saga = 'late';
  await bench.undo('reject', 'open', { saga, input: { orderId: 'o-late' } });
  await expect(bench.forward('open', order('o-late'), { saga })).rejects.toMatchObject({
    code: 'STEP_FENCED',
  });
  expect(await bench.state('order/o-late')).toBeUndefined();
});

test('the undo of a refused open leaves the order of the first saga alone', async () => {
  const orderId = 'o-first';
  await bench.forward('open', order(orderId), { saga: 'first' });
  expect(await bench.forward('open', order(orderId), { saga: 'second' })).toMatchObject({
    code: 'ORDER_EXISTS',
  });
  expect(await bench.undo('reject', 'open', { saga: 'second', input: { orderId } })).toEqual({
    answer: 'no-effect',
  });
  expect(await bench.state('order/o-first')).toMatchObject({ status: 'open' });
});

test('an opened order is rejected by its undo and may be opened again under the next epoch', async () => {
  const saga = 'again';
  const orderId = 'o-again';
  await bench.forward('open', order(orderId), { saga });
  await bench.undo('reject', 'open', { saga, input: { orderId } });
  expect(await bench.state('order/o-again')).toMatchObject({ status: 'rejected' });
  await bench.forward('open', order(orderId), { saga, epoch: 1 });
  expect(await bench.state('order/o-again')).toMatchObject({ status: 'open' });
});

test('the same step with another order is a conflict', async () => {
  await bench.forward('open', order('o-input'), { saga: 'input' });
  await expect(
    bench.forward('open', { ...order('o-input'), amountCents: 1 }, { saga: 'input' }),
  ).rejects.toMatchObject({ code: 'STEP_INPUT_CONFLICT' });
});

test('folding the history gives every state as it is stored', async () => {
  const folded = foldOf(ordersService, await bench.history());
  expect(folded.size).toBeGreaterThan(3);
  for (const [id, aggregate] of folded) {
    expect(await bench.store.readAggregate(id)).toEqual({ id, ...aggregate });
  }
});
