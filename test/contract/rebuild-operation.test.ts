import type { EventLog } from '../../platform/event-log/kafka';
import { LogError } from '../../platform/event-log/ports';
import type { ReplayOptions } from '../../platform/event-log/replay/options';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { createApp } from '../../platform/http/app';
import { createHealth } from '../../platform/http/health';
import { createMetrics } from '../../platform/http/metrics';
import { silentLog } from '../../platform/runtime/log';
import { customerOrders } from '../../projections/customer-orders';
import { partitionLags } from '../../projections/lags';
import type { ReadModelStore } from '../../projections/store';
import { openWatchApi } from '../../projections/watching/api';
import { createRebuilds } from '../../projections/watching/rebuild';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { orderEvents, sendOrders } from '../support/order-log';
import { spokenTokens } from '../support/spoken-tokens';
import { ask } from '../unit/http/in-process';

const orders = 60;
const { name } = customerOrders;
let world: LogWorld;
let topic: string;
let store: ReadModelStore;
let log: EventLog;

function* history() {
  for (let index = 0; index < orders; index += 1) yield* orderEvents(`o-${index}`, 'c', index);
}
beforeAll(async () => {
  world = await openLogWorld();
  topic = await world.createTopic('orders');
  store = world.openStore();
  await store.migrate([customerOrders]);
  await sendOrders(world, topic, history());
  log = world.logAs('projector');
});
afterAll(() => world.close());

/** A projector's operations, as the gateway asks for them. */
function open(eventLog: ReplayOptions['eventLog'] = log) {
  const rebuilds = createRebuilds({
    log: silentLog,
    optionsOf: () => ({
      ...{ projection: customerOrders, fold: 'sound', topics: [topic], log: silentLog },
      ...{ schemas: loadSchemas(), groupPrefix: 'projector-replay', eventLog },
      ...{ generations: store.generations, limits: { progressMs: 50 } },
      ...{ keepLive: false, sampleMax: 100, expectEqual: false, acceptLetters: false },
    }),
  });
  const api = openWatchApi({
    ...{ store, eventLog: log, instance: world.instance, services: ['orders'], names: [name] },
    ...{ issuer: 'https://issuer.test', rebuilds, lag: () => partitionLags(store.ask) },
  });
  const metrics = createMetrics({ defaults: false });
  const { registry } = metrics;
  const guard = { tokens: spokenTokens, log: silentLog, registry, peerOf: () => 'gateway' };
  const app = createApp({
    ...{ log: silentLog, metrics, health: createHealth() },
    mount: (on) => api.mount(on, guard),
  });
  const as = (who: string, more: Record<string, string> = {}) => ({
    headers: { authorization: `Bearer ${who}`, ...more },
  });
  const path = (projection: string) => `/projections/${projection}/rebuild`;
  const body = { reason: 'the fold has changed' };
  return {
    rebuilds,
    begin: (key?: string, projection = name, who = 'olga:operator') => {
      const more = key === undefined ? {} : { 'idempotency-key': key };
      return ask(app, { method: 'POST', path: path(projection), body, ...as(who, more) });
    },
    /** What people are shown of the read model. */
    seen: async () => {
      const answer = await ask(app, { path: '/projections', ...as('vera:viewer') });
      const { projections } = answer.json() as { projections: Record<string, object>[] };
      return projections[0] ?? {};
    },
  };
}

const states = async () =>
  (await store.generations.generations(name)).map(({ number, state }) => `${number} ${state}`);

test('an operator has a read model built anew, and sees how it ended and who asked for it', async () => {
  const { begin, seen } = open();
  const begun = await begin('key-1');
  expect(begun).toMatchObject({ status: 202 });
  expect(begun.json()).toMatchObject({ projection: name });
  await eventually(async () => {
    const { rebuild, generation } = await seen();
    expect(rebuild).toMatchObject({ state: 'switched', reason: 'the fold has changed' });
    expect((rebuild as { by: string }).by).toMatch(/^[0-9a-f]{32}$/);
    expect(generation).toBe(2);
  });
  const counted = 'select count(*)::int as count from live_rows';
  expect(await store.ask(counted, [])).toEqual([{ count: orders }]);
  // The same request is the same rebuild, and is not begun a second time, whatever came between.
  const again = await begin('key-1');
  expect([again.status, again.headers['idempotent-replayed']]).toEqual([202, 'true']);
  expect(again.json()).toEqual(begun.json());
  expect(await states()).toEqual(['1 kept', '2 live']);
});

test('a viewer is refused, and a read model there is not', async () => {
  const { begin } = open();
  expect((await begin('key-2', name, 'vera:viewer')).json()).toMatchObject({
    code: 'ROLE_MISSING',
  });
  expect((await begin('key-2', 'of-nobody')).json()).toMatchObject({ code: 'NOT_FOUND' });
});

test('while somebody else replays it, it is refused, and nothing is said of a rebuild', async () => {
  const { begin, seen } = open();
  const hold = await store.generations.hold(name);
  const refused = await begin();
  await hold?.release();
  expect(refused.status).toBe(409);
  expect(refused.json()).toMatchObject({ code: 'REPLAY_RUNNING', retryable: false });
  expect(await seen()).not.toHaveProperty('rebuild');
});

test('a process that stops ends its rebuild, and the next one goes on from there', async () => {
  const quiet = { stop: async () => undefined, resolve: () => undefined, seek: () => undefined };
  const nothing = { ...log, startConsumer: () => quiet as never };
  const { begin, rebuilds, seen } = open(nothing);
  expect((await begin()).status).toBe(202);
  expect(await seen()).toMatchObject({ rebuild: { state: 'running' }, generation: 2 });
  await rebuilds.stop();
  expect((await begin()).json()).toMatchObject({ code: 'SERVICE_UNAVAILABLE' });
  const building = { generation: 3, done: 0, all: 2 * orders };
  expect(await seen()).toMatchObject({ rebuild: { state: 'stopped' }, building });
  expect(await states()).toEqual(['1 kept', '2 live', '3 building']);
  const next = open();
  await next.begin();
  await eventually(async () => {
    expect(await next.seen()).toMatchObject({ rebuild: { state: 'switched' }, generation: 3 });
  });
});

test('a rebuild that cannot come to its end says why', async () => {
  const broken = {
    ...log,
    marks: () => Promise.reject(new LogError('LOG_UNAVAILABLE', 'away')),
  };
  const { begin, seen } = open(broken);
  expect((await begin()).status).toBe(202);
  await eventually(async () => {
    const { rebuild } = await seen();
    expect(rebuild).toMatchObject({
      state: 'failed',
      code: 'LOG_UNAVAILABLE',
      detail: 'LOG_UNAVAILABLE: away',
    });
  });
});
