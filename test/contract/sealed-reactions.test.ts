import { Client } from 'pg';
import { reactionProjection } from '../../platform/reactions/projection';
import type { ToStart } from '../../platform/reactions/projection';
import type { PendingTell } from '../../platform/reactions/starter';
import { postgresOptions } from '../../platform/runtime/connections';
import { openReactionStore } from '../../reactions/store';
import type { ReactionStore } from '../../reactions/store';
import { openedRows, putRows } from '../support/read-rows';
import { noteReaction } from '../support/reactions';
import { freshInstance } from '../support/stores';
import { testKeys, testVault } from '../support/test-keys';
import { configFor } from '../support/world';

const projection = reactionProjection(noteReaction, '');
const reactions = [noteReaction];
let instance: string;
let store: ReactionStore;
let said: string[];

beforeEach(async () => {
  instance = freshInstance();
  said = [];
  store = open(testKeys);
  await store.tablesOf().migrate();
});
afterEach(async () => {
  await store.close();
  const admin = new Client(postgresOptions(configFor('admin'), 'sagas'));
  await admin.connect();
  await admin.query(`drop schema reactions_${instance} cascade`);
  await admin.end();
});

function open(keys: typeof testKeys): ReactionStore {
  const nobody = () => undefined;
  const error = (message: string) => void said.push(message);
  const log = { debug: nobody, info: nobody, warn: nobody, error, child: () => log };
  return openReactionStore(configFor('orchestrator', instance), { reactions, keys, log });
}

const ask = (text: string, values: readonly unknown[] = []) => store.ask(text, values);
const at = (second: number) => `2026-01-01T00:00:0${second}.000Z`;

function note(name: string, second: number) {
  const row: ToStart = {
    ...{ eventId: `note/${name}:1`, eventTime: at(second), saga: 'file-note', businessKey: name },
    ...{ input: { noteId: `secret-${name}` }, workflowId: `file-note:${name}`, requestHash: 'h' },
    state: 'pending',
  };
  return { [row.eventId]: { row, sources: [`note/${name}`], asOf: at(second) } };
}

const fill = () =>
  putRows(store, projection, { ...note('a', 1), ...note('b', 2), ...note('c', 3) });
const pending = async (limitMax = 10) =>
  (await store.records.pending(limitMax)).map(({ row }) => (row as ToStart).businessKey);
const one = async (name: string) => {
  const found = (await store.records.pending(10)).find(
    ({ row }) => (row as ToStart).businessKey === name,
  );
  return found as PendingTell;
};
const stored = async () => JSON.stringify(await ask('select * from read_rows'));

test('a record is read whole, changes under seal, and stands in no column', async () => {
  await fill();
  expect(await pending()).toEqual(['a', 'b', 'c']);
  await store.records.settle(await one('a'), 'started');
  await store.records.aim(await one('b'), 'file-note:x');
  await store.records.postpone(await one('b'), new Date(Date.now() + 60_000));
  expect(await pending()).toEqual(['c']);
  const rows = await openedRows(store, { instance, of: 'reactions' });
  expect(rows.map(({ row }) => row)).toMatchObject([
    { state: 'started', input: { noteId: 'secret-a' } },
    { state: 'pending', target: 'file-note:x', dueAt: expect.any(String) as string },
    { state: 'pending', input: { noteId: 'secret-c' } },
  ]);
  expect(await stored()).toMatch(/hf1\.reactions\./);
  expect(await stored()).not.toMatch(/secret-|file-note:/);
});

test('of two that change one record at once neither change is lost, and the first end stays', async () => {
  await fill();
  const target = await one('a');
  const { records } = store;
  for (let round = 0; round < 9; round += 1) {
    const [to, due] = [`file-note:${round}`, at(round)];
    await Promise.all([records.aim(target, to), records.postpone(target, new Date(due))]);
    expect(await one('a')).toMatchObject({ row: { target: to, dueAt: due } });
  }
  await records.settle(target, 'unheard');
  await records.settle(target, 'told');
  const rows = await openedRows<ToStart>(store, { instance, of: 'reactions' });
  expect(rows.map(({ row }) => row.state)).toEqual(['unheard', 'pending', 'pending']);
});

test('a record that was changed, exchanged or set back starts nothing, is told of once, and holds up no other', async () => {
  await fill();
  const sealedOf = `(select sealed from read_rows where key = 'note/a:1')`;
  const [{ sealed = '' } = {}] = await store.ask<{ sealed?: string }>(
    `select ${sealedOf} as sealed`,
    [],
  );
  await store.records.settle(await one('a'), 'started');
  // What has been started would be started again.
  await ask(`update read_rows set listed = listed || '{"state":"pending"}' where key = 'note/a:1'`);
  await expect(pending()).resolves.toEqual(['b', 'c']);
  await expect(pending(1)).resolves.toEqual(['b']);
  await ask(`update read_rows set sealed = $1 where key = 'note/b:1'`, [sealed]);
  expect([await pending(), await pending()]).toEqual([['c'], ['c']]);
  await ask(
    `update read_rows set listed = listed || '{"dueAt":"${at(1)}"}' where key = 'note/c:1'`,
  );
  expect(await pending()).toEqual([]);
  expect(said).toEqual(Array(3).fill('a record of a reaction does not open'));
});

test('a look reads no more than some pages of records that do not open, and the next goes on behind them', async () => {
  await fill();
  const forged = 1_100;
  await ask(
    `insert into read_rows (projection, key, listed, sources, as_of, sealed)
     select projection, 'forged-' || n, listed || $1::jsonb, sources, as_of, sealed
     from read_rows, generate_series(1, $2::int) as n where key = 'note/a:1'`,
    [JSON.stringify({ eventTime: at(0) }), forged],
  );
  const looks: string[][] = [];
  while (looks.flat().length < 6 && looks.length < 9) looks.push(await pending(50));
  // 500 and 500, the last 100 with all three, and from the beginning again.
  expect(looks).toEqual([[], [], ['a', 'b', 'c'], [], [], ['a', 'b', 'c']]);
  expect(said).toEqual([
    ...Array<string>(1_000).fill('a record of a reaction does not open'),
    'more records of reactions do not open than are named',
  ]);
  const ended = AbortSignal.abort();
  expect(await store.records.pending(50, ended)).toEqual([]);
  expect([await pending(2), await pending(2)]).toEqual([[], []]);
});

test('a look that is full leaves out nobody: the next goes on behind it, and then begins anew', async () => {
  await fill();
  expect([await pending(2), await pending(2), await pending(2)]).toEqual([
    ['a', 'b'],
    ['c'],
    ['a', 'b'],
  ]);
});

test('records of before are taken over when a person says so, and wait as they did', async () => {
  await fill();
  const [{ row } = { row: {} }] = Object.values(note('d', 4));
  await ask('drop view live_rows');
  await ask('alter table read_rows drop constraint read_rows_sealed');
  await ask('alter table read_rows drop column sealed');
  await ask('alter table read_rows rename column listed to row');
  await ask('update read_rows set row = $1', [JSON.stringify(row)]);
  // Of a reaction that is registered no more: it waits until it is again.
  await ask(`update read_rows set projection = 'on-old-notes' where key = 'note/a:1'`);
  await ask('update tables_version set version = 4, oldest = 4');
  await expect(store.tablesOf().migrate()).rejects.toMatchObject({ code: 'SCHEMA_OUTDATED' });
  await store.tablesOf({ ready: async () => undefined }).migrate();
  expect(await pending()).toEqual(['d', 'd']);
  const text = `select listed from read_rows where projection = 'on-old-notes'`;
  expect(await ask(text)).toEqual([{ listed: { state: 'pending', eventTime: at(4) } }]);
  expect(await stored()).not.toContain('secret-');
});

test('records are counted by key, and sealed anew under the next', async () => {
  await fill();
  expect(await store.sealedRows.keyUse()).toEqual(new Map([['reactions', 3]]));
  const next = open({ vault: () => testVault('reactions', 'next') });
  try {
    expect([await next.sealedRows.reseal(10), await next.sealedRows.reseal(10)]).toEqual([3, 0]);
    expect(await next.sealedRows.keyUse()).toEqual(new Map([['next', 3]]));
    expect(await next.records.pending(10)).toHaveLength(3);
  } finally {
    await next.close();
  }
});
