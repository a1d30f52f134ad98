import fc from 'fast-check';
import { readAsOf } from '../../platform/event-log/history/as-of';
import type { AsOfOptions } from '../../platform/event-log/history/as-of';
import type { LogRecord } from '../../platform/event-log/ports';
import { replayProjection } from '../../platform/event-log/replay/replay';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { silentLog } from '../../platform/runtime/log';
import { projections } from '../../projections';
import { customerOrders } from '../../projections/customer-orders';
import { openReadModelStore } from '../../projections/store';
import type { ReadModelStore } from '../../projections/store';
import { eventually } from '../support/eventually';
import { runHoldfast } from '../support/holdfast-cli';
import { openKeyStoreWorld } from '../support/key-store';
import type { KeyStoreWorld } from '../support/key-store';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { orderEvents, sendOrders } from '../support/order-log';
import { plainFold } from '../support/plain-fold';
import { openedRows } from '../support/read-rows';
import { testVault } from '../support/test-keys';
import { configFor, environmentFor } from '../support/world';

const orders = 300;
const schemas = loadSchemas();
let world: LogWorld;
let keyStore: KeyStoreWorld;
let topic: string;
let store: ReadModelStore;
let records: readonly LogRecord[];
/** Between the first half of the orders and the second. */
let between: string;

beforeAll(async () => {
  keyStore = await openKeyStoreWorld();
  world = await openLogWorld({ keysUrl: () => keyStore.url() });
  topic = await world.createTopic('orders');
  store = world.openStore();
  await store.migrate(projections);
  await sendOrders(world, topic, history(0, orders / 2));
  between = new Date().toISOString();
  // The log's clock counts milliseconds.
  await eventually(() => expect(Date.now()).toBeGreaterThan(Date.parse(between)));
  await sendOrders(world, topic, history(orders / 2, orders));
  records = await world.records(topic);
});
afterAll(async () => {
  await world.close();
  await keyStore.close();
});

function* history(from: number, to: number) {
  for (let index = from; index < to; index += 1) yield* orderEvents(`o-${index}`, 'c', index);
}

const options = (asOf: string, told: Partial<AsOfOptions> = {}): AsOfOptions => ({
  ...{ projection: customerOrders, fold: 'f', asOf, topics: [topic], schemas },
  ...{ groupPrefix: 'projector-test', eventLog: world.logAs('projector'), ...told },
});

const plain = ({ rows }: Awaited<ReturnType<typeof readAsOf>>) =>
  new Map(
    [...rows].map(([key, { row }]) => [key, row] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
  );

/** `holdfast query customer-orders`, in a process of its own, as the projector. */
async function holdfastQuery(...words: string[]) {
  const told = { ...environmentFor('projector'), HOLDFAST_INSTANCE: world.instance };
  const keysUrl = { HOLDFAST_KEYS_URL: keyStore.url() };
  const run = await runHoldfast(['query', 'customer-orders', ...words], { ...told, ...keysUrl });
  return { code: run.exitCode, out: run.out, said: run.err };
}

test('at places drawn at random it is a rebuild that stopped there, with snapshots and without', async () => {
  const ends = [0, 1, 2].map(
    (slot) => records.filter(({ partition }) => partition === slot).length,
  );
  const places = fc.tuple(...ends.map((end) => fc.integer({ min: 1, max: end })));
  let skipped = 0;
  for (const cut of fc.sample(places, 5)) {
    const asOf = cut.map((next, slot) => `${topic}/${slot}@${next - 1}`).join(',');
    const before = records.filter((one) => Number(one.offset) < (cut[one.partition] ?? 0));
    const expected = plainFold(customerOrders, before);
    expect(plain(await readAsOf(options(asOf)))).toEqual(expected);
    const told = { snapshots: store.snapshots, limits: { snapshotRecords: 40 } };
    const helped = await readAsOf(options(asOf, told));
    expect(plain(helped)).toEqual(expected);
    skipped += helped.skipped;
  }
  expect(skipped).toBeGreaterThan(0);
  expect((await store.snapshots.snapshots('customer-orders')).length).toBeLessThanOrEqual(8);
});

test('a time cuts the log by the clock of who wrote it', async () => {
  const { code, out } = await holdfastQuery('--as-of', between, '--json', '--limit', '1000');
  const { rows, cut } = JSON.parse(out) as { rows: { key: string; row: object }[]; cut: string };
  expect({ code, rows: rows.length }).toEqual({ code: 0, rows: orders / 2 });
  const first = records.filter(({ key }) => Number(key.slice('order/o-'.length)) < orders / 2);
  expect(new Map(rows.map(({ key, row }) => [key, row]))).toEqual(plainFold(customerOrders, first));
  const again = await holdfastQuery('--as-of', cut, '--key', 'o-3');
  expect(again).toMatchObject({
    code: 0,
    out: expect.stringMatching(/^o-3 \{.*"confirmed"/) as string,
  });
  const absent = await holdfastQuery('--as-of', cut, '--key', `o-${orders - 1}`);
  expect(absent).toMatchObject({ code: 1, out: '' });
});

test('as of now it has the very rows of a generation that was built from the log', async () => {
  const { verdict } = await replayProjection({
    ...{ projection: customerOrders, fold: 'f', topics: [topic], schemas, log: silentLog },
    ...{ groupPrefix: 'projector-replay', eventLog: world.logAs('projector') },
    ...{ generations: store.generations, keepLive: false, sampleMax: 100 },
    ...{ expectEqual: false, acceptLetters: false },
  });
  expect(verdict).toBe('switched');
  const generations = await store.generations.generations('customer-orders');
  const projection = String(generations.find(({ state }) => state === 'live')?.name);
  const live = await openedRows(store, { instance: world.instance, projection });
  const now = await readAsOf(options('now'));
  expect([...now.rows].sort(([a], [b]) => (a < b ? -1 : 1))).toEqual(
    live.map(({ key, ...kept }) => [key, kept]),
  );
});

test('snapshots are sealed for what they are of, and dropped under an older key', async () => {
  const told = { snapshots: store.snapshots, limits: { snapshotRecords: 40 } };
  await readAsOf(options('now', told));
  const sound = await readAsOf(options('now', told));
  const key = 'read-models';
  const count = (await store.sealedSnapshots.keyUse()).get(key) ?? 0;
  expect(count).toBeGreaterThan(1);
  // The one of most records gets the whole content of the one of fewest.
  const [most, fewest] = ['desc', 'asc'].map(
    (order) => `(select id from snapshots order by records ${order} limit 1)`,
  );
  const exchange = `with sums as (
      update snapshots s set checksum = o.checksum from snapshots o
      where s.id = ${most} and o.id = ${fewest})
    update snapshot_chunks c set body = o.body from snapshot_chunks o
    where c.snapshot_id = ${most} and o.snapshot_id = ${fewest} and c.number = o.number`;
  await store.ask(exchange, []);
  const passed = await readAsOf(options('now', told));
  expect(plain(passed)).toEqual(plain(sound));
  expect(passed.skipped).toBeLessThan(sound.skipped);
  const config = configFor('projector', world.instance);
  const next = openReadModelStore(config, { vault: () => testVault(key, 'next') });
  expect(await next.sealedSnapshots.reseal(100)).toBeGreaterThanOrEqual(count);
  expect(await next.sealedSnapshots.keyUse()).toEqual(new Map());
  await next.close();
});

test('a snapshot that is not what was put by is passed over', async () => {
  const told = { snapshots: store.snapshots, limits: { snapshotRecords: 40 } };
  const sound = await readAsOf(options('now', told));
  expect((await readAsOf(options('now', told))).skipped).toBeGreaterThan(0);
  const spoil = `update snapshot_chunks set body = set_byte(body, length(body) / 2,
    get_byte(body, length(body) / 2) # 1) returning snapshot_id`;
  await store.ask(spoil, []);
  const mended = await readAsOf(options('now', told));
  expect(mended).toMatchObject({ skipped: 0 });
  expect(plain(mended)).toEqual(plain(sound));
});
