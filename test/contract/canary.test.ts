import { randomBytes } from 'node:crypto';
import path from 'node:path';
import { filesWith } from '../../cli/attack/file-scan';
import { markCommit } from '../../platform/outbox/commit-mark';
import { reactionProjection } from '../../platform/reactions/projection';
import { openReactionStore } from '../../reactions/store';
import type { Box } from '../support/box-service';
import { checkpoint } from '../support/checkpoint';
import { eventually } from '../support/eventually';
import { anEvent, doneStep } from '../support/events';
import { openNotedLetters } from '../support/noted-letters';
import { noteReaction } from '../support/reactions';
import { openedRows, putRows } from '../support/read-rows';
import { fillLedger, openSealedLedger, remembered } from '../support/sealed-ledger';
import { freshInstance, storeCases } from '../support/stores';
import type { StoreCase } from '../support/stores';
import { noVault, testKeys, testVault } from '../support/test-keys';
import { configFor, world } from '../support/world';

/** One word that stands nowhere else for each kind of content. */
const kinds = ['state', 'data', 'result', 'effect', 'plan', 'detail'] as const;
type Canaries = Readonly<Record<(typeof kinds)[number], string>>;
const canaries = (): Canaries =>
  Object.fromEntries(kinds.map((kind) => [kind, randomBytes(18).toString('base64url')])) as never;

/** Where each database keeps what it was given: in files with this in their path. */
const kept = {
  postgres: ['pg_wal/', 'base/'],
  mongodb: ['journal/', 'collection-'],
  dynamodb: ['.db'],
} as const;

async function write({ name, open }: StoreCase, words: Canaries, isSealed: boolean) {
  const bare = noVault(name === 'dynamodb' ? 'bytes' : 'text');
  const vault = isSealed ? testVault('canary') : bare;
  const store = open(freshInstance(), { service: 'boxes', vault });
  try {
    await store.migrate();
    const key = { sagaId: 'canary', step: 's' };
    const event = anEvent({ aggregateId: 'canary', data: { word: words.data } });
    const told = { aggregateId: 'canary', seq: 1, type: event.type, data: { word: words.effect } };
    const stepRecord = {
      ...{ ...doneStep, result: { word: words.result, detail: words.detail } },
      ...{ effect: [told], plan: { word: words.plan } as never },
    };
    const state = { word: words.state } as unknown as Box;
    const aggregates = [{ id: 'canary', expectedSeq: 0, state, events: [event] }];
    const commit = { stepRecord, aggregates };
    await store.transact(key, async () => markCommit(key, { answer: 0, commit }));
    expect((await store.readAggregate('canary'))?.state).toEqual(state);
  } finally {
    await store.close();
  }
}

/** A dead letter of an event with the word in it, and an operator's act on it. */
async function writeLetter(word: string) {
  const letters = await openNotedLetters();
  letters.failing.add('order/a:1');
  const told = { type: 'order.rejected', data: { orderId: word } };
  await letters.feed(letters.record('a', 1, told));
  const id = await letters.idOf('a', 1);
  await letters.act(id, 'edit', { payload: { orderId: `${word}-edited` }, reason: word });
  expect(await letters.show(id)).toMatchObject({ payload: { orderId: word } });
  return letters.world;
}

/** A state, a part of a saga, a mark and a finding of the auditor with the word in it. */
async function writeLedger(word: string) {
  const opened = await openSealedLedger();
  await fillLedger(opened.ledger, word);
  expect(await opened.ledger.endedFamilies(10)).toMatchObject([remembered.family('s-1', word), {}]);
  return opened;
}

/** A row of a read model with the word in it, and the record of a reaction that is to tell a saga of it. */
async function writeRows(word: string) {
  const letters = await openNotedLetters();
  await letters.feed(letters.record('a', 1, { data: { orderId: word } }));
  const told = { instance: letters.world.instance };
  expect(await openedRows(letters.store, told)).toMatchObject([
    { row: { last: { orderId: word } } },
  ]);
  const records = openReactionStore(configFor('orchestrator', letters.world.instance), {
    ...{ reactions: [noteReaction], keys: testKeys },
  });
  await records.tablesOf().migrate();
  const event = {
    ...anEvent({ aggregateId: 'note/a', type: 'note.made', data: { noteId: word } }),
  };
  const row = reactionProjection(noteReaction, '').fold(undefined, event as never, 'note/a:1');
  const kept = { row, sources: ['note/a'], asOf: event.time };
  await putRows(records, reactionProjection(noteReaction, ''), { 'note/a:1': kept });
  expect(await records.records.pending(1)).toMatchObject([{ row: { input: { noteId: word } } }]);
  await records.close();
  return letters.world;
}

const databases = storeCases.filter(({ name }) => name !== 'memory');

test('content that went through a store stands in no file of its server, log and journal included', async () => {
  const [sealed, bare] = [canaries(), canaries()];
  for (const one of databases) await write(one, sealed, true);
  const [letter = '', noted = '', row = ''] = [1, 2, 3].map(() => {
    return randomBytes(18).toString('base64url');
  });
  const worlds = [await writeLetter(letter), await writeLedger(noted), await writeRows(row)];
  // Written later and not sealed: once this is found, the sealed words have had their time to be written too.
  for (const one of databases) await write(one, bare, false);
  await eventually(async () => {
    await checkpoint();
    for (const { name } of databases) {
      const found = filesWith(path.join(world().stateDir, name), Object.values(bare));
      // MongoDB compresses: now and then a word is cut in one of its files, and stands whole in another.
      const files = [...found.values()].flat();
      const places = kept[name as keyof typeof kept].filter((it) => !files.join().includes(it));
      const words = [...found].filter(([, within]) => within.length === 0);
      expect({ name, places, words }).toEqual({ name, places: [], words: [] });
    }
  }, 60_000);
  const hits = filesWith(world().stateDir, [...Object.values(sealed), letter, noted, row]);
  await Promise.all(worlds.map((one) => one.close()));
  expect([...hits.values()].flat()).toEqual([]);
});
