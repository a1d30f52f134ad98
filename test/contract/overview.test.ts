import type { SagaOverview } from '../../projections/overview';
import { openReadModel } from '../../projections/read-model';
import type { ReadModel } from '../../projections/read-model';
import { sagaTimeline } from '../../projections/saga-timeline';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { putRows } from '../support/read-rows';
import { testKeys } from '../support/test-keys';
import { configFor } from '../support/world';

let world: LogWorld;
let model: ReadModel;
let told: SagaOverview;

const at = (seconds: number) => new Date(1_767_225_600_000 + seconds * 1_000).toISOString();
const parkedAt = (step: string, reason: string, seconds: number) => ({
  ...{ step, reason, direction: 'forward', condition: 'nothing-stands', since: at(seconds) },
});
const saga = (name: string, told: object) => ({
  ...{ sagaId: `${name}/run`, workflowId: name, saga: 'place-order', owner: 'ada' },
  ...{ state: 'running', observed: {}, parked: [], acts: [], incomplete: false, ...told },
});
const ended = (name: string, state: string, [from, to]: readonly [number, number]) =>
  saga(name, { state, startedAt: at(from), finishedAt: at(to) });

const sagas = [
  ended('before', 'completed', [-1, 100]),
  ended('a', 'completed', [0, 2]),
  ended('b', 'completed', [1, 5]),
  ended('c', 'compensated', [2, 72]),
  { ...ended('d', 'cancelled', [61, 62]), saga: 'return-order' },
  saga('e', { startedAt: at(-500) }),
  saga('f', { startedAt: at(5), state: 'compensating' }),
  saga('g', { startedAt: at(6), state: 'parked', parked: [parkedAt('ship', 'CARRIER_AWAY', 20)] }),
  saga('h', {
    ...{ startedAt: at(-600), state: 'parked' },
    parked: [parkedAt('ship', 'CARRIER_AWAY', 10), parkedAt('mail', 'STORE_UNAVAILABLE', 30)],
  }),
  // Nothing is known of it but an event of a participant.
  saga('i', { saga: undefined, startedAt: at(7) }),
];

beforeAll(async () => {
  world = await openLogWorld();
  const store = world.openStore();
  await store.migrate([sagaTimeline]);
  const kept = { sources: [], asOf: at(100) };
  const rows = Object.fromEntries(sagas.map((row) => [row.sagaId, { row, ...kept }]));
  await putRows(store, sagaTimeline, rows);
  model = openReadModel(configFor('projector', world.instance), testKeys);
  told = await model.overview({ since: at(0), withinMs: 4_000 });
});
afterAll(async () => {
  await model.close();
  await world.close();
});

test('everything that is open counts, whenever it began', () => {
  expect(told.open).toEqual({ running: 1, compensating: 1, parked: 2 });
});

test('what ended counts by saga and outcome, where it began within the window', () => {
  expect(told.ended).toEqual([
    { saga: 'place-order', outcome: 'compensated', count: 1 },
    { saga: 'place-order', outcome: 'completed', count: 2 },
    { saga: 'return-order', outcome: 'cancelled', count: 1 },
  ]);
  expect(told.isPartial).toBe(false);
});

test('times are from the start of a saga to its end', () => {
  expect(told.duration).toEqual({ p50Ms: 2_000, p99Ms: 70_000 });
  expect(told.within).toBe(0.75);
});

test('each minute says how many ended in it, and how long they took', () => {
  expect(told.perMinute).toEqual([
    { at: at(0), completed: 2, compensated: 0, cancelled: 0, p99Ms: 4_000 },
    { at: at(60), completed: 0, compensated: 1, cancelled: 1, p99Ms: 70_000 },
  ]);
});

test('what is parked is told by step and reason, with the time of the first', () => {
  expect(told.parked).toEqual([
    { saga: 'place-order', step: 'ship', reason: 'CARRIER_AWAY', count: 2, since: at(10) },
    { saga: 'place-order', step: 'mail', reason: 'STORE_UNAVAILABLE', count: 1, since: at(30) },
  ]);
});

test('a window in which nothing began has no figures', async () => {
  const empty = await model.overview({ since: at(1_000), withinMs: 1 });
  expect(empty).toMatchObject({ ended: [], perMinute: [], open: told.open });
  expect(empty).not.toHaveProperty('duration');
  expect(empty).not.toHaveProperty('within');
});
