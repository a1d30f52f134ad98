import { openReadModel } from '../../projections/read-model';
import type { ReadModel } from '../../projections/read-model';
import { sagaTimeline } from '../../projections/saga-timeline';
import type { SagaFilter } from '../../projections/saga-filter';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { putRows } from '../support/read-rows';
import { testKeys } from '../support/test-keys';
import { configFor } from '../support/world';

let world: LogWorld;
let model: ReadModel;

const place = (step: string, reason: string) => ({
  ...{ step, reason, direction: 'forward', condition: 'nothing-stands', since: '2026-01-01' },
});
const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;
const saga = (name: string, told: object) => ({
  ...{
    sagaId: `${name}/run`,
    workflowId: name,
    saga: 'place-order',
    owner: 'ada',
    state: 'running',
  },
  ...{ observed: {}, parked: [], acts: [], incomplete: false, ...told },
});

const sagas = [
  saga('a', {
    ...{ startedAt: at(1), state: 'parked' },
    parked: [place('ship stock', 'STORE_UNAVAILABLE'), place('mail', 'CARRIER_AWAY')],
  }),
  saga('b', { startedAt: at(2), state: 'parked', parked: [place('ship stock', 'CARRIER_AWAY')] }),
  saga('c', {
    ...{ startedAt: at(3), finishedAt: at(5), state: 'compensated' },
    ...{ reason: 'CARD_DECLINED', owner: 'bob', businessKey: 'order-7' },
  }),
  // Started in the same instant, so that only the key orders them.
  saga('d', { startedAt: at(4), finishedAt: at(6), saga: 'return-order', businessKey: 'order-7' }),
  saga('e', { startedAt: at(4), version: 12 }),
  saga('f', { startedAt: at(4) }),
  // A participant's event came before the saga's own: nothing can be said of it yet.
  saga('g', { saga: undefined, workflowId: undefined, owner: undefined, incomplete: true }),
];

beforeAll(async () => {
  world = await openLogWorld();
  const store = world.openStore();
  await store.migrate([sagaTimeline]);
  const kept = { sources: [], asOf: at(9) };
  const rows = Object.fromEntries(sagas.map((row) => [row.sagaId, { row, ...kept }]));
  await putRows(store, sagaTimeline, rows);
  model = openReadModel(configFor('projector', world.instance), testKeys);
});
afterAll(async () => {
  await model.close();
  await world.close();
});

const names = async (filter: SagaFilter) =>
  (await model.sagas({ ...filter, limit: 10 })).items.map(({ workflowId }) => workflowId).sort();

test.each<[SagaFilter, string[]]>([
  [{}, ['a', 'b', 'c', 'd', 'e', 'f']],
  [{ state: 'parked' }, ['a', 'b']],
  [{ parkedReason: 'CARRIER_AWAY' }, ['a', 'b']],
  [{ step: 'ship stock' }, ['a', 'b']],
  [{ step: 'ship stock', parkedReason: 'CARRIER_AWAY' }, ['b']],
  [{ step: 'ship', parkedReason: 'CARRIER_AWAY' }, []],
  [{ reason: 'CARD_DECLINED' }, ['c']],
  [{ owner: 'bob' }, ['c']],
  [{ saga: 'return-order' }, ['d']],
  [{ businessKey: 'order-7' }, ['c', 'd']],
  [{ businessKey: 'order-7', saga: 'return-order' }, ['d']],
  [{ businessKey: 'order' }, []],
  [{ finishedAfter: at(6) }, ['d']],
  [{ finishedBefore: at(6) }, ['c']],
  [{ finishedAfter: at(5), finishedBefore: at(9) }, ['c', 'd']],
  [{ startedAfter: at(3) }, ['c', 'd', 'e', 'f']],
  [{ startedBefore: at(3) }, ['a', 'b']],
  [{ startedAfter: at(2), startedBefore: at(3), state: 'parked' }, ['b']],
  [{ step: `x'; drop table read_rows; --` }, []],
])('sagas with %j are %j', async (filter, expected) => {
  expect(await names(filter)).toEqual(expected);
});

test('pages follow each other without a gap or a repeat, also among sagas of one instant', async () => {
  const seen: (string | undefined)[] = [];
  let after: string | undefined;
  do {
    const page = await model.sagas({ limit: 1, ...(after === undefined ? {} : { after }) });
    seen.push(...page.items.map(({ workflowId }) => workflowId));
    after = page.next;
  } while (after !== undefined);
  expect(seen).toEqual(['f', 'e', 'd', 'c', 'b', 'a']);
});

test('positions are those of the youngest saga of an id; rows of older code are at 0', async () => {
  const found = await model.sagaPositions(['e', 'f', 'nobody']);
  const generation = 'saga-timeline';
  expect([...found]).toEqual([
    ['e', { generation, version: 12 }],
    ['f', { generation, version: 0 }],
  ]);
});
