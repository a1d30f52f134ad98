import { openReadModelStore } from '../../projections/store';
import { openNotedLetters } from '../support/noted-letters';
import type { NotedLetters } from '../support/noted-letters';
import { testVault } from '../support/test-keys';
import { configFor } from '../support/world';

let letters: NotedLetters;
beforeEach(async () => {
  letters = await openNotedLetters();
});
afterEach(() => letters.world.close());

const ask = (text: string, values: readonly unknown[] = []) => letters.store.ask(text, values);
const refused = { code: 'CIPHERTEXT_REFUSED' };

/** Two letters that a bug made, each the only one of its aggregate; answers their ids. */
async function park(): Promise<readonly [string, string]> {
  ['a:1', 'b:1'].forEach((one) => letters.failing.add(`order/${one}`));
  for (const name of ['a', 'b']) {
    const told = { type: 'order.rejected', data: { orderId: `secret-${name}` } };
    await letters.feed(letters.record(name, 1, told));
  }
  return [await letters.idOf('a', 1), await letters.idOf('b', 1)];
}

/** What is stored says nothing of this. */
async function stored(): Promise<string> {
  const tables = ['dead_letters', 'settled_letters', 'dead_letter_acts'];
  return JSON.stringify(await Promise.all(tables.map((table) => ask(`select * from ${table}`))));
}

/** The same tables with letters as code before version 4 wrote them, whoever they are sealed for. */
async function makePlain(): Promise<void> {
  for (const table of ['dead_letters', 'settled_letters', 'dead_letter_acts']) {
    await ask(`alter table ${table} drop constraint ${table}_sealed`);
  }
  await ask(
    `update dead_letters set payload = '{"orderId":5}', headers = '{"ce_type":"order.rejected"}',
       edited = '{"orderId":"a"}', edits = 0`,
  );
  await ask(
    `insert into dead_letter_acts (id, projection, aggregate_id, letter_id, verb, actor, reason,
       payload_before, payload_after, report)
     select 'an-act', 'noting', aggregate_id, id, 'edit', 'a-person', 'ticket 1', payload, edited,
       '{"applied":0,"settled":0,"left":1,"changes":[]}' from dead_letters limit 1`,
  );
  await ask('update tables_version set version = 3, oldest = 1');
}

test('a letter, its edit and what people did about it are read, and stand in no column', async () => {
  const [id] = await park();
  const payload = { orderId: 'secret-edit' };
  await letters.act(id, 'edit', { payload, reason: 'secret-reason' });
  letters.failing.clear();
  await letters.act(id, 'retry', { reason: 'secret-reason' });
  const { acts, ...shown } = await letters.show(id);
  expect(shown).toMatchObject({ payload: { orderId: 'secret-a' }, edited: payload });
  expect(acts).toMatchObject([{ reason: 'secret-reason', before: { orderId: 'secret-a' } }, {}]);
  expect(await stored()).toMatch(/hf1\.letters\./);
  expect(await stored()).not.toContain('secret-');
});

test('exchanged, set back, relabelled or plain letters are refused, and hold up no list', async () => {
  const [a, b] = await park();
  const swap = `update dead_letters d set payload = o.payload, headers = o.headers from dead_letters o
    where o.id <> d.id`;
  await ask(swap);
  await expect(letters.store.letter(a)).rejects.toMatchObject(refused);
  expect(await letters.listed()).toMatchObject([{ isRefused: true }, { isRefused: true }]);
  expect((await letters.act(b, 'retry')).status).toBe(500);
  await ask(swap);
  expect((await letters.show(a)).payload).toEqual({ orderId: 'secret-a' });

  const edit = (orderId: string) => letters.act(a, 'edit', { payload: { orderId } });
  await edit('one');
  const [{ edited }] = (await ask(`select edited from dead_letters where id = ${a}`)) as [
    { edited: string },
  ];
  await edit('two');
  await ask(`update dead_letters set edited = $1 where id = ${a}`, [edited]);
  await expect(letters.store.letter(a)).rejects.toMatchObject(refused);
  await ask(`update dead_letters set edited = null where id = ${a}`);
  await expect(letters.store.letter(a)).rejects.toMatchObject(refused);

  await ask(`update dead_letters set seq = 7 where id = ${b}`);
  await expect(letters.store.letter(b)).rejects.toMatchObject(refused);
  await ask(`update dead_letters set seq = 1 where id = ${b}`);
  expect(await letters.show(b)).toMatchObject({ id: b });
  const plain = `update dead_letters set payload = '{"orderId":"forged"}' where id = ${b}`;
  await expect(ask(plain)).rejects.toThrow('dead_letters_sealed');
  await ask('alter table dead_letters drop constraint dead_letters_sealed');
  await ask(plain);
  await expect(letters.store.letter(b)).rejects.toMatchObject(refused);
});

test('letters of before are taken over when a person says so, once, and by no process', async () => {
  const [id] = await park();
  await makePlain();
  await expect(letters.store.migrate([letters.noting])).rejects.toMatchObject({
    code: 'SCHEMA_OUTDATED',
  });
  const tables = letters.store.tablesOf([letters.noting], { ready: async () => undefined });
  await Promise.all([tables.migrate(), tables.migrate()]);
  expect(await tables.readTablesVersion()).toEqual({ version: 5, oldest: 5 });
  expect(await letters.show(id)).toMatchObject({
    ...{ payload: { orderId: 5 }, edited: { orderId: 'a' }, type: 'order.rejected' },
    acts: [{ id: 'an-act', before: { orderId: 5 }, reason: 'ticket 1', left: 1 }],
  });
  expect(await stored()).not.toContain('orderId');

  await ask('alter table dead_letters drop constraint dead_letters_sealed');
  await ask(`update dead_letters set payload = '{"orderId":"forged"}'`);
  await tables.migrate();
  await expect(letters.store.letter(id)).rejects.toMatchObject(refused);
});

test('letters, edits and acts are counted by key, and sealed anew under the next', async () => {
  const [a] = await park();
  await letters.act(a, 'edit', { payload: { orderId: 'secret-edit' } });
  const { store, world } = letters;
  expect(await store.sealedLetters.keyUse()).toEqual(new Map([['letters', 4]]));
  const config = configFor('projector', world.instance);
  const next = openReadModelStore(config, { vault: () => testVault('letters', 'next') });
  try {
    const found = [];
    do found.push(await next.sealedLetters.reseal(2));
    while (found.at(-1) !== 0);
    expect(found).toEqual([2, 1, 0]);
    expect(await next.sealedLetters.keyUse()).toEqual(new Map([['next', 4]]));
    expect(await next.letter(a)).toMatchObject({ edited: '{"orderId":"secret-edit"}' });
    expect(await next.acts('noting', 'order/a')).toMatchObject([{ verb: 'edit' }]);
  } finally {
    await next.close();
  }
});
