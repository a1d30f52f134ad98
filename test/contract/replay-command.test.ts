import { reportLines } from '../../cli/replay/print';
import { dropOld, replayProjection, rollBack } from '../../platform/event-log/replay/replay';
import type { ReplayOptions } from '../../platform/event-log/replay/options';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { silentLog } from '../../platform/runtime/log';
import type { Keyring } from '../../platform/security/keys/vault';
import { customerOrders } from '../../projections/customer-orders';
import { projections } from '../../projections';
import type { ReadModelStore } from '../../projections/store';
import { anEvent } from '../support/events';
import { runHoldfast } from '../support/holdfast-cli';
import { openKeyStoreWorld } from '../support/key-store';
import type { KeyStoreWorld } from '../support/key-store';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { orderEvents, sendOrders } from '../support/order-log';
import { openedRows, putRows } from '../support/read-rows';
import { environmentFor } from '../support/world';

let world: LogWorld;
let keyStore: KeyStoreWorld;
let keys: Keyring;
let topic: string;
let store: ReadModelStore;

beforeAll(async () => {
  keyStore = await openKeyStoreWorld();
  keys = await keyStore.keysOf('projector', 'read-models', 'letters');
  world = await openLogWorld({ keysUrl: () => keyStore.url(), keys });
  topic = await world.createTopic('orders');
  store = world.openStore();
  await store.migrate(projections);
  await sendOrders(world, topic, history());
});
afterAll(async () => {
  await world.close();
  await keys.close();
  await keyStore.close();
});

const orders = 60;
function* history() {
  for (let index = 0; index < orders; index += 1) yield* orderEvents(`o-${index}`, 'c', index);
}

/** `holdfast replay customer-orders`, in a process of its own, as the projector. */
async function holdfastReplay(words: readonly string[] = [], more: Record<string, string> = {}) {
  const own = { ...environmentFor('projector'), HOLDFAST_INSTANCE: world.instance };
  const keysUrl = { HOLDFAST_KEYS_URL: keyStore.url() };
  const args = ['replay', 'customer-orders', '--json', ...words];
  const run = await runHoldfast(args, { ...own, ...keysUrl, HOLDFAST_CRASH_DIR: '', ...more });
  const report = run.out === '' ? {} : (JSON.parse(run.out) as Record<string, unknown>);
  return { code: run.exitCode, said: run.err, report };
}

/** The same without a process of its own. */
const replay = (told: Partial<ReplayOptions> = {}) => replayProjection(options(told));

function options(told: Partial<ReplayOptions> = {}): ReplayOptions {
  return {
    ...{ projection: customerOrders, fold: 'sound', topics: [topic], log: silentLog },
    ...{ schemas: loadSchemas(), groupPrefix: 'projector-replay' },
    ...{ eventLog: world.logAs('projector'), generations: store.generations },
    ...{ keepLive: false, sampleMax: 100, expectEqual: false, acceptLetters: false },
    ...told,
  };
}

const states = async () =>
  (await store.generations.generations('customer-orders')).map(({ number, state }) => [
    ...[number, state],
  ]);
const liveRows = async () =>
  (await store.ask<{ count: number }>('select count(*)::int as count from live_rows', []))[0]
    ?.count;

test('rows that were there before generations are the first one', async () => {
  const asOf = new Date().toISOString();
  await putRows(store, customerOrders, { old: { row: {}, sources: [], asOf } });
  await store.ask('drop table generations cascade', []);
  await Promise.all([store.migrate(projections), store.migrate(projections)]);
  expect(await states()).toEqual([[1, 'live']]);
  expect(await liveRows()).toBe(1);
});

test('killed at any point it leaves the live one alone, goes on when started again, and deletes what it dropped', async () => {
  expect(await replay()).toMatchObject({ verdict: 'switched', to: 2 });
  const points = [
    'projector.applied-not-resolved:customer-orders=1',
    'replay.caught-up-not-switched=1',
    'replay.exchanged-not-committed=1',
  ];
  for (const point of points) {
    const killed = await holdfastReplay([], { HOLDFAST_CRASH_POINTS: point });
    expect(killed).toMatchObject({ code: 'SIGKILL', report: {} });
    expect(await states()).toEqual([
      [1, 'kept'],
      [2, 'live'],
      [3, 'building'],
    ]);
    expect(await liveRows()).toBe(orders);
  }
  const done = await holdfastReplay(['--expect-equal']);
  expect(done).toMatchObject({ code: 0, report: { verdict: 'switched', from: 2, to: 3 } });
  expect(done.report).toMatchObject({ resumed: true, comparison: { compared: orders } });
  expect(done.report).toMatchObject({ comparison: { differing: [], apart: 0 } });
  expect(done.said).toContain(`${orders} equal, 0 differ`);
  const left = `select distinct projection from read_rows order by projection`;
  expect(await store.ask(left, [])).toEqual([
    { projection: 'customer-orders#2' },
    { projection: 'customer-orders#3' },
  ]);
});

test('two at once are refused', async () => {
  const hold = await store.generations.hold('customer-orders');
  const refused = await holdfastReplay();
  await hold?.release();
  expect(refused).toMatchObject({ code: 4 });
  expect(refused.said).toContain('REPLAY_RUNNING');
});

test('a row that differs is named with its member, and refuses the switch where equality was expected', async () => {
  const told = { instance: world.instance, projection: 'customer-orders#3', keys };
  const found = (await openedRows(store, told)).find(({ key }) => key === 'o-7');
  const { key = '', row, ...kept } = found ?? { sources: [], asOf: '' };
  await putRows(store, customerOrders, { [key]: { ...kept, row: { ...row, status: 'lost' } } });
  const refused = await replay({ expectEqual: true });
  expect(refused).toMatchObject({ verdict: 'differs', from: 3, to: 4 });
  expect(reportLines(refused)).toContain(
    '    o-7: {"pointer":"/status","before":"lost","after":"confirmed"}',
  );
  const shown = await replay();
  expect(shown).toMatchObject({ verdict: 'switched', resumed: true, to: 4 });
  expect(shown).toMatchObject({ comparison: { differing: [{ key: 'o-7' }] } });
});

test('dead letters of its own refuse the switch until they are accepted, and wait in the live one afterwards', async () => {
  const failing = {
    ...customerOrders,
    fold: (...[row, event, key]: Parameters<typeof customerOrders.fold>) => {
      if (event.type === 'order.confirmed' && key === 'o-9') throw new Error('a bug of the fold');
      return customerOrders.fold(row, event, key);
    },
  };
  const told = { projection: failing, fold: 'failing' };
  const refused = await replay(told);
  expect(refused).toMatchObject({
    ...{ verdict: 'letters', comparison: { apart: 1, differing: [] } },
    letters: { count: 1, first: [{ aggregateId: 'order/o-9', seq: 2, reason: 'FOLD_FAILED' }] },
  });
  expect(await store.deadLetters({ limitMax: 10 })).toEqual([]);
  const accepted = await replay({ ...told, acceptLetters: true });
  expect(accepted).toMatchObject({ verdict: 'switched', resumed: true });
  expect(await store.deadLetters({ limitMax: 10 })).toMatchObject([
    { projection: 'customer-orders', aggregateId: 'order/o-9', seq: 2 },
  ]);
  const back = await holdfastReplay(['--rollback']);
  expect(back).toMatchObject({ code: 0, report: { verdict: 'switched', to: 4 } });
  expect(await store.deadLetters({ limitMax: 10 })).toEqual([]);
});

test('a log that is not whole is not folded, and says where', async () => {
  const orphan = anEvent({ aggregateId: 'order/torn', seq: 2, data: { orderId: 'torn' } });
  await sendOrders(world, topic, [orphan]);
  await expect(
    replay({ fold: 'again', limits: { stallMs: 1_500, progressMs: 100 } }),
  ).rejects.toMatchObject({
    ...{ code: 'REPLAY_HALTED', message: expect.stringContaining('SEQUENCE_GAP') as string },
  });
  expect(await liveRows()).toBe(orders);
  await dropOld(store.generations, 'customer-orders');
  expect(await states()).toEqual([[4, 'live']]);
  await expect(rollBack(options())).rejects.toMatchObject({ code: 'NOTHING_KEPT' });
});
