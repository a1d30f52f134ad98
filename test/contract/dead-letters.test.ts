import { openNotedLetters } from '../support/noted-letters';
import type { NotedLetters } from '../support/noted-letters';

let letters: NotedLetters;
beforeEach(async () => {
  letters = await openNotedLetters();
});
afterEach(() => letters.world.close());

describe('dead letters by cause', () => {
  test('are one group whatever their ids and numbers; those behind belong to what they wait for', async () => {
    ['a:2', 'b:3'].forEach((one) => letters.failing.add(`order/${one}`));
    await letters.feed(
      letters.record('a', 1),
      letters.record('a', 2),
      letters.record('a', 3),
      letters.record('b', 1),
      letters.record('b', 2),
    );
    await letters.feed(
      letters.record('b', 3),
      letters.record('c', 1, letters.invalid),
      letters.record('c', 2),
    );
    const { body } = await letters.desk({ path: '/dead-letter-groups' });
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
    const seqs = (await letters.listed(`?group=${group}`)).map(({ aggregateId, seq }) => [
      aggregateId,
      seq,
    ]);
    expect(seqs).toEqual([
      ['order/a', 2],
      ['order/a', 3],
      ['order/b', 3],
    ]);
    expect(await letters.store.parkedAggregates()).toEqual([{ projection: 'noting', count: 3 }]);
    const first = await letters.desk({ path: '/dead-letters?limit=2' });
    expect(first.body.next).toBe((first.body.letters as { id: string }[])[1]?.id);
  });

  test('are retried by group, each aggregate in order up to what still fails', async () => {
    ['a:1', 'b:1', 'c:1', 'c:2'].forEach((one) => letters.failing.add(`order/${one}`));
    for (const name of ['a', 'b', 'c']) {
      await letters.feed(letters.record(name, 1), letters.record(name, 2), letters.record(name, 3));
    }
    const { body } = await letters.desk({ path: '/dead-letter-groups' });
    const [{ group }] = body.groups as [{ group: string }];
    const retry = (more: object = {}) =>
      letters.desk({
        path: `/dead-letter-groups/${group}/retry`,
        body: { reason: 'fixed', ...more },
      });
    ['a:1', 'b:1', 'c:1'].forEach((one) => letters.failing.delete(`order/${one}`));
    const dry = await letters.desk({
      path: `/dead-letter-groups/${group}/retry`,
      body: { dryRun: true },
    });
    expect(dry.body).toMatchObject({ aggregates: 3, cleared: 2, applied: 7, dryRun: true });
    expect(await letters.rows()).toEqual({});
    const done = await retry();
    expect(done.body).toMatchObject({ aggregates: 3, cleared: 2, applied: 7 });
    expect(done.body.failures).toMatchObject([{ aggregateId: 'order/c', reason: 'FOLD_FAILED' }]);
    expect(await letters.rows()).toEqual({ a: [1, 2, 3], b: [1, 2, 3], c: [1] });
    letters.failing.clear();
    expect((await letters.act(await letters.idOf('c', 2), 'retry')).body).toMatchObject({
      applied: 2,
      left: 0,
    });
    expect((await retry()).status).toBe(404);
  });
});

describe('a dry run', () => {
  test('tells row by row what would change, and changes nothing', async () => {
    letters.failing.add('order/a:2');
    await letters.feed(letters.record('a', 1), letters.record('a', 2), letters.record('a', 3));
    letters.failing.clear();
    const tables = ['read_rows', 'aggregate_positions', 'applied_events', 'dead_letters'];
    const all = [...tables, 'settled_letters', 'dead_letter_acts'];
    const content = () =>
      Promise.all(
        all.map((table) => letters.store.ask(`select * from ${table} order by 1, 2, 3`, [])),
      );
    const before = await content();
    const id = await letters.idOf('a', 2);
    for (const [verb, more] of [
      ['retry', {}],
      ['discard', {}],
    ] as const) {
      const { status, body } = await letters.act(id, verb, { ...more, dryRun: true });
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
    const [{ members }] = (await letters.act(id, 'retry', { dryRun: true })).body.changes as [
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
    const [first, broken] = [letters.record('a', 1), letters.record('a', 2, letters.invalid)];
    await letters.feed(first, broken, letters.record('a', 3));
    const id = await letters.idOf('a', 2);
    for (const payload of [{ orderId: 6 }, { orderId: 'a', more: true }, {}]) {
      const refused = await letters.act(id, 'edit', { payload });
      expect([refused.status, refused.body.code]).toEqual([422, 'EDIT_INVALID']);
      expect(refused.body.detail).toContain('; next: correct the payload');
    }
    const payload = { orderId: 'a' };
    const dry = await letters.act(id, 'edit', { payload, dryRun: true });
    expect(dry.body).toMatchObject({ applied: 2, changes: [{ after: { seqs: [1, 2, 3] } }] });
    expect((await letters.act(id, 'edit', { payload })).body).toMatchObject({
      applied: 0,
      left: 2,
    });
    expect(await letters.show(id)).toMatchObject({ payload: { orderId: 5 }, edited: payload });
    expect((await letters.act(id, 'retry')).body).toMatchObject({ applied: 2, left: 0 });
    expect(await letters.rows()).toEqual({ a: [1, 2, 3] });
    const kept = await letters.show(id);
    expect(kept).toMatchObject({ payload: { orderId: 5 }, edited: payload });
    expect(kept.settled).toMatchObject({ end: 'applied' });
    expect(kept.acts).toMatchObject([
      { verb: 'edit', reason: 'ticket 4711', before: { orderId: 5 }, edited: payload },
      { verb: 'retry', applied: 2, rows: ['order/a'] },
    ]);
    // The log still has the event as it was: its repeat is a repeat and no other history.
    const again = await letters.feed({ ...broken, offset: letters.nextOffset() });
    expect(again).toMatchObject({ duplicates: 1, letters: [] });
    expect(again.halt).toBeUndefined();
  });

  test('mends a value that is no JSON, and no message whose headers nobody can read', async () => {
    const noJson = {
      ...letters.record('a', 1, { ...letters.invalid, data: { orderId: 'a' } }),
      value: '{oops',
    };
    await letters.feed(noJson, { ...letters.record('b', 1), headers: {} });
    const refused = await letters.act(await letters.idOf('b', 1), 'edit', {
      payload: { orderId: 'b' },
    });
    expect(refused.body).toMatchObject({ code: 'EDIT_INVALID' });
    const id = await letters.idOf('a', 1);
    expect((await letters.act(id, 'edit', { payload: { orderId: 'a' } })).status).toBe(200);
    expect((await letters.act(id, 'retry')).body).toMatchObject({ applied: 1, left: 0 });
  });
});

describe('a discarded letter', () => {
  test('is passed by in order, those behind it are applied, and its repeat is known', async () => {
    letters.failing.add('order/a:2');
    const [good, poison] = [letters.record('a', 1), letters.record('a', 2)];
    await letters.feed(good, poison, letters.record('a', 3), letters.record('a', 4));
    const late = await letters.act(await letters.idOf('a', 3), 'discard');
    const first = await letters.idOf('a', 2);
    expect([late.status, late.body.code]).toEqual([409, 'LETTER_NOT_FIRST']);
    expect(late.body.detail).toContain(`letter ${first} stands before it`);
    expect((await letters.act(first, 'discard')).body).toMatchObject({
      applied: 2,
      settled: 3,
      left: 0,
    });
    expect(await letters.rows()).toEqual({ a: [1, 3, 4] });
    expect((await letters.show(first)).settled).toMatchObject({ end: 'discarded' });
    const more = await letters.feed(
      { ...poison, offset: letters.nextOffset() },
      letters.record('a', 5),
    );
    expect(more).toMatchObject({ duplicates: 1, letters: [] });
    expect(await letters.rows()).toEqual({ a: [1, 3, 4, 5] });
    expect((await letters.act(first, 'discard')).body.code).toBe('LETTER_SETTLED');
  });

  test('that is no event gives its number up only where later events wait behind it', async () => {
    const foreign = (name: string) => ({ ...letters.record(name, 9), value: 'x', headers: {} });
    await letters.feed(
      letters.record('a', 1),
      foreign('a'),
      letters.record('b', 1),
      foreign('b'),
      letters.record('b', 3),
    );
    expect((await letters.act(await letters.idOf('a', 2), 'discard')).body).toMatchObject({
      left: 0,
    });
    expect((await letters.act(await letters.idOf('b', 2), 'discard')).body).toMatchObject({
      left: 0,
      applied: 1,
    });
    const more = await letters.feed(letters.record('a', 2), letters.record('b', 4));
    expect(more).toMatchObject({ handled: 2, letters: [] });
    expect(await letters.rows()).toEqual({ a: [1, 2], b: [1, 3, 4] });
  });
});

describe('an act', () => {
  test('under one key is one act, and is answered from what was kept', async () => {
    letters.failing.add('order/a:1');
    await letters.feed(letters.record('a', 1));
    letters.failing.clear();
    const id = await letters.idOf('a', 1);
    const first = await letters.act(id, 'retry', {}, 'k-1');
    const again = await letters.act(id, 'retry', {}, 'k-1');
    expect(again.body).toEqual(first.body);
    expect([first, again].map(({ headers }) => headers['idempotent-replayed'])).toEqual([
      undefined,
      'true',
    ]);
    expect((await letters.show(id)).acts).toHaveLength(1);
    const other = await letters.act(id, 'retry', { reason: 'another body' }, 'k-1');
    expect([other.status, other.body.code]).toEqual([409, 'LETTER_SETTLED']);
  });

  test('keeps who, when and why, and needs a reason, an operator, and the gateway', async () => {
    letters.failing.add('order/a:1');
    await letters.feed(letters.record('a', 1));
    const id = await letters.idOf('a', 1);
    const path = `/dead-letters/${id}/retry`;
    expect((await letters.desk({ path, body: {} })).body).toMatchObject({
      ...{ code: 'BODY_INVALID', errors: [{ pointer: '/reason' }] },
    });
    const body = { reason: 'x' };
    expect((await letters.desk({ path, body, as: '' })).status).toBe(401);
    expect((await letters.desk({ path, body, as: 'vic:viewer' })).body.code).toBe('ROLE_MISSING');
    expect((await letters.desk({ path, body, peer: 'orders' })).body.code).toBe(
      'CALLER_NOT_ALLOWED',
    );
    expect((await letters.show(id)).acts).toEqual([]);
    expect((await letters.act(id, 'retry')).body).toMatchObject({
      stopped: { id, reason: 'FOLD_FAILED' },
    });
    const [kept] = (await letters.show(id)).acts as Record<string, unknown>[];
    expect(kept).toMatchObject({ verb: 'retry', letterId: id, reason: 'ticket 4711', left: 1 });
    expect(kept?.actor).toMatch(/^[0-9a-f]{32}$/);
    expect(Date.now() - Date.parse(String(kept?.at))).toBeLessThan(60_000);
  });
});
