import { orders } from '../../activities';
import { followersOf } from '../../cli/archive/followers';
import { readManifest } from '../../platform/archive/files/manifest';
import { pruneTopic } from '../../platform/archive/prune';
import type { LogFollower } from '../../platform/archive/prune';
import { wholeLog } from '../../platform/archive/reading/whole-log';
import { readAsOf } from '../../platform/event-log/history/as-of';
import { startProjector } from '../../platform/event-log/projector';
import type { Projector } from '../../platform/event-log/projector';
import { startRelay } from '../../platform/event-log/relay';
import type { Relay } from '../../platform/event-log/relay';
import { createLogCheck } from '../../platform/event-log/relay/log-check';
import { replayProjection } from '../../platform/event-log/replay/replay';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { verifyRebuild } from '../../platform/rebuild/verify';
import { silentLog } from '../../platform/runtime/log';
import { projections } from '../../projections';
import { customerOrders } from '../../projections/customer-orders';
import type { ReadModelStore } from '../../projections/store';
import { archiveFolder, flipByte } from '../support/archive-folder';
import { eventually } from '../support/eventually';
import { runHoldfast } from '../support/holdfast-cli';
import type { Run } from '../support/holdfast-cli';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { openBench } from '../support/service-bench';
import type { ServiceBench } from '../support/service-bench';
import { configFor, environmentFor } from '../support/world';

const groupPrefix = 'projector-test';
const schemas = loadSchemas();
const archive = archiveFolder();
const { folder } = archive;
let world: LogWorld;
let topic: string;
let bench: ServiceBench;
let store: ReadModelStore;
let relay: Relay;
let projectors: readonly Projector[];

beforeAll(async () => {
  world = await openLogWorld();
  topic = await world.createTopic('orders');
  store = world.openStore();
  await store.migrate(projections);
  bench = await openBench(orders, configFor('orders', world.instance));
  begin();
  await place(0, 20);
});
afterAll(async () => {
  await Promise.all([relay.stop(), ...projectors.map((one) => one.stop())]);
  await bench.close();
  await world.close();
  archive.remove();
});

/** Starts the service's relay, and every projection that reads it. */
function begin(): void {
  const eventLog = world.logAs('orders');
  relay = startRelay({
    ...{ service: 'orders', source: bench.store, topic, partitions: 3, owner: 'test' },
    ...{
      writer: eventLog.writer,
      log: silentLog,
      limits: { leaseMs: 3_000, sendTimeoutMs: 1_000 },
    },
    logCheck: createLogCheck({
      ...{ eventLog, topic, source: bench.store, groupPrefix: 'orders-relay' },
    }),
  });
  projectors = projections
    .filter(({ services }) => services.includes('orders'))
    .map((projection) =>
      startProjector({
        ...{ projection, topics: [topic], store, schemas, log: silentLog },
        groupId: `projector-${projection.name}-${world.instance}`,
        eventLog: world.logAs('projector'),
      }),
    );
}

async function place(from: number, to: number): Promise<void> {
  const lines = [{ sku: 'lamp', quantity: 1 }];
  const money = { amountCents: 500, currency: 'EUR' };
  for (let n = from; n < to; n += 1) {
    const [orderId, saga] = [`o-${n}`, `s-${n}`];
    await bench.forward('open', { orderId, customerId: 'c', lines, ...money }, { saga });
    await bench.forward('confirm', { orderId }, { saga });
  }
  await eventually(async () => expect((await bench.store.depth()).pending).toBe(0));
}

/** `holdfast archive`, in a process of its own, as admin. */
function holdfastArchive(...words: string[]): Promise<Run> {
  const own = { HOLDFAST_INSTANCE: world.instance, HOLDFAST_ARCHIVE_DIR: folder };
  const told = { ...environmentFor('admin'), ...own };
  return runHoldfast(['archive', ...words, '--service', 'orders'], told);
}

const whole = () => wholeLog(world.logAs('projector'), folder);

const rebuilt = (eventLog = whole()) =>
  verifyRebuild({
    ...{ service: 'orders', topic, store: bench.store, eventLog, schemas, groupPrefix },
    evolve: (state, event) => orders.evolve(state, event),
  });

async function asOf(at: string, eventLog = whole()) {
  const told = { projection: customerOrders, fold: 'f', topics: [topic], schemas, groupPrefix };
  const { rows, records } = await readAsOf({ ...told, asOf: at, eventLog });
  return { records, rows: [...rows].sort(([a], [b]) => (a < b ? -1 : 1)) };
}

const marks = () => world.logAs('projector').marks(topic);

async function prune(followers: readonly LogFollower[]) {
  const eventLog = world.logAs('admin');
  const youngFrom = new Map((await marks()).map(({ partition, high }) => [partition, high]));
  const { keeper } = eventLog;
  const told = { topic, folder, eventLog, keeper, groupPrefix, youngFrom, followers };
  return pruneTopic({ ...told, isDryRun: false });
}

const followers = () =>
  followersOf({
    ...{ process: 'orders', service: orders, topic },
    configOf: (name) => configFor(name, world.instance),
  });

test('the log is one after its beginning was forgotten at the brokers: the same rebuild, replay and looks into the past', async () => {
  const before = await marks();
  const then = new Date().toISOString();
  const records = await world.records(topic);
  const past = await asOf('now');
  expect(past.records).toBe(40);
  expect(await holdfastArchive('export')).toMatchObject({ exitCode: 0 });
  expect(await holdfastArchive('verify')).toMatchObject({
    ...{ exitCode: 0, err: expect.stringContaining('40 compared with the brokers') as string },
  });

  await place(20, 30);
  await eventually(async () => {
    const all = await followers();
    const places = all.map(({ next }) =>
      before.every((one) => (next.get(one.partition) ?? 0n) >= one.high),
    );
    expect(places).toEqual(all.map(() => true));
  });
  const pruned = await prune(await followers());
  expect(pruned).toMatchObject({ verdict: 'pruned', findings: [] });
  const lows = (await marks()).map(({ low }) => low);
  // The last record of the files stays, for whoever comes from there.
  expect(lows).toEqual(before.map(({ high }) => high - 1n));

  await place(30, 40);
  expect(await rebuilt()).toMatchObject({ verdict: 'equal', aggregates: 40, events: 80 });
  expect(await rebuilt(world.logAs('projector'))).toMatchObject({ verdict: 'undecided' });
  expect(await asOf(then)).toEqual(past);
  const last = before.filter(({ high }) => high > 0n);
  const places = last.map(({ partition, high }) => `${topic}/${partition}@${high - 1n}`);
  expect(await asOf(places.join(','), whole())).toEqual(past);
  await expect(asOf('now', world.logAs('projector'))).rejects.toThrow('LOG_TRUNCATED');

  const kept = await replayProjection({
    ...{ projection: customerOrders, fold: 'again', topics: [topic], schemas, log: silentLog },
    ...{ groupPrefix: 'projector-replay', eventLog: whole(), generations: store.generations },
    ...{ keepLive: true, sampleMax: 100, expectEqual: true, acceptLetters: false },
  });
  expect(kept).toMatchObject({ verdict: 'built', events: 80, comparison: { differing: [] } });
  expect(kept.comparison).toMatchObject({ compared: 40, apart: 0 });
  expect(records).toHaveLength(40);
});

test('an export goes on behind what the brokers have forgotten', async () => {
  expect(await holdfastArchive('export')).toMatchObject({ exitCode: 0 });
  const held = readManifest(folder, topic)?.partitions ?? {};
  expect(Object.values(held).map(([first]) => first?.first)).toEqual(['0', '0', '0']);
});

test('nothing is forgotten that a reader has not read, or that is young', async () => {
  const lows = (await marks()).map(({ low }) => low);
  const behind = { name: 'a reader', next: new Map(lows.map((low, slot) => [slot, low])) };
  const refused = await prune([...(await followers()), behind]);
  expect(refused).toMatchObject({ verdict: 'planned', records: 0 });
  expect(refused.partitions.map(({ keptBy }) => keptBy)).toContain('a reader');
  const young = await holdfastArchive('prune', '--older-than', '1', '--yes');
  expect(young).toMatchObject({ exitCode: 0 });
  expect(young.err).toContain('kept by age');
  const unlimited = await holdfastArchive('prune', '--yes');
  expect(unlimited).toMatchObject({ exitCode: 2 });
  expect(unlimited.err).toContain('RETENTION_UNLIMITED');
  expect((await marks()).map(({ low }) => low)).toEqual(lows);
});

test('a topic that was lost is filled from the files, and everybody goes on where they stood', async () => {
  await Promise.all([relay.stop(), ...projectors.map((one) => one.stop())]);
  const before = await marks();
  await world.admin.deleteTopics({ topics: [topic] });
  await eventually(() => world.createTopic('orders'));
  // As if one of them had read on before the topic was lost.
  const ahead = `update checkpoints set next_offset = next_offset + 1
    where projection like 'customer-orders%' and topic = $1 returning projection`;
  await store.ask(ahead, [topic]);
  const filled = await holdfastArchive('import', '--json');
  expect(filled).toMatchObject({ exitCode: 0 });
  expect(filled.err).toContain('was set back in partition');
  expect(await marks()).toEqual(
    before.map(({ partition, high }) => ({ partition, low: 0n, high })),
  );
  expect(await rebuilt(world.logAs('projector'))).toMatchObject({ verdict: 'equal', events: 80 });
  begin();
  await place(40, 42);
  await eventually(async () => {
    const rows = await store.ask<{ count: number }>(liveCount, []);
    expect(rows).toEqual([{ count: 42 }]);
  });
  expect(projectors.map((one) => one.isFlowing())).toEqual(projectors.map(() => true));
});

const liveCount = `select count(*)::int as count from live_rows where projection = 'customer-orders'`;

test('one byte that changed in a file is named, ends every reading, and keeps the brokers from forgetting', async () => {
  const lows = (await marks()).map(({ low }) => low);
  const last = archive.segments(topic).at(-1) ?? '';
  flipByte(last);
  const verified = await holdfastArchive('verify');
  expect(verified).toMatchObject({ exitCode: 1 });
  expect(verified.err).toContain(`ARCHIVE_DAMAGED: ${last}`);
  await expect(rebuilt()).rejects.toMatchObject({ code: 'ARCHIVE_DAMAGED' });
  await eventually(async () => {
    const pruned = await prune(await followers());
    expect(pruned).toMatchObject({ verdict: 'refused', findings: [{ code: 'ARCHIVE_DAMAGED' }] });
  });
  expect((await marks()).map(({ low }) => low)).toEqual(lows);
});
