import { startProjector } from '../../platform/event-log/projector';
import type { Projector } from '../../platform/event-log/projector';
import { replayProjection, rollBack } from '../../platform/event-log/replay/replay';
import type { ReplayOptions, ReplayProgress } from '../../platform/event-log/replay/options';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { silentLog } from '../../platform/runtime/log';
import { customerOrders } from '../../projections/customer-orders';
import { openReadModel } from '../../projections/read-model';
import type { ReadModel } from '../../projections/read-model';
import type { ReadModelStore } from '../../projections/store';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { orderEvents, sendOrders } from '../support/order-log';
import { steadyReads } from '../support/steady-reads';
import { testKeys } from '../support/test-keys';
import { configFor } from '../support/world';

/** `npm run test:replay` asks for a million events; each order has two. */
const orders = Number(process.env.HOLDFAST_TEST_REPLAY ?? 5_000) / 2;
const customers = orders / 50;
const schemas = loadSchemas();

/** The fold of tomorrow: rows say of which shape they are, so that a reader can tell generations apart. */
const reshaped = {
  ...customerOrders,
  fold: (...[row, event, key]: Parameters<typeof customerOrders.fold>) => {
    return { ...customerOrders.fold(row, event, key), shape: 'new' };
  },
};
const shapeOf = (row: object) => ('shape' in row ? String(row.shape) : 'old');

let world: LogWorld;
let topic: string;
let store: ReadModelStore;
let model: ReadModel;
let projector: Projector | undefined;

beforeAll(async () => {
  world = await openLogWorld();
  topic = await world.createTopic('orders');
  store = world.openStore();
  await store.migrate([customerOrders]);
  model = openReadModel(configFor('projector', world.instance), testKeys);
});
afterAll(async () => {
  await projector?.stop();
  await model.close();
  await world.close();
});

function* history() {
  for (let index = 0; index < orders; index += 1) {
    yield* orderEvents(`o-${index}`, `c-${index % customers}`, index);
  }
}

function options(told: Partial<ReplayOptions> = {}): ReplayOptions {
  return {
    ...{ projection: customerOrders, fold: 'old', topics: [topic], log: silentLog, schemas },
    ...{ groupPrefix: 'projector-replay', eventLog: world.logAs('projector') },
    ...{ generations: store.generations, keepLive: false, sampleMax: 500 },
    ...{ expectEqual: false, acceptLetters: false, limits: { progressMs: 100 } },
    ...told,
  };
}

/** Somebody who places orders all the time. */
function placing() {
  const state = { isOver: false, placed: 0 };
  const running = (async () => {
    for (; !state.isOver; state.placed += 1) {
      await sendOrders(world, topic, orderEvents(`live-${state.placed}`, 'live', state.placed));
    }
  })();
  return {
    state,
    async stop() {
      state.isOver = true;
      await running;
      return state.placed;
    },
  };
}

const liveCount = async () => {
  const text = `select count(*)::int as count from live_rows where listed->>'customerId' = 'live'`;
  return (await store.ask<{ count: number }>(text, []))[0]?.count;
};

const progress: ReplayProgress[] = [];
const figures = (name: string, told: object) =>
  process.env.HOLDFAST_TEST_REPLAY && process.stderr.write(`${name} ${JSON.stringify(told)}\n`);

test('a read model is built beside the live one, switched and taken back, and no read fails or sees a half', async () => {
  const sent = await sendOrders(world, topic, history());
  const eras = [await store.eraOf(customerOrders.name)];
  const noteEra = async () => void eras.push(await store.eraOf(customerOrders.name));
  const first = await replayProjection(options());
  await noteEra();
  figures('built with nobody about', { ...first, comparison: undefined });
  expect(first).toMatchObject({ verdict: 'switched', from: 1, to: 2, events: sent, repeats: 0 });
  expect(first.comparison).toMatchObject({ liveRows: 0, otherRows: orders });

  projector = startProjector({
    ...{ projection: customerOrders, topics: [topic], store, schemas, log: silentLog },
    groupId: `projector-${world.instance}`,
    eventLog: world.logAs('projector'),
  });
  const reads = steadyReads(model, { customers, ordersEach: orders / customers }, shapeOf);
  const writing = placing();
  await eventually(async () => expect(await liveCount()).toBeGreaterThan(0));

  const second = await replayProjection(
    options({ projection: reshaped, fold: 'new', progress: (at) => progress.push(at) }),
  );
  figures('built beside writers and readers', { ...second, comparison: undefined });
  expect(second).toMatchObject({ verdict: 'switched', from: 2, to: 3, letters: { count: 0 } });
  await noteEra();
  const { comparison } = second;
  expect(comparison.compared).toBeGreaterThan(0);
  expect(comparison.differing).toHaveLength(comparison.compared);
  const { placed } = writing.state;
  await eventually(async () => expect(await liveCount()).toBeGreaterThan(placed));
  await eventually(() => expect([...reads.seen.shapes]).toEqual(['old', 'new']));
  expect(progress.at(-1)).toMatchObject({ phase: 'clearing' });

  reads.seen.shapes.clear();
  const back = await rollBack(options());
  figures('taken back', { ...back, comparison: undefined });
  expect(back).toMatchObject({ verdict: 'switched', from: 3, to: 2 });
  await noteEra();
  const all = await writing.stop();
  await eventually(async () => expect(await liveCount()).toBe(all));
  await eventually(() => expect([...reads.seen.shapes]).toEqual(['new', 'old']));
  const seen = await reads.stop();
  figures('read meanwhile', { ...seen, shapes: [...seen.shapes] });
  expect(seen).toMatchObject({ failed: 0, torn: 0, first: '' });
  expect(seen.reads).toBeGreaterThan(10);
  // What is read later is newer, also where it was built before: caches give nothing up for what is older.
  expect(eras).toEqual([...new Set(eras)].sort((one, other) => one - other));
  expect(eras).toHaveLength(4);
}, 3_600_000);
