import { startProjector } from '../../platform/event-log/projector';
import type { Projector } from '../../platform/event-log/projector';
import { encodeEvent } from '../../platform/event-log/envelope';
import type { KeptRow } from '../../platform/event-log/projector/view';
import { replayProjection } from '../../platform/event-log/replay/replay';
import { silentLog } from '../../platform/runtime/log';
import { customerOrders } from '../../projections/customer-orders';
import { orderStatus } from '../../projections/order-status';
import { openReadModel } from '../../projections/read-model';
import type { ReadModel } from '../../projections/read-model';
import type { ReadModelStore } from '../../projections/store';
import { anySchemas, countingProjection } from '../support/counting';
import type { CountingRow } from '../support/counting';
import { anEvent } from '../support/events';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { anOrder, openedRows, putRows, secondOf } from '../support/read-rows';
import { testKeys } from '../support/test-keys';
import { configFor } from '../support/world';

const counting = countingProjection('counting');
const projections = [orderStatus, customerOrders, counting];
let world: LogWorld;
let store: ReadModelStore;
let model: ReadModel;
const projectors: Projector[] = [];

beforeEach(async () => {
  world = await openLogWorld();
  store = world.openStore();
  await store.migrate(projections);
  model = openReadModel(configFor('projector', world.instance), testKeys);
});
afterEach(async () => {
  await Promise.all(projectors.splice(0).map((one) => one.stop()));
  await model.close();
  await world.close();
});

const ask = (text: string, values: readonly unknown[] = []) => store.ask(text, values);
const refused = { code: 'CIPHERTEXT_REFUSED' };

/** Two orders, and two that are the same in all that is clear but their keys. */
const orders = { a: anOrder('a', 1), b: anOrder('b', 2) };
const twins = { x: anOrder('x', 5), y: anOrder('x', 5, 'secret-y') };

async function fill(rows: Readonly<Record<string, KeptRow>> = orders): Promise<void> {
  for (const projection of [orderStatus, customerOrders]) await putRows(store, projection, rows);
}

/** Everything that stands there, as text. */
const stored = async () => JSON.stringify(await ask('select * from read_rows order by key'));
const sealedOf = async (key: string) => {
  const text = `select sealed from read_rows where projection = 'order-status' and key = $1`;
  return (await store.ask<{ sealed: string }>(text, [key]))[0]?.sealed;
};
const change = (key: string, what: string, values: readonly unknown[] = []) =>
  ask(`update read_rows set ${what} where key = '${key}'`, values);

test('a row is read whole, and stands in no column but for what lists are asked by', async () => {
  await fill();
  expect((await model.row(orderStatus, 'a')).value).toMatchObject({
    status: 'secret-a',
    asOf: secondOf(1),
  });
  const page = await model.rows(customerOrders, { customerId: 'ada' }, { limit: 10 });
  expect(page.items.map(({ status }) => status)).toEqual(['secret-b', 'secret-a']);
  const text = await stored();
  expect(text).toMatch(/hf1\.read-models\./);
  expect(text).toContain('ada');
  expect(text).not.toContain('secret-');
});

test('exchanged, relabelled, set back or plain rows are refused, and so is their page', async () => {
  await fill();
  const swap = `update read_rows r set sealed = o.sealed from read_rows o
    where o.projection = r.projection and o.key <> r.key`;
  const changes: readonly (readonly [there: string, back: string])[] = [
    [swap, swap],
    ...(
      [
        [
          `listed = listed || '{"updatedAt":"${secondOf(9)}","openedAt":"${secondOf(9)}"}'`,
          `listed = $1`,
        ],
        [`sources = array['order/x']`, `sources = array['order/a']`],
        [`as_of = as_of + interval '1 second'`, `as_of = as_of - interval '1 second'`],
      ] as const
    ).map((pair) => pair.map((what) => `update read_rows set ${what} where key = 'a'`) as never),
  ];
  const listed = await store.ask<{ projection: string; listed: object }>(
    `select projection, listed from read_rows where key = 'a'`,
    [],
  );
  for (const [there, back] of changes) {
    await ask(there);
    await expect(model.row(orderStatus, 'a')).rejects.toMatchObject(refused);
    await expect(
      model.rows(customerOrders, { customerId: 'ada' }, { limit: 10 }),
    ).rejects.toMatchObject(refused);
    if (!back.includes('$1')) await ask(back);
    else {
      for (const one of listed) {
        await ask(`${back} and projection = $2`, [JSON.stringify(one.listed), one.projection]);
      }
    }
    expect((await model.row(orderStatus, 'a')).value).toMatchObject({ status: 'secret-a' });
  }
  await ask('delete from read_rows');
  await fill(twins);
  await ask(swap);
  await expect(model.row(orderStatus, 'x')).rejects.toMatchObject(refused);
  await expect(model.row(orderStatus, 'y')).rejects.toMatchObject(refused);
  await ask('delete from read_rows');
  await fill();

  // Somebody who changes whose order it is shows it to nobody.
  await change('a', `listed = listed || '{"customerId":"eve"}'`);
  await expect(
    model.rows(customerOrders, { customerId: 'eve' }, { limit: 10 }),
  ).rejects.toMatchObject(refused);

  const before = await sealedOf('b');
  await putRows(store, orderStatus, { b: anOrder('b', 3, 'secret-later') });
  expect((await model.row(orderStatus, 'b')).value).toMatchObject({ status: 'secret-later' });
  await change('b', 'sealed = $1', [before]);
  await expect(model.row(orderStatus, 'b')).rejects.toMatchObject(refused);
});

test('a row of another read model, of another generation or in plain text is refused', async () => {
  await fill();
  const there = `projection = 'order-status' and key = 'a'`;
  await ask(`update read_rows set sealed = (select sealed from read_rows
    where projection = 'customer-orders' and key = 'a') where ${there}`);
  await expect(model.row(orderStatus, 'a')).rejects.toMatchObject(refused);

  await ask(`delete from read_rows where ${there}`);
  await putRows(store, orderStatus, { a: anOrder('a', 1) });
  await store.generations.begin('order-status', 'next');
  await ask(`insert into read_rows (projection, key, listed, sources, as_of, sealed)
    select 'order-status#2', key, listed, sources, as_of, sealed from read_rows where ${there}`);
  expect((await model.row(orderStatus, 'a')).value).toMatchObject({ status: 'secret-a' });
  await ask(`update generations set state = 'kept' where name = 'order-status'`);
  await ask(`update generations set state = 'live' where name = 'order-status#2'`);
  await expect(model.row(orderStatus, 'a')).rejects.toMatchObject(refused);

  const plain = `sealed = '{"orderId":"b","status":"forged"}'`;
  await expect(change('b', plain)).rejects.toThrow('read_rows_sealed');
  await ask('alter table read_rows drop constraint read_rows_sealed');
  for (const forged of [plain, 'sealed = null']) {
    await change('b', forged);
    await expect(
      model.rows(customerOrders, { customerId: 'ada' }, { limit: 10 }),
    ).rejects.toMatchObject(refused);
  }
});

test('a projector stops before a row that does not open, others flow, and a replay mends it', async () => {
  const topic = await world.createTopic('payments');
  const event = (name: string, seq: number) => anEvent({ aggregateId: `payment/${name}`, seq });
  const a = event('a', 1);
  const [b = ''] = ['b', 'c', 'd', 'e', 'f'].filter((name) => event(name, 1).slot !== a.slot);
  const send = async (...events: ReturnType<typeof event>[]) => {
    const context = { service: 'payments', recordedTime: new Date().toISOString() };
    for (const one of events) {
      const { writer } = world.logAs('payments');
      await writer.append(topic, one.slot, [encodeEvent(one, context)], 10_000);
    }
  };
  const seqs = async (name: string) => {
    const { name: live } = (await store.generations.generations('counting')).find(
      ({ state }) => state === 'live',
    ) ?? { name: '' };
    const found = await openedRows<CountingRow>(store, {
      ...{ instance: world.instance, projection: live },
    }).catch(() => []);
    return found.find(({ key }) => key === `payment/${name}`)?.row.seqs;
  };
  const projector = startProjector({
    ...{ projection: counting, topics: [topic], groupId: `projector-${world.instance}` },
    ...{ store, schemas: anySchemas, log: silentLog, eventLog: world.logAs('projector') },
    limits: { retryMsMin: 50, retryMsMax: 200, lagMs: 100 },
  });
  projectors.push(projector);
  await send(a, event(b, 1));
  await eventually(async () => expect([await seqs('a'), await seqs(b)]).toEqual([[1], [1]]));

  await change('payment/a', `as_of = as_of + interval '1 second'`);
  await send(event('a', 2), event(b, 2));
  const halts = () =>
    ask('select partition, halt_code, halt_detail from live_checkpoints where halt_code <> $1', [
      '',
    ]);
  const telling = `readmodels ${world.instance} read_rows counting payment/a`;
  await eventually(async () => {
    expect(await halts()).toMatchObject([
      {
        partition: a.slot,
        halt_code: 'CIPHERTEXT_REFUSED',
        halt_detail: expect.stringContaining(telling) as string,
      },
    ]);
    const text = `select last_seq::int as seq from live_positions where aggregate_id = $1`;
    expect(await ask(text, [`payment/${b}`])).toEqual([{ seq: 2 }]);
  });
  // One that stands at the same events in both is shown as what it is.
  await change(`payment/${b}`, `sources = sources || 'x'::text`);
  const replayed = replayProjection({
    ...{ projection: counting, fold: 'f', topics: [topic], schemas: anySchemas, log: silentLog },
    ...{ groupPrefix: 'projector-replay', eventLog: world.logAs('projector') },
    ...{ generations: store.generations, keepLive: false, sampleMax: 100 },
    ...{ expectEqual: false, acceptLetters: false },
  });
  await expect(replayed).resolves.toMatchObject({
    verdict: 'switched',
    comparison: { apart: 1, differing: [{ key: `payment/${b}`, isRefused: true }] },
  });
  await send(event('a', 3));
  await eventually(async () => {
    expect([await seqs('a'), await seqs(b)]).toEqual([
      [1, 2, 3],
      [1, 2],
    ]);
    expect(await halts()).toEqual([]);
    expect(projector.isFlowing()).toBe(true);
  });
});
