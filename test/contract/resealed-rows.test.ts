import { Client } from 'pg';
import { postgresOptions } from '../../platform/runtime/connections';
import { createVault } from '../../platform/security/keys/vault';
import { customerOrders } from '../../projections/customer-orders';
import { orderStatus } from '../../projections/order-status';
import { openReadModel } from '../../projections/read-model';
import type { ReadModel } from '../../projections/read-model';
import { openReadModelStore, readModelsDatabase } from '../../projections/store';
import type { ReadModelStore } from '../../projections/store';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { anOrder, openedRows, putRows, secondOf } from '../support/read-rows';
import { testKey, testKeys, testVault } from '../support/test-keys';
import { configFor } from '../support/world';

const projections = [orderStatus, customerOrders];
let world: LogWorld;
let store: ReadModelStore;
let model: ReadModel;

beforeEach(async () => {
  world = await openLogWorld();
  store = world.openStore();
  await store.migrate(projections);
  model = openReadModel(configFor('projector', world.instance), testKeys);
});
afterEach(async () => {
  await model.close();
  await world.close();
});

const ask = (text: string, values: readonly unknown[] = []) => store.ask(text, values);

/** The table as code of version 4 had it, with these rows many times over. */
async function makePlain(count: number): Promise<void> {
  await ask('drop view live_rows');
  await ask('alter table read_rows drop constraint read_rows_sealed');
  await ask('alter table read_rows drop column sealed');
  await ask('alter table read_rows rename column listed to row');
  await ask('delete from read_rows');
  const row = { ...anOrder('n', 1).row, orderId: 'n' };
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
  expect((await model.row(orderStatus, 'n-601')).value).toMatchObject({
    status: 'secret-n',
    asOf: secondOf(1),
  });
  expect(await openedRows(store, { instance: world.instance })).toHaveLength(3 * count);
  expect(JSON.stringify(await ask('select * from read_rows'))).not.toContain('secret-');
  const clear = `select distinct projection, listed from read_rows order by projection`;
  expect(await ask(clear)).toEqual([
    { projection: 'customer-orders#2', listed: { customerId: 'ada', openedAt: secondOf(1) } },
    { projection: 'gone', listed: {} },
    { projection: 'order-status', listed: { customerId: 'ada', updatedAt: secondOf(1) } },
  ]);

  await ask('alter table read_rows drop constraint read_rows_sealed');
  await ask(`update read_rows set sealed = null, listed = '{"orderId":"n-1","status":"forged"}'
    where key = 'n-1'`);
  await tables.migrate();
  await expect(model.row(orderStatus, 'n-1')).rejects.toMatchObject({
    code: 'CIPHERTEXT_REFUSED',
  });
});

test('a process that waits for a person to take rows over locks nobody out', async () => {
  await makePlain(1);
  const config = configFor('projector', world.instance);
  const reader = new Client(postgresOptions(config, readModelsDatabase(world.instance)));
  await reader.connect();
  try {
    await reader.query('begin');
    await reader.query('select 1 from read_rows');
    // A change of the table would have to wait for this reader, and every other reader for the change.
    await expect(store.migrate(projections)).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
  } finally {
    await reader.end();
  }
}, 15_000);

test('rows of every generation are counted by key, and sealed anew under the next', async () => {
  const rows = { a: anOrder('a', 1), b: anOrder('b', 2) };
  for (const projection of projections) await putRows(store, projection, rows);
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
    await putRows(store, orderStatus, { '0': anOrder('0', 1) });
    do found.push(await next.sealedRows.reseal(3));
    while (found.at(-1) !== 0);
    expect(found.slice(0, 1)).toEqual([3]);
    expect(found.slice(1).reduce((sum, one) => sum + one)).toBe(2);
    expect(await next.sealedRows.keyUse()).toEqual(new Map([['next', 5]]));
    expect((await nextModel.row(orderStatus, 'a')).value).toMatchObject({ status: 'secret-a' });
    await expect(model.row(orderStatus, 'a')).rejects.toMatchObject({ code: 'KEYS_UNAVAILABLE' });
    expect((await lateModel.row(orderStatus, 'a')).value).toMatchObject({ status: 'secret-a' });
  } finally {
    await Promise.all([next, nextModel, lateModel].map((one) => one.close()));
  }
});

test('rows that do not open are passed over and named once all others are sealed anew', async () => {
  const names = Array.from({ length: 25 }, (_, at) => `n-${String(at).padStart(2, '0')}`);
  await putRows(store, orderStatus, Object.fromEntries(names.map((one) => [one, anOrder(one, 1)])));
  const forged = `key <> 'n-01' and key <> 'n-24'`;
  const change = (what: string) =>
    ask(`update read_rows set as_of = as_of ${what} where ${forged}`);
  await change(`+ interval '1 second'`);
  const keys = { vault: () => testVault('read-models', 'next') };
  const next = openReadModelStore(configFor('projector', world.instance), keys);
  try {
    const { sealedRows } = next;
    for (let round = 0; round < 2; round += 1) {
      await expect(sealedRows.reseal(2)).resolves.toBe(1);
    }
    for (let round = 0; round < 2; round += 1) {
      const end = (await sealedRows.reseal(2).catch((error: unknown) => error)) as Error;
      expect(end).toMatchObject({ code: 'CIPHERTEXT_REFUSED' });
      expect(end.message).toMatch(/read_rows order-status n-00.* n-20, and 3 more$/);
      expect(end.message).not.toMatch(/n-01|n-21/);
    }
    expect(await sealedRows.keyUse()).toEqual(
      new Map([
        ['read-models', 23],
        ['next', 2],
      ]),
    );
    await change(`- interval '1 second'`);
    expect([await sealedRows.reseal(50), await sealedRows.reseal(50)]).toEqual([23, 0]);
  } finally {
    await next.close();
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
