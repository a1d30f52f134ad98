import { payments } from '../../activities';
import { paymentsService } from '../../activities/payments/service';
import { foldOf } from '../support/fold-of';
import type { ServiceBench } from '../support/service-bench';
import { insisting, openBench } from '../support/service-bench';
import { freshInstance } from '../support/stores';
import { configFor } from '../support/world';

let bench: ServiceBench;

beforeAll(async () => {
  bench = await openBench(payments, configFor('payments', freshInstance()));
});
afterAll(async () => {
  expect(await bench.violations()).toEqual([]);
  await bench.close();
});

async function account(customerId: string, cents: number): Promise<void> {
  await bench.operate('openAccount', { customerId, currency: 'EUR', limitCents: 5_000 });
  await bench.operate('deposit', { customerId, amountCents: cents, currency: 'EUR' });
}

const payment = (customerId: string, orderId: string, amountCents = 1_000) => ({
  ...{ customerId, orderId, amountCents },
  currency: 'EUR',
});

test('money is held, taken and given back', async () => {
  await account('p-whole', 3_000);
  const orderId = 'p-whole-1';
  const saga = 'whole';
  expect(await bench.forward('authorize', payment('p-whole', orderId), { saga })).toEqual({
    answer: 'done',
    result: { amountCents: 1_000 },
  });
  expect(await bench.forward('capture', { orderId }, { saga })).toMatchObject({ answer: 'done' });
  expect(await bench.state('account/p-whole')).toMatchObject({
    availableCents: 2_000,
    heldCents: 0,
    chargedCents: 1_000,
  });
  await bench.forward('refund', { orderId }, { saga: 'whole-return' });
  expect(await bench.forward('refund', { orderId }, { saga: 'again' })).toMatchObject({
    code: 'ALREADY_REFUNDED',
  });
  expect(await bench.state('account/p-whole')).toMatchObject({ availableCents: 3_000 });
});

test('a captured step asked again under its key answers the same and charges once', async () => {
  await account('p-twice', 3_000);
  const orderId = 'p-twice-1';
  const saga = 'twice';
  await bench.forward('authorize', payment('p-twice', orderId), { saga });
  const answers = await Promise.all(
    [1, 2, 3].map(() => insisting(() => bench.forward('capture', { orderId }, { saga }))),
  );
  expect(new Set(answers.map(({ answer }) => answer))).toEqual(new Set(['done']));
  expect(await bench.state('account/p-twice')).toMatchObject({ chargedCents: 1_000 });
});

test('an undone authorization leaves the account as it was', async () => {
  await account('p-void', 3_000);
  const before = await bench.state('account/p-void');
  const saga = 'void';
  await bench.forward('authorize', payment('p-void', 'p-void-1'), { saga });
  await bench.undo('void', 'authorize', { saga, input: { orderId: 'p-void-1' } });
  expect(await bench.state('account/p-void')).toEqual(before);
});

test('a decline is recorded, holds nothing, and keeps nobody from paying later', async () => {
  await account('p-poor', 500);
  const orderId = 'p-poor-1';
  expect(
    await bench.forward('authorize', payment('p-poor', orderId), { saga: 'poor' }),
  ).toMatchObject({ answer: 'refused', code: 'INSUFFICIENT_FUNDS' });
  expect(await bench.state(`payment/${orderId}`)).toMatchObject({ status: 'declined' });
  const types = (await bench.history())
    .filter(({ aggregateId }) => aggregateId === `payment/${orderId}`)
    .map(({ type }) => type);
  expect(types).toEqual(['payment.declined']);
  await bench.operate('deposit', { customerId: 'p-poor', amountCents: 500, currency: 'EUR' });
  expect(
    await bench.forward('authorize', payment('p-poor', orderId), { saga: 'richer' }),
  ).toMatchObject({ answer: 'done' });
});

test('many sagas on one account never hold more than it has', async () => {
  await account('p-race', 3_000);
  const sagas = Array.from({ length: 8 }, (_, index) => `race-${index}`);
  const answers = await Promise.all(
    sagas.map((saga) =>
      insisting(() => bench.forward('authorize', payment('p-race', `p-${saga}`), { saga })),
    ),
  );
  expect(answers.filter(({ answer }) => answer === 'done')).toHaveLength(3);
  expect(await bench.state('account/p-race')).toMatchObject({
    availableCents: 0,
    heldCents: 3_000,
  });
});

test('capture and undo of one authorization at once: exactly one of them happens', async () => {
  await account('p-either', 9_000);
  for (const round of [1, 2, 3, 4]) {
    const orderId = `p-either-${round}`;
    const saga = `either-${round}`;
    await bench.forward('authorize', payment('p-either', orderId), { saga });
    const [captured, undone] = await Promise.allSettled([
      insisting(() => bench.forward('capture', { orderId }, { saga })),
      insisting(() => bench.undo('void', 'authorize', { saga, input: { orderId } })),
    ]);
    const wasCaptured = captured.status === 'fulfilled' && captured.value.answer === 'done';
    const wasUndone = undone.status === 'fulfilled' && undone.value.answer === 'undone';
    expect([wasCaptured, wasUndone].filter(Boolean)).toHaveLength(1);
  }
});

test('folding the history gives every state as it is stored', async () => {
  const folded = foldOf(paymentsService, await bench.history());
  expect(folded.size).toBeGreaterThan(10);
  for (const [id, aggregate] of folded) {
    expect(await bench.store.readAggregate(id)).toEqual({ id, ...aggregate });
  }
});
