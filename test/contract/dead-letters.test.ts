import { startDeadLetterCopier } from '../../platform/event-log/letters/copier';
import { planReadings } from '../../platform/event-log/projector/plan';
import { defineProjection } from '../../platform/event-log/projector/projection';
import { readRecord } from '../../platform/event-log/projector/reading';
import { LogError } from '../../platform/event-log/ports';
import type { LogRecord } from '../../platform/event-log/ports';
import type { StoredEvent } from '../../platform/outbox/ports';
import { silentLog } from '../../platform/runtime/log';
import type { ReadModelStore } from '../../projections/store';
import { anEvent } from '../support/events';
import { eventually } from '../support/eventually';
import { openDesk, schemas } from '../support/letter-desk';
import { aRecord } from '../support/log-events';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';

type NotedRow = { readonly key: string; readonly seqs: number[]; readonly last: unknown };

/** Events whose fold throws, as a bug would make it. */
const failing = new Set<string>();
const noting = defineProjection<NotedRow>({
  ...{ name: 'noting', services: ['orders'], listBy: [], orderBy: 'key' },
  keys: ({ aggregateId }) => [aggregateId],
  fold: (row, { aggregateId, seq, data }) => {
    if (failing.has(`${aggregateId}:${seq}`)) throw new Error(`a bug at number ${seq}`);
    return { key: aggregateId, seqs: [...(row?.seqs ?? []), seq], last: data };
  },
});

let world: LogWorld;
let store: ReadModelStore;
let desk: ReturnType<typeof openDesk>;
let offset: number;

beforeEach(async () => {
  world = await openLogWorld();
  store = world.openStore();
  await store.migrate([noting]);
  desk = openDesk(store, [noting]);
  offset = 0;
  failing.clear();
});
afterEach(() => world.close());

const event = (name: string, seq: number, told: Partial<StoredEvent> = {}) =>
  anEvent({ aggregateId: `order/${name}`, seq, data: { orderId: name }, ...told });
const record = (...[name, seq, told]: Parameters<typeof event>) =>
  aRecord(event(name, seq, told), offset++);
/** A payload that its schema refuses. */
const invalid = { type: 'order.rejected', data: { orderId: 5 } } as const;

/** What the projector does with records, without the way through Kafka. */
async function feed(...records: readonly LogRecord[]) {
  const [{ topic = '', partition = 0 } = {}] = records;
  const claim = await store.claim('noting', { topic, partition });
  const readings = records.map((one) => readRecord(one, noting, schemas));
  return store.apply(claim, readings, (view) => planReadings(noting, view, readings));
}

async function rows(): Promise<Record<string, number[]>> {
  const text = `select row from read_rows where projection = 'noting' order by key`;
  const found = await store.ask<{ row: NotedRow }>(text, []);
  return Object.fromEntries(found.map(({ row }) => [row.key.slice('order/'.length), row.seqs]));
}

const listed = async (query = '') =>
  (await desk({ path: `/dead-letters${query}` })).body.letters as Record<string, unknown>[];
const idOf = async (name: string, seq: number) => {
  const found = (await listed('?limit=100')).find(
    (one) => one.aggregateId === `order/${name}` && one.seq === seq,
  );
  return String(found?.id);
};
const act = (id: string, verb: string, more: object = {}, key?: string) => {
  const body = { reason: 'ticket 4711', ...more };
  return desk({ path: `/dead-letters/${id}/${verb}`, body, ...(key === undefined ? {} : { key }) });
};
const show = async (id: string) => (await desk({ path: `/dead-letters/${id}` })).body;

describe('dead letters by cause', () => {
  test('are one group whatever their ids and numbers; those behind belong to what they wait for', async () => {
    ['a:2', 'b:3'].forEach((one) => failing.add(`order/${one}`));
    await feed(record('a', 1), record('a', 2), record('a', 3), record('b', 1), record('b', 2));
    await feed(record('b', 3), record('c', 1, invalid), record('c', 2));
    const { body } = await desk({ path: '/dead-letter-groups' });
    expect(body.groups).toMatchObject([
      {
        reason: 'FOLD_FAILED',
        letters: 3,
        aggregates: 2,
        cause: expect.stringContaining('bug') as string,
      },
      { reason: 'SCHEMA_INVALID', letters: 2, aggregates: 1 },
    ]);
    const [{ group }] = body.groups as [{ group: string }];
    const seqs = (await listed(`?group=${group}`)).map(({ aggregateId, seq }) => [
      aggregateId,
      seq,
    ]);
    expect(seqs).toEqual([
      ['order/a', 2],
      ['order/a', 3],
      ['order/b', 3],
    ]);
    expect(await store.parkedAggregates()).toEqual([{ projection: 'noting', count: 3 }]);
    const first = await desk({ path: '/dead-letters?limit=2' });
    expect(first.body.next).toBe((first.body.letters as { id: string }[])[1]?.id);
  });

  test('are retried by group, each aggregate in order up to what still fails', async () => {
    ['a:1', 'b:1', 'c:1', 'c:2'].forEach((one) => failing.add(`order/${one}`));
    for (const name of ['a', 'b', 'c']) {
      await feed(record(name, 1), record(name, 2), record(name, 3));
    }
    const { body } = await desk({ path: '/dead-letter-groups' });
    const [{ group }] = body.groups as [{ group: string }];
    const retry = (more: object = {}) =>
      desk({ path: `/dead-letter-groups/${group}/retry`, body: { reason: 'fixed', ...more } });
    ['a:1', 'b:1', 'c:1'].forEach((one) => failing.delete(`order/${one}`));
    const dry = await desk({ path: `/dead-letter-groups/${group}/retry`, body: { dryRun: true } });
    expect(dry.body).toMatchObject({ aggregates: 3, cleared: 2, applied: 7, dryRun: true });
    expect(await rows()).toEqual({});
    const done = await retry();
    expect(done.body).toMatchObject({ aggregates: 3, cleared: 2, applied: 7 });
    expect(done.body.failures).toMatchObject([{ aggregateId: 'order/c', reason: 'FOLD_FAILED' }]);
    expect(await rows()).toEqual({ a: [1, 2, 3], b: [1, 2, 3], c: [1] });
    failing.clear();
    expect((await act(await idOf('c', 2), 'retry')).body).toMatchObject({ applied: 2, left: 0 });
    expect((await retry()).status).toBe(404);
  });
});

describe('a dry run', () => {
  test('tells row by row what would change, and changes nothing', async () => {
    failing.add('order/a:2');
    await feed(record('a', 1), record('a', 2), record('a', 3));
    failing.clear();
    const tables = ['read_rows', 'aggregate_positions', 'applied_events', 'dead_letters'];
    const all = [...tables, 'settled_letters', 'dead_letter_acts'];
    const content = () =>
      Promise.all(all.map((table) => store.ask(`select * from ${table} order by 1, 2, 3`, [])));
    const before = await content();
    const id = await idOf('a', 2);
    for (const [verb, more] of [
      ['retry', {}],
      ['discard', {}],
    ] as const) {
      const { status, body } = await act(id, verb, { ...more, dryRun: true });
      expect([status, body.dryRun]).toEqual([200, true]);
      const seqs = verb === 'retry' ? [1, 2, 3] : [1, 3];
      expect(body.changes).toMatchObject([
        {
          key: 'order/a',
          before: { seqs: [1] },
          after: { seqs },
          members: expect.anything() as object,
        },
      ]);
      expect(await content()).toEqual(before);
    }
    const [{ members }] = (await act(id, 'retry', { dryRun: true })).body.changes as [
      { members: object[] },
    ];
    expect(members).toEqual([
      { pointer: '/seqs/1', after: 2 },
      { pointer: '/seqs/2', after: 3 },
    ]);
  });
});

describe('an edit', () => {
  test('takes only what the schema takes, keeps the original, and the log’s hash', async () => {
    const [first, broken] = [record('a', 1), record('a', 2, invalid)];
    await feed(first, broken, record('a', 3));
    const id = await idOf('a', 2);
    for (const payload of [{ orderId: 6 }, { orderId: 'a', more: true }, {}]) {
      const refused = await act(id, 'edit', { payload });
      expect([refused.status, refused.body.code]).toEqual([422, 'EDIT_INVALID']);
      expect(refused.body.detail).toContain('; next: correct the payload');
    }
    const payload = { orderId: 'a' };
    const dry = await act(id, 'edit', { payload, dryRun: true });
    expect(dry.body).toMatchObject({ applied: 2, changes: [{ after: { seqs: [1, 2, 3] } }] });
    expect((await act(id, 'edit', { payload })).body).toMatchObject({ applied: 0, left: 2 });
    expect(await show(id)).toMatchObject({ payload: { orderId: 5 }, edited: payload });
    expect((await act(id, 'retry')).body).toMatchObject({ applied: 2, left: 0 });
    expect(await rows()).toEqual({ a: [1, 2, 3] });
    const kept = await show(id);
    expect(kept).toMatchObject({ payload: { orderId: 5 }, edited: payload });
    expect(kept.settled).toMatchObject({ end: 'applied' });
    expect(kept.acts).toMatchObject([
      { verb: 'edit', reason: 'ticket 4711', before: { orderId: 5 }, edited: payload },
      { verb: 'retry', applied: 2, rows: ['order/a'] },
    ]);
    // The log still has the event as it was: its repeat is a repeat and no other history.
    const again = await feed({ ...broken, offset: String(offset++) });
    expect(again).toMatchObject({ duplicates: 1, letters: [] });
    expect(again.halt).toBeUndefined();
  });

  test('mends a value that is no JSON, and no message whose headers nobody can read', async () => {
    const noJson = { ...record('a', 1, { ...invalid, data: { orderId: 'a' } }), value: '{oops' };
    await feed(noJson, { ...record('b', 1), headers: {} });
    const refused = await act(await idOf('b', 1), 'edit', { payload: { orderId: 'b' } });
    expect(refused.body).toMatchObject({ code: 'EDIT_INVALID' });
    const id = await idOf('a', 1);
    expect((await act(id, 'edit', { payload: { orderId: 'a' } })).status).toBe(200);
    expect((await act(id, 'retry')).body).toMatchObject({ applied: 1, left: 0 });
  });
});

describe('a discarded letter', () => {
  test('is passed by in order, those behind it are applied, and its repeat is known', async () => {
    failing.add('order/a:2');
    const [good, poison] = [record('a', 1), record('a', 2)];
    await feed(good, poison, record('a', 3), record('a', 4));
    const late = await act(await idOf('a', 3), 'discard');
    const first = await idOf('a', 2);
    expect([late.status, late.body.code]).toEqual([409, 'LETTER_NOT_FIRST']);
    expect(late.body.detail).toContain(`letter ${first} stands before it`);
    expect((await act(first, 'discard')).body).toMatchObject({ applied: 2, settled: 3, left: 0 });
    expect(await rows()).toEqual({ a: [1, 3, 4] });
    expect((await show(first)).settled).toMatchObject({ end: 'discarded' });
    const more = await feed({ ...poison, offset: String(offset++) }, record('a', 5));
    expect(more).toMatchObject({ duplicates: 1, letters: [] });
    expect(await rows()).toEqual({ a: [1, 3, 4, 5] });
    expect((await act(first, 'discard')).body.code).toBe('LETTER_SETTLED');
  });

  test('that is no event gives its number up only where later events wait behind it', async () => {
    const foreign = (name: string) => ({ ...record(name, 9), value: 'x', headers: {} });
    await feed(record('a', 1), foreign('a'), record('b', 1), foreign('b'), record('b', 3));
    expect((await act(await idOf('a', 2), 'discard')).body).toMatchObject({ left: 0 });
    expect((await act(await idOf('b', 2), 'discard')).body).toMatchObject({ left: 0, applied: 1 });
    const more = await feed(record('a', 2), record('b', 4));
    expect(more).toMatchObject({ handled: 2, letters: [] });
    expect(await rows()).toEqual({ a: [1, 2], b: [1, 3, 4] });
  });
});

describe('an act', () => {
  test('under one key is one act, and is answered from what was kept', async () => {
    failing.add('order/a:1');
    await feed(record('a', 1));
    failing.clear();
    const id = await idOf('a', 1);
    const first = await act(id, 'retry', {}, 'k-1');
    const again = await act(id, 'retry', {}, 'k-1');
    expect(again.body).toEqual(first.body);
    expect([first, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([
      undefined,
      'true',
    ]);
    expect((await show(id)).acts).toHaveLength(1);
    const other = await act(id, 'retry', { reason: 'another body' }, 'k-1');
    expect([other.status, other.body.code]).toEqual([409, 'LETTER_SETTLED']);
  });

  test('keeps who, when and why, and needs a reason, an operator, and the gateway', async () => {
    failing.add('order/a:1');
    await feed(record('a', 1));
    const id = await idOf('a', 1);
    const path = `/dead-letters/${id}/retry`;
    expect((await desk({ path, body: {} })).body).toMatchObject({
      ...{ code: 'BODY_INVALID', errors: [{ pointer: '/reason' }] },
    });
    const body = { reason: 'x' };
    expect((await desk({ path, body, as: '' })).status).toBe(401);
    expect((await desk({ path, body, as: 'vic:viewer' })).body.code).toBe('ROLE_MISSING');
    expect((await desk({ path, body, peer: 'orders' })).body.code).toBe('CALLER_NOT_ALLOWED');
    expect((await show(id)).acts).toEqual([]);
    expect((await act(id, 'retry')).body).toMatchObject({ stopped: { id, reason: 'FOLD_FAILED' } });
    const [kept] = (await show(id)).acts as Record<string, unknown>[];
    expect(kept).toMatchObject({ verb: 'retry', letterId: id, reason: 'ticket 4711', left: 1 });
    expect(kept?.actor).toMatch(/^[0-9a-f]{32}$/);
    expect(Date.now() - Date.parse(String(kept?.at))).toBeLessThan(60_000);
  });
});

describe('copies for other tools', () => {
  const copier = (topic: string, told: Partial<Parameters<typeof startDeadLetterCopier>[0]>) =>
    startDeadLetterCopier({
      ...{ store, topic, retryMs: 50, log: silentLog, writer: world.logAs('projector').writer },
      ...told,
    });

  test('are made at least once, with their cause, also of letters that were done with meanwhile', async () => {
    const topic = await world.createTopic('dead-letter');
    failing.add('order/a:1');
    await feed(record('a', 1), record('a', 2), record('b', 1, invalid));
    failing.clear();
    await act(await idOf('a', 1), 'retry');
    const { writer } = world.logAs('projector');
    let refusals = 0;
    // The broker never takes the content of the last one, and the first mark is lost as by a crash.
    const picky: typeof writer = {
      ...writer,
      append: (...told) => {
        if (!told[2][0]?.key.endsWith('b') || told[2][0].value === '')
          return writer.append(...told);
        refusals += 1;
        return Promise.reject(new LogError('RECORD_REFUSED', 'too large'));
      },
    };
    let lost = 0;
    const forgetful = {
      uncopiedLetters: (limit: number) => store.uncopiedLetters(limit),
      markCopied: (ids: readonly string[]) =>
        lost++ === 0 ? Promise.reject(new Error('crashed')) : store.markCopied(ids),
    };
    const running = copier(topic, { writer: picky, store: forgetful });
    await eventually(async () => expect(await store.uncopiedLetters(10)).toEqual([]));
    await running.stop();
    const copies = (await world.records(topic)).map(({ key, headers, value }) => [
      ...[key, headers.dl_reason, value === '' ? headers.dl_content : 'whole'],
      /^[0-9a-f]{12}$/.test(headers.dl_group ?? '') && headers.dl_cause !== '',
    ]);
    expect(copies).toEqual([
      ['order/a', 'FOLD_FAILED', 'whole', true],
      ['order/a', 'FOLD_FAILED', 'whole', true],
      ['order/a', 'BEHIND_DEAD_LETTER', 'whole', true],
      ['order/b', 'SCHEMA_INVALID', 'omitted', true],
    ]);
    expect(refusals).toBe(1);
  });
});
