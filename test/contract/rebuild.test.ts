import { inventory, orders, payments } from '../../activities';
import { startRelay } from '../../platform/event-log/relay';
import type { Relay } from '../../platform/event-log/relay';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import type { RebuildReport } from '../../platform/rebuild/options';
import { verifyRebuild } from '../../platform/rebuild/verify';
import type { Keyring } from '../../platform/security/keys/vault';
import { silentLog } from '../../platform/runtime/log';
import { inventoryByHand, ordersByHand, paymentsByHand } from '../support/by-hand';
import type { ByHand } from '../support/by-hand';
import { eventually } from '../support/eventually';
import { runHoldfast } from '../support/holdfast-cli';
import type { Run } from '../support/holdfast-cli';
import { openKeyStoreWorld } from '../support/key-store';
import type { KeyStoreWorld } from '../support/key-store';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { openBench, patient } from '../support/service-bench';
import type { ServiceBench } from '../support/service-bench';
import { configFor, environmentFor } from '../support/world';

const money = { currency: 'EUR', amountCents: 1_000 };
const lines = [{ sku: 'lamp', quantity: 2 }];
/** Enough for every comparison to meet writing; without an end they would have ever more to read. */
const turnsMax = 150;

/** A service on its own database, something to do in it, and a field of it that somebody changes by hand. */
const cases = [
  {
    ...{ service: payments, byHand: paymentsByHand },
    field: { id: 'account/p-1', member: 'availableCents', value: 8_001 },
    gone: 'payment/o-1',
    async fill(bench: ServiceBench) {
      const account = { customerId: 'p-1', currency: 'EUR' };
      await bench.operate('openAccount', { ...account, limitCents: 5_000 });
      await bench.operate('deposit', { ...account, amountCents: 9_000 });
      await bench.forward('authorize', { ...money, customerId: 'p-1', orderId: 'o-1' });
      await bench.forward('capture', { orderId: 'o-1' });
    },
    async more(bench: ServiceBench, turn: number) {
      const account = { customerId: 'p-1', currency: 'EUR' };
      await bench.operate('deposit', { ...account, amountCents: 1 });
      const other = { ...account, customerId: `p-more-${turn}` };
      await bench.operate('openAccount', { ...other, limitCents: 5_000 });
    },
  },
  {
    ...{ service: orders, byHand: ordersByHand },
    field: { id: 'order/o-1', member: 'status', value: 'confirmex' },
    gone: 'order/o-2',
    async fill(bench: ServiceBench) {
      for (const orderId of ['o-1', 'o-2']) {
        const saga = orderId;
        await bench.forward('open', { ...money, orderId, lines, customerId: 'c-1' }, { saga });
        await bench.forward('confirm', { orderId }, { saga });
      }
    },
    async more(bench: ServiceBench, turn: number) {
      const again = { orderId: 'o-1', customerId: 'c-1' };
      const saga = `more-${turn}`;
      await bench.forward('requestReturn', again, { saga });
      await bench.undo('cancelReturn', 'requestReturn', { saga, input: { orderId: 'o-1' } });
      await bench.forward('open', { ...money, ...again, orderId: saga, lines }, { saga });
    },
  },
  {
    ...{ service: inventory, byHand: inventoryByHand },
    field: { id: 'product/lamp', member: 'reserved', value: 3 },
    gone: 'reservation/o-1',
    async fill(bench: ServiceBench) {
      const product = { sku: 'lamp', name: 'Lamp', priceCents: 500, currency: 'EUR' };
      await bench.operate('addProduct', product);
      await bench.operate('receiveStock', { sku: 'lamp', quantity: 9 });
      await bench.forward('reserve', { ...money, orderId: 'o-1', lines });
    },
    async more(bench: ServiceBench, turn: number) {
      const product = { name: 'Lamp', priceCents: 500, currency: 'EUR' };
      await bench.operate('receiveStock', { sku: 'lamp', quantity: 1 });
      await bench.operate('addProduct', { ...product, sku: `more-${turn}` });
    },
  },
].map((each) => [each.service.name, each] as const);

let world: LogWorld;
let keyStore: KeyStoreWorld;
beforeAll(async () => {
  world = await openLogWorld({ keysUrl: () => keyStore.url() });
  keyStore = await openKeyStoreWorld();
});
afterAll(() => Promise.all([world.close(), keyStore.close()]));

/** `holdfast rebuild`, in a process of its own, as auditor. */
function holdfastRebuild(...words: string[]): Promise<Run> {
  const told = {
    ...{ ...environmentFor('auditor'), HOLDFAST_INSTANCE: world.instance },
    HOLDFAST_KEYS_URL: keyStore.url(),
  };
  return runHoldfast(['rebuild', ...words], told);
}

describe.each(cases)('the database of %s', (name, { service, field, gone, ...does }) => {
  let bench: ServiceBench;
  let topic: string;
  let relay: Relay;
  let byHand: ByHand;
  let keys: Keyring;

  beforeAll(async () => {
    topic = await world.createTopic(name);
    keys = await keyStore.keysOf(name, `store.${name}`);
    bench = await openBench(service, configFor(name, world.instance), keys);
    byHand = await does.byHand(world.instance, keys);
    relay = startRelay({
      ...{ service: name, source: bench.store, topic, partitions: 3, owner: 'test' },
      ...{ writer: world.logAs(name).writer, log: silentLog },
    });
    await does.fill(bench);
    await eventually(async () => expect((await bench.store.depth()).pending).toBe(0));
  });
  afterAll(async () => {
    await relay.stop();
    await Promise.all([byHand.close(), bench.close(), keys.close()]);
  });

  function verify(): Promise<RebuildReport> {
    return verifyRebuild({
      ...{ service: name, topic, store: bench.store, eventLog: world.logAs('projector') },
      ...{
        evolve: (state, event) => service.evolve(state, event),
        schemas: loadSchemas(),
        groupPrefix: 'projector-test',
      },
    });
  }

  test('equals the fold of its log', async () => {
    const { exitCode, out, err } = await holdfastRebuild(name, '--verify', '--json');
    expect({ exitCode, err }).toMatchObject({
      ...{ exitCode: 0, err: expect.stringContaining('log and database are equal') as string },
    });
    const events = (await bench.history()).length;
    expect(JSON.parse(out)).toMatchObject({
      ...{ service: name, verdict: 'equal', aggregates: 2, events, findings: [], counts: {} },
    });
  });

  test('is accused of nothing while the service writes on', async () => {
    const writing = { isOver: false, turns: 0 };
    const written = (async () => {
      for (; !writing.isOver && writing.turns < turnsMax; writing.turns += 1) {
        await does.more(patient(bench), writing.turns);
      }
    })();
    const reports: RebuildReport[] = [];
    try {
      for (let round = 0; round < 4; round += 1) reports.push(await verify());
    } finally {
      writing.isOver = true;
      await written;
    }
    expect(reports.map(({ verdict, findings }) => [verdict, findings])).toEqual(
      reports.map(() => ['equal', []]),
    );
    const events = reports.map((report) => report.events);
    expect(events.at(-1)).toBeGreaterThan(events[0] ?? 0);
    expect(writing.turns).toBeGreaterThan(reports.length);
  });

  test('shows the very field that was changed by hand, and no other', async () => {
    const { id, member, value } = field;
    const before = await bench.store.readAggregate(id);
    const old = (before?.state as Record<string, number | string>)[member] ?? '';
    await byHand.set(id, member, value);
    const { exitCode, out, err } = await holdfastRebuild(name, '--verify', '--json');
    expect(exitCode).toBe(1);
    const report = JSON.parse(out) as RebuildReport;
    expect(report.counts).toEqual({ STATE_DIFFERS: 1 });
    const texts = { expected: JSON.stringify(old), actual: JSON.stringify(value) };
    expect(report.findings).toMatchObject([
      { aggregateId: id, field: { pointer: `/${member}`, members: 1, ...texts } },
    ]);
    expect(err).toContain(`/${member}: log ${texts.expected}, database ${texts.actual}`);
    await byHand.set(id, member, old);
    expect(await verify()).toMatchObject({ verdict: 'equal' });
  });

  test('shows the aggregate whose row was deleted, and no other', async () => {
    await byHand.remove(gone);
    const { verdict, findings } = await verify();
    expect([verdict, findings]).toMatchObject([
      ...['differs', [{ aggregateId: gone, code: 'NOT_IN_DATABASE', seq: 1 }]],
    ]);
    const alone = await holdfastRebuild(name, '--verify', '--aggregate', field.id);
    expect(alone).toMatchObject({ exitCode: 0, out: '' });
  });
});

test('what cannot be compared is neither equal nor different', async () => {
  const nowhere = await holdfastRebuild('sagas', '--verify');
  expect([nowhere.exitCode, nowhere.out]).toEqual([3, '']);
  expect(nowhere.err).toMatch(/TOPIC_MISSING[^]*fix: /);
});
