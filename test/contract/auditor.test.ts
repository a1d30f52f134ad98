import { contentHashOf } from '../../platform/outbox/stamp';
import { auditDatabase } from '../../platform/audit/ledger/postgres';
import { readLastLine, verifyReport } from '../../platform/audit/report';
import { readCredentials } from '../../platform/security/tls';
import { expectFamilyParts } from '../support/family-parts';
import { openAuditWorld } from '../support/audit-world';
import { inventoryByHand, ordersByHand, paymentsByHand } from '../support/by-hand';
import { insisting } from '../support/service-bench';
import type { ServiceBench } from '../support/service-bench';
import { waiter } from '../../platform/runtime/waiter';
import { eventually } from '../support/eventually';
import { asAdmin } from '../support/key-store';

/** What the auditor promises, milliseconds from the injection to the finding. */
const promisedMs = 5_000;
const money = { currency: 'EUR', amountCents: 1_000 };
const lines = [{ sku: 'lamp', quantity: 2 }];

let audit: Awaited<ReturnType<typeof openAuditWorld>>;
beforeAll(async () => {
  audit = await openAuditWorld();
  const { orders, payments, inventory } = audit.benches;
  await payments.operate('openAccount', { customerId: 'c-1', currency: 'EUR', limitCents: 5_000 });
  await payments.operate('deposit', { customerId: 'c-1', currency: 'EUR', amountCents: 9_000 });
  await payments.forward('authorize', { ...money, customerId: 'c-1', orderId: 'o-1' });
  const product = { sku: 'lamp', name: 'Lamp', priceCents: 500, currency: 'EUR' };
  await inventory.operate('addProduct', product);
  await inventory.operate('receiveStock', { sku: 'lamp', quantity: 900 });
  await inventory.forward('reserve', { ...money, orderId: 'o-1', lines });
  await orders.forward('open', { ...money, orderId: 'o-1', lines, customerId: 'c-1' });
  await orders.forward('confirm', { orderId: 'o-1' });
  await audit.read();
});
afterAll(() => audit.close());

const deposit = { customerId: 'c-1', currency: 'EUR', amountCents: 1 };

test('three services that write are accused of nothing, repeats and late commits included', async () => {
  const { payments, inventory, orders } = audit.benches;
  const [event] = await payments.history();
  await audit.send('payments', event!);
  let release: () => void = () => undefined;
  const held = new Promise<void>((resolve) => (release = resolve));
  const key = { sagaId: 'place-order:late/run', step: 'late' };
  const late = payments.store.transact(
    key,
    async (view) => {
      expect(view.stepRecord).toBeUndefined();
      const stepRecord = {
        ...{ state: 'done' as const, epoch: 0, run: 'run', inputHash: '', result: {} },
        effect: [],
      };
      return { answer: true, commit: { stepRecord, aggregates: [] } };
    },
    { written: () => held, timeoutMs: 110_000 },
  );
  for (let turn = 0; turn < 40; turn += 1) {
    await insisting(() => payments.operate('deposit', deposit));
    await insisting(() => inventory.operate('receiveStock', { sku: 'lamp', quantity: 1 }));
    const saga = `more-${turn}`;
    const order = { ...money, orderId: saga, lines, customerId: 'c-1' };
    await insisting(() => orders.forward('open', order, { saga }));
  }
  release();
  await late;
  await audit.read();
  expect(await audit.findings()).toEqual([]);
  expect((await audit.ledger.mark('payments')).repeats).toBeGreaterThanOrEqual(1);
});

test('what services say of a family at the same moment is all kept in the database too', async () => {
  await expectFamilyParts(audit.ledger);
});

/** Longer than what is committed in the meantime takes. */
const lateMs = 60_000;
const lateOrder = { ...money, orderId: 'late', lines, customerId: 'c-1' };
const lateAccount = { customerId: 'late', currency: 'EUR', limitCents: 5_000 };

/** Commits of others, each read by the auditor, while a transaction that began before them is held open. */
const meanwhile = {
  payments: () => insisting(() => audit.benches.payments.operate('deposit', deposit)),
  orders: (turn: number) => {
    const orderId = `meanwhile-${turn}`;
    const order = { ...lateOrder, orderId };
    return insisting(() => audit.benches.orders.forward('open', order, { saga: orderId }));
  },
} as const;

/** Lets a transaction write, and commit only when it is released. */
function heldBeforeCommit({ store }: ServiceBench, work: () => Promise<unknown>) {
  const commits = waiter();
  const written = waiter();
  const transact = store.transact.bind(store);
  const held = jest.spyOn(store, 'transact').mockImplementationOnce((key, decide, options) =>
    transact(key, decide, {
      ...options,
      written: () => {
        written.stop();
        return commits.stopped;
      },
    }),
  );
  return {
    written: written.stopped,
    release: () => commits.stop(),
    work: work().finally(() => held.mockRestore()),
  };
}

describe('within 5 s and with its ids', () => {
  test('a drop is found: committed, called sent, and not in the log', async () => {
    const { orders } = audit.benches;
    await audit.unrelayed('orders', async () => {
      const order = { ...money, orderId: 'dropped', lines, customerId: 'c-1' };
      await orders.forward('open', order, { saga: 'dropped' });
      await orders.store.markPublished(await audit.pending('orders'));
      const { finding, afterMs } = await audit.found('EVENT_NOT_IN_LOG', 'order/dropped:1');
      expect(finding).toMatchObject({
        service: 'orders',
        sagaId: expect.stringContaining('dropped') as string,
      });
      expect(afterMs).toBeLessThan(promisedMs);
    });
  });

  test.each([
    ['payments', 'account/late', 'openAccount'],
    ['orders', 'order/late', 'open'],
  ] as const)('a late commit that a cursor passed by is found in %s', async (name, id, command) => {
    const bench = audit.benches[name];
    const { written, release, work } = heldBeforeCommit(bench, () =>
      command === 'open'
        ? bench.forward(command, lateOrder, { saga: 'late', timeoutMs: lateMs })
        : bench.operate(command, lateAccount),
    );
    await written;
    const { events } = await audit.ledger.mark(name);
    for (let turn = 0; turn < 20; turn += 1) await meanwhile[name](turn);
    await eventually(async () => {
      expect((await audit.ledger.mark(name)).events).toBeGreaterThanOrEqual(events + 20);
    });
    await audit.unrelayed(name, async () => {
      release();
      await work;
      const late = await audit.pending(name);
      expect(late.map((event) => `${event.aggregateId}:${event.seq}`)).toEqual([`${id}:1`]);
      await bench.store.markPublished(late);
      const { afterMs } = await audit.found('EVENT_NOT_IN_LOG', `${id}:1`);
      expect(afterMs).toBeLessThan(promisedMs);
    });
  });

  test('a duplicate with another content is found', async () => {
    const [first] = await audit.benches.payments.history();
    const forged = { ...first!, data: { ...first!.data, limitCents: 1 } };
    await audit.send('payments', { ...forged, contentHash: contentHashOf(forged) });
    const { afterMs } = await audit.found('HISTORY_FORKED', `${first!.aggregateId}:1`);
    expect(afterMs).toBeLessThan(promisedMs);
  });

  test('a swap is found', async () => {
    const { inventory } = audit.benches;
    await audit.unrelayed('inventory', async () => {
      await inventory.operate('addProduct', {
        sku: 'desk',
        name: 'Desk',
        priceCents: 5,
        currency: 'EUR',
      });
      await inventory.operate('receiveStock', { sku: 'desk', quantity: 1 });
      const waiting = await audit.pending('inventory');
      expect(waiting).toHaveLength(2);
      await audit.send('inventory', waiting[1]!, waiting[0]!);
      await inventory.store.markPublished(waiting);
      const { afterMs } = await audit.found('LOG_OUT_OF_ORDER', 'product/desk:1');
      expect(afterMs).toBeLessThan(promisedMs);
    });
  });

  test('a wrong amount is found in a row of each database', async () => {
    const { instance } = audit.world;
    const edits = [
      [await paymentsByHand(instance), 'account/c-1', 'availableCents'],
      [await ordersByHand(instance), 'order/o-1', 'amountCents'],
      [await inventoryByHand(instance), 'product/lamp', 'available'],
    ] as const;
    for (const [byHand, id, member] of edits) {
      await byHand.set(id, member, 7);
      const { finding, afterMs } = await audit.found('STATE_DIFFERS', id);
      expect(finding?.detail).toContain(`/${member}`);
      expect(afterMs).toBeLessThan(promisedMs);
      await byHand.close();
    }
    expect(await audit.findings()).toContain('STOCK_CONSERVED product/lamp');
  });
});

test('a row of its ledger that was changed by hand: the audit of that service waits, says where, and the others go on', async () => {
  const { ledger, benches, world } = audit;
  const database = auditDatabase(world.instance);
  const set = (stalled: boolean) =>
    asAdmin(database, `update audit_aggregates set stalled = ${stalled} where id = 'account/c-1'`);
  await set(true);
  const { ca } = readCredentials(audit.config);
  const waiting = async () => (await readLastLine(ledger, ca)).away;
  await eventually(async () => {
    expect(await waiting()).toEqual([
      expect.stringMatching(/^payments: CIPHERTEXT_REFUSED .* payments account\/c-1 /) as string,
    ]);
  });
  const { events } = await ledger.mark('inventory');
  await insisting(() => benches.inventory.operate('receiveStock', { sku: 'lamp', quantity: 1 }));
  await eventually(async () => {
    expect((await ledger.mark('inventory')).events).toBeGreaterThan(events);
  });
  expect(await waiting()).toHaveLength(1);
  await set(false);
  await eventually(async () => expect(await waiting()).toEqual([]));
});

test('its report is signed and in order, and a line that was changed or left out is noticed', async () => {
  const { ca } = readCredentials(audit.config);
  const { ledger } = audit;
  await eventually(async () => {
    const verdict = await verifyReport(ledger, ca);
    expect(verdict.broken).toBeUndefined();
    expect(verdict.lines).toBeGreaterThanOrEqual(4);
  });
  const without = (number: number) => ({
    reportLines: async (page: Parameters<typeof ledger.reportLines>[0]) =>
      (await ledger.reportLines(page)).filter((one) => one.number !== number),
  });
  expect((await verifyReport(without(2), ca)).broken).toEqual({
    ...{ number: 2, problem: 'the line is missing' },
  });
  const swapped = {
    reportLines: async (page: Parameters<typeof ledger.reportLines>[0]) => {
      const all = await ledger.reportLines(page);
      return all.map((one) => (one.number === 2 ? { ...one, line: all[2]?.line ?? '' } : one));
    },
  };
  expect((await verifyReport(swapped, ca)).broken).toMatchObject({ number: 2 });
});
