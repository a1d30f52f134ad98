import { prepareTables } from '../../../platform/host/prepare-tables';
import { versionedTables } from '../../../platform/outbox/tables-version';
import type { Contraction, TablesVersion } from '../../../platform/outbox/tables-version';

let row: TablesVersion | undefined;
let done: string[];
beforeEach(() => {
  row = undefined;
  done = [];
});

const cell = {
  read: async () => row,
  raise: async ({ version, oldest }: TablesVersion) => {
    row = {
      version: Math.max(row?.version ?? 0, version),
      oldest: Math.max(row?.oldest ?? 0, oldest),
    };
  },
};

function tables(version: number, contractions: readonly number[] = [], since = 1) {
  const dropping = (of: number): Contraction => ({
    version: of,
    drops: `what came before ${of}`,
    apply: async () => void done.push(`dropped for ${of}, oldest ${row?.oldest}`),
  });
  return versionedTables({
    version,
    cell,
    expand: async () => void done.push(`expanded to ${version}`),
    contractions: contractions.map(dropping),
    since,
  });
}

test('a migration expands and then says so', async () => {
  await tables(2).migrate();
  expect({ row, done }).toEqual({ row: { version: 2, oldest: 1 }, done: ['expanded to 2'] });
});

test('older code that starts beside newer one does not lower the version', async () => {
  await tables(3).migrate();
  await tables(2).migrate();
  expect(row).toEqual({ version: 3, oldest: 1 });
});

test('tables from before a version that carries nothing over are left alone, and older code out', async () => {
  await tables(2).migrate();
  await expect(tables(4, [], 3).migrate()).rejects.toMatchObject({
    ...{ code: 'SCHEMA_OUTDATED', fix: expect.stringContaining('empty tables') as string },
  });
  expect({ row, done }).toEqual({ row: { version: 2, oldest: 1 }, done: ['expanded to 2'] });
  row = undefined;
  await tables(4, [], 3).migrate();
  expect(row).toEqual({ version: 4, oldest: 3 });
  await expect(tables(2).migrate()).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' });
});

test('a contraction drops in order, and bars older code before anything goes', async () => {
  await tables(3).migrate();
  expect(await tables(3, [3, 2, 4]).contract()).toEqual([
    'what came before 2',
    'what came before 3',
  ]);
  expect(done.slice(1)).toEqual(['dropped for 2, oldest 2', 'dropped for 3, oldest 3']);
  expect(row).toEqual({ version: 3, oldest: 3 });
});

test('a contraction is done once', async () => {
  await tables(2).migrate();
  await tables(2, [2]).contract();
  expect(await tables(2, [2]).contract()).toEqual([]);
});

test('code of which something was dropped does not begin, nor touch the tables', async () => {
  await tables(3).migrate();
  await tables(3, [3]).contract();
  await expect(tables(2).migrate()).rejects.toMatchObject({ code: 'SCHEMA_TOO_NEW' });
  expect(done.filter((one) => one.startsWith('expanded'))).toEqual(['expanded to 3']);
});

test('tables that were not expanded are not contracted', async () => {
  await tables(2).migrate();
  await expect(tables(3, [3]).contract()).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
  expect(done).toEqual(['expanded to 2']);
});

describe('a process that begins', () => {
  test('makes its tables itself unless it is told not to', async () => {
    await prepareTables(tables(2), { HOLDFAST_MIGRATE: 'on' });
    expect(row?.version).toBe(2);
  });

  test('only looks when migrations are switched off, and says what to do', async () => {
    const off = { HOLDFAST_MIGRATE: 'off' } as const;
    await expect(prepareTables(tables(2), off)).rejects.toMatchObject({
      code: 'SCHEMA_OUTDATED',
      fix: 'run holdfast migrate',
    });
    expect(done).toEqual([]);
    await tables(2).migrate();
    await expect(prepareTables(tables(2), off)).resolves.toBeUndefined();
  });
});
