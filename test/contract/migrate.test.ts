import { demandTables } from '../../platform/outbox/tables-version';
import { sealedSince } from '../../platform/outbox/sealing';
import { runHoldfast } from '../support/holdfast-cli';
import { freshInstance, storeCases } from '../support/stores';
import { environmentFor } from '../support/world';

describe.each(storeCases)('tables on $name', ({ name, open }) => {
  const oldest = name === 'memory' ? 1 : sealedSince;

  it('remember their version, and never a lower one', async () => {
    const store = open(freshInstance());
    try {
      expect(await store.readTablesVersion()).toBeUndefined();
      await expect(demandTables(store)).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
      await Promise.all([store.migrate(), store.migrate()]);
      const first = { version: store.tablesVersion, oldest };
      expect(await store.readTablesVersion()).toEqual(first);
      await demandTables(store);
      await store.migrate();
      expect(await store.contract()).toEqual([]);
      expect(await store.readTablesVersion()).toEqual(first);
    } finally {
      await store.close();
    }
  });
});

/** The command line as a process, with the environment of the process that owns a store. */
async function migrate(owner: string, instance: string, ...args: string[]) {
  const told = { ...environmentFor(owner), HOLDFAST_INSTANCE: instance };
  const run = await runHoldfast(['migrate', ...args], told);
  return { code: run.exitCode, printed: run.out, said: run.err };
}

/** The command line is started a dozen times. */
jest.setTimeout(300_000);

it('holdfast migrate checks, expands, checks again and has nothing to drop', async () => {
  const instance = freshInstance();
  const before = await migrate('payments', instance, '--check');
  expect(before).toMatchObject({ code: 1, printed: '' });
  expect(before.said).toMatch(/^payments +version 0, this code is for \d+: SCHEMA_OUTDATED/);
  expect(before.said).toContain('fix: run holdfast migrate');
  const refused = await migrate('payments', instance, '--contract');
  expect(refused).toMatchObject({ code: 1, said: before.said });

  const expanded = await migrate('payments', instance);
  expect(expanded).toMatchObject({ code: 0, printed: '' });
  expect(expanded.said).toMatch(/^payments +version \d+ \(was 0\)/);
  expect(await migrate('payments', instance, '--check')).toMatchObject({ code: 0 });
  const { code, printed } = await migrate('payments', instance, '--contract', '--json');
  const { stores } = JSON.parse(printed) as { stores: object[] };
  expect({ code, stores }).toMatchObject({
    code: 0,
    stores: [{ store: 'payments', oldest: sealedSince, dropped: [] }],
  });
});

it.each([
  ['orders', 'orders'],
  ['inventory', 'inventory'],
  ['orchestrator', 'sagas'],
])('holdfast migrate as %s makes the tables of %s', async (owner, store) => {
  const { code, said } = await migrate(owner, freshInstance());
  expect({ code, said }).toEqual({ code: 0, said: expect.stringMatching(store) as string });
});

it('holdfast migrate refuses a store of somebody else, and a wrong usage', async () => {
  const instance = freshInstance();
  expect(await migrate('payments', instance, 'orders')).toMatchObject({
    code: 1,
    said: expect.stringContaining('STORE_NOT_OWNED') as string,
  });
  expect(await migrate('payments', instance, '--check', '--contract')).toMatchObject({ code: 2 });
  expect(await migrate('payments', instance, 'nothing')).toMatchObject({ code: 2 });
});
