import { inventory, orders, payments } from '../../activities';
import { auditTable, readLog } from '../../platform/event-log/audit';
import { startRelay } from '../../platform/event-log/relay';
import type { Relay } from '../../platform/event-log/relay';
import { createLogCheck } from '../../platform/event-log/relay/log-check';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import type { StepMessage } from '../../platform/kernel/step';
import { aggregatePages } from '../../platform/outbox/aggregate-pages';
import { verifyRebuild } from '../../platform/rebuild/verify';
import type { SentMessage } from '../../platform/restore/believed';
import { holdStopped } from '../../platform/restore/hold';
import { restore } from '../../platform/restore/restore';
import { silentLog } from '../../platform/runtime/log';
import { inventoryBackup, ordersBackup, paymentsBackup } from '../support/backups';
import type { Backup } from '../support/backups';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { openBench, patient } from '../support/service-bench';
import type { ServiceBench } from '../support/service-bench';
import { configFor } from '../support/world';

const money = { currency: 'EUR', amountCents: 1_000 };
const lines = [{ sku: 'lamp', quantity: 2 }];

/** A service, what it holds when the backup is taken, what it does afterwards, and what its log never saw. */
const cases = [
  {
    ...{ service: payments, backupOf: paymentsBackup },
    async old(bench: ServiceBench) {
      const account = { customerId: 'r-1', currency: 'EUR' };
      await bench.operate('openAccount', { ...account, limitCents: 5_000 });
      await bench.operate('deposit', { ...account, amountCents: 9_000 });
    },
    async young(bench: ServiceBench, saga: string) {
      const order = { orderId: `r-${saga}` };
      await bench.forward('authorize', { ...money, ...order, customerId: 'r-1' }, { saga });
      if (saga.startsWith('undone')) await bench.undo('void', 'authorize', { saga, input: order });
      if (saga.startsWith('done')) await bench.forward('capture', order, { saga });
    },
    undo: (bench: ServiceBench, saga: string) =>
      bench.undo('void', 'authorize', { saga, input: { orderId: `r-${saga}` } }),
  },
  {
    ...{ service: orders, backupOf: ordersBackup },
    async old(bench: ServiceBench) {
      const order = { ...money, orderId: 'r-0', lines, customerId: 'r-1' };
      await bench.forward('open', order, { saga: 'old' });
      await bench.forward('confirm', { orderId: 'r-0' }, { saga: 'old' });
    },
    async young(bench: ServiceBench, saga: string) {
      const again = { orderId: 'r-0', customerId: 'r-1' };
      const order = { ...money, orderId: `r-${saga}`, lines, customerId: 'r-1' };
      await bench.forward('open', order, { saga });
      await bench.forward('requestReturn', again, { saga });
      await bench.undo('cancelReturn', 'requestReturn', { saga, input: { orderId: 'r-0' } });
      if (saga.startsWith('undone'))
        await bench.undo('reject', 'open', { saga, input: { orderId: `r-${saga}` } });
    },
    undo: (bench: ServiceBench, saga: string) =>
      bench.undo('reject', 'open', { saga, input: { orderId: `r-${saga}` } }),
  },
  {
    ...{ service: inventory, backupOf: inventoryBackup },
    async old(bench: ServiceBench) {
      for (const sku of ['lamp', 'desk']) {
        const product = { sku, name: 'Lamp', priceCents: 500, currency: 'EUR' };
        await bench.operate('addProduct', product);
        await bench.operate('receiveStock', { sku, quantity: 90 });
      }
    },
    async young(bench: ServiceBench, saga: string) {
      const order = {
        ...money,
        orderId: `r-${saga}`,
        lines: [...lines, { sku: 'desk', quantity: 1 }],
        amountCents: 1_500,
      };
      await bench.forward('reserve', order, { saga });
      const input = { orderId: order.orderId };
      if (saga.startsWith('undone')) await bench.undo('release', 'reserve', { saga, input });
      if (saga.startsWith('done')) await bench.forward('ship', input, { saga });
    },
    undo: (bench: ServiceBench, saga: string) =>
      bench.undo('release', 'reserve', { saga, input: { orderId: `r-${saga}` } }),
  },
].map((each) => [each.service.name, each] as const);

let world: LogWorld;
beforeAll(async () => void (world = await openLogWorld()));
afterAll(() => world.close());

/** Notes every message that the service answers, as Temporal does for its sagas. */
function noted(bench: ServiceBench): SentMessage[] {
  const sent: SentMessage[] = [];
  const participant = bench.participant as { handle: typeof bench.participant.handle };
  const handle = participant.handle.bind(participant);
  participant.handle = async (message: StepMessage, how) => {
    const answer = await handle(message, how);
    const at = new Date().toISOString();
    sent.push({ message, answer, sentAt: at, answeredAt: at });
    return answer;
  };
  return sent;
}

/** What belongs to one saga alone, but for what was written on the restored database: that is done again. */
function own(states: Record<string, unknown>): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(states).filter(([id]) =>
      /\/r-(held|done|undone|done-late|undone-late)$/.test(id),
    ),
  );
}

async function statesOf({ store }: ServiceBench) {
  const states: Record<string, unknown> = {};
  for await (const page of aggregatePages(store, { limitMax: 100 })) {
    for (const { id, state } of page) states[id] = state;
  }
  return states;
}

describe.each(cases)('a backup of the database of %s', (name, { service, backupOf, ...does }) => {
  let bench: ServiceBench;
  let topic: string;
  let backup: Backup;
  let sent: SentMessage[];
  let truth: Record<string, unknown>;
  const relays: Relay[] = [];

  function relayed(): Relay {
    const eventLog = world.logAs(name);
    const relay = startRelay({
      ...{ service: name, source: bench.store, topic, partitions: 3, owner: `r-${relays.length}` },
      ...{ writer: eventLog.writer, log: silentLog },
      logCheck: createLogCheck({
        eventLog,
        topic,
        source: bench.store,
        groupPrefix: `${name}-relay`,
      }),
    });
    relays.push(relay);
    return relay;
  }
  /** Asked of the events themselves: the depth of an outbox on DynamoDB may lag. */
  const isSent = () =>
    eventually(async () => {
      const events = await bench.store.history({ limitMax: 500 });
      expect(events.filter(({ published }) => !published)).toEqual([]);
    }, 20_000);
  const marks = () => world.logAs('projector').marks(topic);
  /** How the slots are, in words. */
  const errors = (relay: Relay) =>
    relay
      .status()
      .slots.map(({ state, lastError = '' }) => `${state} ${lastError}`)
      .join();
  const logged = async () => (await marks()).map(({ high }) => high);

  const restored = () =>
    restore({
      ...{ service: name, topic, store: bench.store, participant: bench.participant },
      ...{ eventLog: world.logAs('projector'), groupPrefix: 'projector-test', partitions: 3 },
      ...{
        schemas: loadSchemas(),
        isDryRun: false,
        evolve: (state, event) => service.evolve(state, event),
      },
      async *histories() {
        yield { workflowId: 'all', isRunning: false, sent: [...sent] };
      },
    });

  beforeAll(async () => {
    topic = await world.createTopic(name);
    bench = patient(await openBench(service, configFor(name, world.instance)));
    backup = await backupOf(world.instance);
    const relay = relayed();
    await does.old(bench);
    await isSent();
    await relay.stop();
    await backup.take();
    sent = noted(bench);
    const second = relayed();
    for (const saga of ['held', 'done', 'undone']) await does.young(bench, saga);
    expect(sent.map(({ answer }) => answer?.answer)).not.toContain('refused');
    await isSent();
    await second.stop();
    for (const saga of ['done-late', 'undone-late']) await does.young(bench, saga);
    truth = await statesOf(bench);
  });
  afterAll(async () => {
    await Promise.all(relays.map((relay) => relay.stop()));
    await Promise.all([backup.close(), bench.close()]);
  });

  test('is told as one before a single event is sent, also when it was written on', async () => {
    await backup.putBack();
    const before = await logged();
    const idle = relayed();
    await eventually(() => expect(errors(idle)).toContain('DATABASE_BEHIND'), 20_000);
    await idle.stop();
    for (const saga of ['held', 'done-since']) await does.young(bench, saga);
    const forked = relayed();
    await eventually(
      () => expect(errors(forked)).toMatch(/HISTORY_FORKED|DATABASE_BEHIND/),
      20_000,
    );
    await forked.stop();
    expect(await logged()).toEqual(before);
    const report = await restored();
    expect(report).toMatchObject({ verdict: 'stopped', commits: 0, messages: 0 });
    expect(report.findings.map(({ code }) => code)).toContain('HISTORY_FORKED');
  });

  test('is made whole: states, fences and answers, what the log never saw as well', async () => {
    await backup.putBack();
    const hold = await holdStopped(bench.store, { partitions: 3, owner: 'restore' });
    expect(await restored()).toMatchObject({ verdict: 'whole', findings: [] });
    await hold.release();
    expect(own(await statesOf(bench))).toEqual(own(truth));
    expect(await bench.violations()).toEqual([]);
    const undo = await does.undo(bench, 'held');
    expect(undo).toEqual({ answer: 'undone' });
  });

  test('goes on afterwards: log, database and fold are equal', async () => {
    relayed();
    await isSent();
    const content = await readLog({
      ...{ service: name, topic, eventLog: world.logAs('projector'), timeoutMs: 20_000 },
      groupPrefix: 'projector-test',
    });
    expect(content.violations).toEqual([]);
    expect((await auditTable(name, bench.store, content)).violations).toEqual([]);
    const report = await verifyRebuild({
      ...{ service: name, topic, store: bench.store, eventLog: world.logAs('projector') },
      ...{ evolve: (state, event) => service.evolve(state, event), schemas: loadSchemas() },
      groupPrefix: 'projector-test',
    });
    expect(report).toMatchObject({ verdict: 'equal', findings: [] });
  });
});
