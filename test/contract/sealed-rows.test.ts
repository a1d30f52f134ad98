import { startProjector } from '../../platform/event-log/projector';
import type { Projector } from '../../platform/event-log/projector';
import { encodeEvent } from '../../platform/event-log/envelope';
import type { KeptRow } from '../../platform/event-log/projector/view';
import { replayProjection } from '../../platform/event-log/replay/replay';
import { silentLog } from '../../platform/runtime/log';
import { createVault } from '../../platform/security/keys/vault';
import { customerOrders } from '../../projections/customer-orders';
import { orderStatus } from '../../projections/order-status';
import { openReadModel } from '../../projections/read-model';
import type { ReadModel } from '../../projections/read-model';
import { openReadModelStore } from '../../projections/store';
import type { ReadModelStore } from '../../projections/store';
import { anySchemas, countingProjection } from '../support/counting';
import type { CountingRow } from '../support/counting';
import { anEvent } from '../support/events';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { openedRows, putRows } from '../support/read-rows';
import { testKey, testKeys, testVault } from '../support/test-keys';
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
const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;

/** An order of ada's; what is of no list says so. */
function order(name: string, second: number, word = `secret-${name}`): KeptRow {
  const row = {
    ...{ orderId: name, customerId: 'ada', status: word, amountCents: 1, currency: 'EUR' },
    ...{ openedAt: at(second), updatedAt: at(second), incomplete: false },
  };
  return { row, sources: [`order/${name}`], asOf: at(second) };
}

/** Two orders, and two that are the same in all that is clear but their keys. */
const orders = { a: order('a', 1), b: order('b', 2) };
const twins = { x: order('x', 5), y: { ...order('x', 5, 'secret-y') } };

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
  expect(await model.orderStatus('a')).toMatchObject({ status: 'secret-a', asOf: at(1) });
  const page = await model.customerOrders('ada', { limit: 10 });
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
        [`listed = listed || '{"updatedAt":"${at(9)}","openedAt":"${at(9)}"}'`, `listed = $1`],
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
    await expect(model.orderStatus('a')).rejects.toMatchObject(refused);
    await expect(model.customerOrders('ada', { limit: 10 })).rejects.toMatchObject(refused);
    if (!back.includes('$1')) await ask(back);
    else {
      for (const one of listed) {
        await ask(`${back} and projection = $2`, [JSON.stringify(one.listed), one.projection]);
      }
    }
    expect(await model.orderStatus('a')).toMatchObject({ status: 'secret-a' });
  }
  await ask('delete from read_rows');
  await fill(twins);
  await ask(swap);
  await expect(model.orderStatus('x')).rejects.toMatchObject(refused);
  await expect(model.orderStatus('y')).rejects.toMatchObject(refused);
  await ask('delete from read_rows');
  await fill();

  // Somebody who changes whose order it is shows it to nobody.
  await change('a', `listed = listed || '{"customerId":"eve"}'`);
  await expect(model.customerOrders('eve', { limit: 10 })).rejects.toMatchObject(refused);

  const before = await sealedOf('b');
  await putRows(store, orderStatus, { b: order('b', 3, 'secret-later') });
  expect(await model.orderStatus('b')).toMatchObject({ status: 'secret-later' });
  await change('b', 'sealed = $1', [before]);
  await expect(model.orderStatus('b')).rejects.toMatchObject(refused);
});

test('a row of another read model, of another generation or in plain text is refused', async () => {
  await fill();
  const there = `projection = 'order-status' and key = 'a'`;
  await ask(`update read_rows set sealed = (select sealed from read_rows
    where projection = 'customer-orders' and key = 'a') where ${there}`);
  await expect(model.orderStatus('a')).rejects.toMatchObject(refused);

  await ask(`delete from read_rows where ${there}`);
  await putRows(store, orderStatus, { a: order('a', 1) });
  await store.generations.begin('order-status', 'next');
  await ask(`insert into read_rows (projection, key, listed, sources, as_of, sealed)
    select 'order-status#2', key, listed, sources, as_of, sealed from read_rows where ${there}`);
  expect(await model.orderStatus('a')).toMatchObject({ status: 'secret-a' });
  await ask(`update generations set state = 'kept' where name = 'order-status'`);
  await ask(`update generations set state = 'live' where name = 'order-status#2'`);
  await expect(model.orderStatus('a')).rejects.toMatchObject(refused);

  const plain = `sealed = '{"orderId":"b","status":"forged"}'`;
  await expect(change('b', plain)).rejects.toThrow('read_rows_sealed');
  await ask('alter table read_rows drop constraint read_rows_sealed');
  for (const forged of [plain, 'sealed = null']) {
    await change('b', forged);
    await expect(model.customerOrders('ada', { limit: 10 })).rejects.toMatchObject(refused);
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

/** The table as code of version 4 had it, with these rows many times over. */
async function makePlain(count: number): Promise<void> {
  await ask('drop view live_rows');
  await ask('alter table read_rows drop constraint read_rows_sealed');
  await ask('alter table read_rows drop column sealed');
  await ask('alter table read_rows rename column listed to row');
  await ask('delete from read_rows');
  const row = { ...order('n', 1).row, orderId: 'n' };
  await ask(
    `insert into read_rows (projection, key, row, sources, as_of)
     select p, 'n-' || n, $1::jsonb, array['order/n'], '2026-01-01T00:00:01.000123Z'
     from generate_series(1, $2::int) as n, unnest(array['order-status', 'customer-orders#2', 'gone']) as p`,
    [JSON.stringify(row), count],
  );
  await ask('update tables_version set version = 4, oldest = 4');
}

test('rows of before are taken over when a person says so, once, and by no process', async () => {
  const count = 601;
  await makePlain(count);
  await expect(store.migrate(projections)).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
  const tables = store.tablesOf(projections, { ready: async () => undefined });
  await Promise.all([tables.migrate(), tables.migrate()]);
  expect(await tables.readTablesVersion()).toEqual({ version: 5, oldest: 5 });
  expect(await model.orderStatus('n-601')).toMatchObject({ status: 'secret-n', asOf: at(1) });
  expect(await openedRows(store, { instance: world.instance })).toHaveLength(3 * count);
  expect(await stored()).not.toContain('secret-');
  const clear = `select distinct projection, listed from read_rows order by projection`;
  expect(await ask(clear)).toEqual([
    { projection: 'customer-orders#2', listed: { customerId: 'ada', openedAt: at(1) } },
    { projection: 'gone', listed: {} },
    { projection: 'order-status', listed: { customerId: 'ada', updatedAt: at(1) } },
  ]);

  await ask('alter table read_rows drop constraint read_rows_sealed');
  await change('n-1', `sealed = null, listed = '{"orderId":"n-1","status":"forged"}'`);
  await tables.migrate();
  await expect(model.orderStatus('n-1')).rejects.toMatchObject(refused);
});

test('rows of every generation are counted by key, and sealed anew under the next', async () => {
  await fill();
  await ask(`update generations set state = 'kept' where name = 'customer-orders'`);
  expect(await store.sealedRows.keyUse()).toEqual(new Map([['read-models', 4]]));
  const config = configFor('projector', world.instance);
  const keys = { vault: () => testVault('read-models', 'next') };
  const late = lateKeys();
  const lateModel = openReadModel(config, late);
  const next = openReadModelStore(config, keys);
  const nextModel = openReadModel(config, keys);
  try {
    const found = [await next.sealedRows.reseal(3)];
    // Written meanwhile by a process that knows the older key alone, before the place that was reached.
    await putRows(store, orderStatus, { '0': order('0', 1) });
    do found.push(await next.sealedRows.reseal(3));
    while (found.at(-1) !== 0);
    expect(found.slice(0, 1)).toEqual([3]);
    expect(found.slice(1).reduce((sum, one) => sum + one)).toBe(2);
    expect(await next.sealedRows.keyUse()).toEqual(new Map([['next', 5]]));
    expect(await nextModel.orderStatus('a')).toMatchObject({ status: 'secret-a' });
    await expect(model.orderStatus('a')).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
    expect(await lateModel.orderStatus('a')).toMatchObject({ status: 'secret-a' });
  } finally {
    await Promise.all([next, nextModel, lateModel].map((one) => one.close()));
  }
});

/** Keys of a process that learns of the next one when it looks for it. */
function lateKeys() {
  const known = [testKey('read-models')];
  const byId = (id: string) => known.find((key) => key.id === id);
  const vault = createVault({ keys: { current: () => known[0], byId } });
  return {
    vault: () => vault,
    find: async (_purpose: string, id: string) => {
      if (byId(id) === undefined) known.push(testKey(id));
      return byId(id);
    },
  };
}
