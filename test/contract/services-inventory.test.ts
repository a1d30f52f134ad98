import { inventory } from '../../activities';
import { inventoryService } from '../../activities/inventory/service';
import { configFor } from '../support/world';
import type { ServiceBench } from '../support/service-bench';
import { insisting, openBench } from '../support/service-bench';
import { foldOf } from '../support/fold-of';
import { freshInstance } from '../support/stores';

let bench: ServiceBench;
let count = 0;

beforeAll(async () => {
  bench = await openBench(inventory, configFor('inventory', freshInstance()));
});
afterAll(async () => {
  expect(await bench.violations()).toEqual([]);
  await bench.close();
});

async function product(pieces: number, priceCents = 100): Promise<string> {
  const sku = `sku-${(count += 1)}`;
  await bench.operate('addProduct', { sku, name: 'Lamp', priceCents, currency: 'EUR' });
  await bench.operate('receiveStock', { sku, quantity: pieces });
  return sku;
}

const order = (orderId: string, skus: readonly string[], quantity = 1) => ({
  orderId,
  lines: skus.map((sku) => ({ sku, quantity })),
  amountCents: skus.length * quantity * 100,
  currency: 'EUR',
});

test('reserved pieces are shipped and come back', async () => {
  const sku = await product(5);
  const saga = 'ship';
  await bench.forward('reserve', order('i-ship', [sku], 2), { saga });
  expect(await bench.state(`product/${sku}`)).toMatchObject({ available: 3, reserved: 2 });
  await bench.forward('ship', { orderId: 'i-ship' }, { saga });
  expect(await bench.state(`product/${sku}`)).toMatchObject({ reserved: 0, shipped: 2 });
  await bench.forward('restock', { orderId: 'i-ship' }, { saga: 'return' });
  expect(await bench.state(`product/${sku}`)).toMatchObject({ available: 5, shipped: 0 });
});

test('a released reservation gives back what it took, once, however often it is asked', async () => {
  const sku = await product(5);
  const saga = 'release';
  await bench.forward('reserve', order('i-release', [sku], 4), { saga });
  const undone = () => bench.undo('release', 'reserve', { saga, input: { orderId: 'i-release' } });
  expect(await undone()).toEqual({ answer: 'undone' });
  expect(await undone()).toEqual({ answer: 'undone' });
  expect(await bench.state(`product/${sku}`)).toMatchObject({ available: 5, reserved: 0 });
});

test('a release that overtook its reservation keeps it from ever happening', async () => {
  const sku = await product(5);
  const saga = 'overtaken';
  const input = { orderId: 'i-overtaken' };
  expect(await bench.undo('release', 'reserve', { saga, input })).toEqual({ answer: 'no-effect' });
  await expect(
    bench.forward('reserve', order('i-overtaken', [sku]), { saga }),
  ).rejects.toMatchObject({ code: 'STEP_FENCED' });
  expect(await bench.state(`product/${sku}`)).toMatchObject({ available: 5 });
});

test('shipped pieces cannot be released: the saga parks', async () => {
  const sku = await product(1);
  const saga = 'too-late';
  await bench.forward('reserve', order('i-late', [sku]), { saga });
  await bench.forward('ship', { orderId: 'i-late' }, { saga });
  await expect(
    bench.undo('release', 'reserve', { saga, input: { orderId: 'i-late' } }),
  ).rejects.toMatchObject({ code: 'UNDO_IMPOSSIBLE' });
});

test('an order that is out of stock is refused, and asked again refused again', async () => {
  const sku = await product(1);
  const ask = () => bench.forward('reserve', order('i-short', [sku], 2), { saga: 'short' });
  expect(await ask()).toMatchObject({ answer: 'refused', code: 'OUT_OF_STOCK' });
  await bench.operate('receiveStock', { sku, quantity: 10 });
  expect(await ask()).toMatchObject({ answer: 'refused', code: 'OUT_OF_STOCK' });
});

test('another saga waits for the holder of a reservation', async () => {
  const sku = await product(5);
  await bench.forward('reserve', order('i-held', [sku]), { saga: 'holder' });
  await expect(
    bench.forward('reserve', order('i-held', [sku]), { saga: 'other' }),
  ).rejects.toMatchObject({ code: 'BUSY' });
  await expect(
    bench.forward('ship', { orderId: 'i-held' }, { saga: 'other' }),
  ).rejects.toMatchObject({ code: 'BUSY' });
});

test('40 products fit one transaction, all or none; 41 do not pass the contract', async () => {
  const skus = await Promise.all(Array.from({ length: 41 }, () => product(1)));
  const saga = 'wide';
  await expect(bench.forward('reserve', order('i-wide', skus), { saga })).rejects.toMatchObject({
    code: 'COMMAND_INVALID',
  });
  expect(await bench.state('reservation/i-wide')).toBeUndefined();
  const forty = skus.slice(0, 40);
  expect(await bench.forward('reserve', order('i-wide', forty), { saga })).toMatchObject({
    answer: 'done',
  });
  expect(await bench.forward('ship', { orderId: 'i-wide' }, { saga })).toMatchObject({
    answer: 'done',
  });
  const states = await Promise.all(forty.map((sku) => bench.state(`product/${sku}`)));
  expect(states.every((state) => (state as { shipped: number }).shipped === 1)).toBe(true);
});

test('many sagas after one product never take more than there is', async () => {
  const sku = await product(10);
  const sagas = Array.from({ length: 16 }, (_, index) => `hot-${index}`);
  const answers = await Promise.all(
    sagas.map((saga) =>
      insisting(() => bench.forward('reserve', order(`i-${saga}`, [sku]), { saga })),
    ),
  );
  const done = answers.filter(({ answer }) => answer === 'done');
  const refused = answers.filter((answer) => 'code' in answer && answer.code === 'OUT_OF_STOCK');
  expect({ done: done.length, refused: refused.length }).toEqual({ done: 10, refused: 6 });
  expect(await bench.state(`product/${sku}`)).toMatchObject({ available: 0, reserved: 10 });
});

test('an operation repeated under its key happens once; another body is a conflict', async () => {
  const sku = await product(1);
  await bench.operate('receiveStock', { sku, quantity: 3 }, 'receipt-1');
  await bench.operate('receiveStock', { sku, quantity: 3 }, 'receipt-1');
  await expect(
    bench.operate('receiveStock', { sku, quantity: 4 }, 'receipt-1'),
  ).rejects.toMatchObject({ code: 'STEP_INPUT_CONFLICT' });
  expect(await bench.state(`product/${sku}`)).toMatchObject({ received: 4 });
});

test('folding the history gives every state as it is stored', async () => {
  const folded = foldOf(inventoryService, await bench.history());
  expect(folded.size).toBeGreaterThan(10);
  for (const [id, aggregate] of folded) {
    expect(await bench.store.readAggregate(id)).toEqual({ id, ...aggregate });
  }
});
