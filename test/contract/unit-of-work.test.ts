import type { Json } from '../../platform/kernel/json';
import type { StepRecord } from '../../platform/participant/fence-table';
import type { AggregateChange, ServiceStore, StoredEvent } from '../../platform/outbox/ports';
import { contentHashOf } from '../../platform/outbox/stamp';
import { auditBoxes } from '../support/box-audit';
import { boxParticipant, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { answered, playOn } from '../support/fence-play';
import { heldStore } from '../support/held-store';
import { freshInstance, storeCases } from '../support/stores';

const done: StepRecord = {
  state: 'done',
  epoch: 0,
  run: 'a',
  inputHash: 'x',
  result: { ok: true },
  effect: [],
};

/** One event more on an aggregate, with any state and data. */
function change(id: string, expectedSeq: number, state: unknown, data: unknown = { coins: 1 }) {
  const content = {
    aggregateId: id,
    seq: expectedSeq + 1,
    type: 'box.put',
    schema: '1.0',
    time: '2030-01-01T00:00:00.000Z',
    data: data as StoredEvent['data'],
  };
  const event: StoredEvent = { ...content, slot: 0, contentHash: contentHashOf(content) };
  return { id, expectedSeq, state: state as Box, events: [event] } satisfies AggregateChange<Box>;
}

describe.each(storeCases)('the unit of work on $name', ({ open }) => {
  let store: ServiceStore<Box>;

  beforeAll(async () => {
    store = open(freshInstance());
    await store.migrate();
  });
  afterAll(() => store.close());

  test.each([
    ['one it has left behind', 1],
    ['one it has not reached', 3],
    ['that of an aggregate without events', 0],
  ])(
    'a change decided on another sequence, %s, conflicts and writes nothing',
    async (_title, seq) => {
      const [id, other] = [`stale-${seq}`, `stale-${seq}-other`];
      for (const saga of ['first', 'second']) {
        await answered(boxParticipant(store), stepOf(`${id}-${saga}`, [id]).forward(0));
      }
      const key = { sagaId: id, step: 's' };
      const commit = { stepRecord: done, aggregates: [change(other, 0, {}), change(id, seq, {})] };
      const attempt = store.transact(key, async () => ({ answer: 'never', commit }));
      await expect(attempt).rejects.toMatchObject({ code: 'STORE_CONFLICT', action: 'retry' });
      expect(await store.readAggregate(id)).toMatchObject({ seq: 2, state: { coins: 10 } });
      expect(await store.readAggregate(other)).toBeUndefined();
      expect(await store.readStepRecord(key)).toBeUndefined();
    },
  );

  test('an event that the history has already takes state and record with it', async () => {
    const [id, other] = ['taken', 'taken-other'];
    await answered(boxParticipant(store), stepOf(id, [id]).forward(0));
    const [taken] = change(id, 0, {}, { coins: 7 }).events;
    const key = { sagaId: id, step: 's' };
    const forged = { ...change(other, 0, {}), events: [taken!] };
    const commit = { stepRecord: done, aggregates: [forged] };
    const attempt = store.transact(key, async () => ({ answer: 'never', commit }));
    await expect(attempt.then(String, ({ name }: Error) => name)).resolves.toBe('Fault');
    expect(await store.readAggregate(other)).toBeUndefined();
    expect(await store.readStepRecord(key)).toBeUndefined();
    const history = await store.history({ after: { aggregateId: id, seq: 0 }, limitMax: 2 });
    const own = history.filter(({ aggregateId }) => aggregateId === id);
    expect(own.map(({ seq, data }) => [seq, data])).toEqual([[1, { coins: 5 }]]);
  });

  test('a transaction that has nothing to write leaves nothing behind, not even a record', async () => {
    const key = { sagaId: 'only-asked', step: 's' };
    const answer = await store.transact(key, async (view) => {
      expect(view.stepRecord).toBeUndefined();
      expect(await view.load('nowhere')).toBeUndefined();
      return { answer: 'nothing' };
    });
    expect(answer).toBe('nothing');
    expect(await store.readStepRecord(key)).toBeUndefined();
  });

  test('what the work throws is thrown on as it is, and nothing is written', async () => {
    const key = { sagaId: 'thrown', step: 's' };
    const bug = new TypeError('a bug of the handler');
    const attempt = store.transact(key, async (view) => {
      await view.load('thrown-a');
      throw bug;
    });
    await expect(attempt).rejects.toBe(bug);
    expect(await store.readStepRecord(key)).toBeUndefined();
  });

  test('an event that does not fit its schema takes the whole transaction with it', async () => {
    const step = stepOf('poisoned', ['poisoned-a', 'poisoned-b']);
    const message = step.forward(0, { coins: 666 });
    expect(await answered(boxParticipant(store), message)).toBe('EVENT_INVALID');
    expect(await store.readAggregate('poisoned-a')).toBeUndefined();
    expect(await store.readStepRecord({ sagaId: 'poisoned', step: 'put coins' })).toBeUndefined();
    expect(await answered(boxParticipant(store), step.forward(0))).toBe('done 5');
  });

  test('records, states and events come back as they were written, whatever is in them', async () => {
    const odd: Json = {
      $set: 1,
      'a.b': { $where: 'x' },
      '1': 'one',
      text: 'zero \u0000, quote " and \u{1F4B6}',
      numbers: [0, -1, 0.1, 2 ** 53 - 1, -(2 ** 53 - 1), 1.5e-7],
      nested: [[], {}, [null, true, false, '']],
    };
    const key = { sagaId: 'odd/1', step: 'step with ünïcode' };
    const stepRecord = {
      ...done,
      result: odd,
      effect: [{ aggregateId: 'o', type: 't', data: odd, seq: 1 }],
    };
    const commit = { stepRecord, aggregates: [change('zz-odd', 0, odd, odd)] };
    await store.transact(key, async () => ({ answer: 'ok', commit }));
    expect(await store.readStepRecord(key)).toEqual(stepRecord);
    expect(await store.readAggregate('zz-odd')).toEqual({ id: 'zz-odd', seq: 1, state: odd });
    const page = await store.history({ after: { aggregateId: 'zz-odd', seq: 0 }, limitMax: 1 });
    expect(page).toEqual([{ ...commit.aggregates[0]?.events[0], published: false }]);
    expect(contentHashOf(page[0]!)).toBe(page[0]!.contentHash);
  });

  test('one command may change 41 aggregates, all or none', async () => {
    const boxIds = Array.from(
      { length: 41 },
      (_, number) => `many-${String(number).padStart(2, '0')}`,
    );
    const play = boxParticipant(store);
    expect(await answered(play, stepOf('many', boxIds).forward(0))).toBe('done 5');
    const page = await store.listAggregates({ prefix: 'many-', limitMax: 100 });
    expect(page.map((box) => box.id)).toEqual(boxIds);
    expect(await answered(play, stepOf('many', boxIds).undo(0))).toBe('undone');
    const after = await store.listAggregates({ prefix: 'many-', limitMax: 100 });
    expect(after.every((box) => box.seq === 2 && box.state.coins === 0)).toBe(true);
  });

  test('aggregates are listed by prefix, in pages, in order of their ids', async () => {
    for (const id of ['list-b', 'list-a', 'list-c', 'lisu', 'lis']) {
      await answered(boxParticipant(store), stepOf(`saga-${id}`, [id]).forward(0));
    }
    const idsFrom = async (afterId: string, limitMax: number) =>
      (await store.listAggregates({ prefix: 'list-', afterId, limitMax })).map((box) => box.id);
    expect(await idsFrom('', 10)).toEqual(['list-a', 'list-b', 'list-c']);
    expect(await idsFrom('', 2)).toEqual(['list-a', 'list-b']);
    expect(await idsFrom('list-b', 10)).toEqual(['list-c']);
    expect(await idsFrom('list-c', 10)).toEqual([]);
  });

  test('a delivery that stalls inside its transaction does not hold up another beyond its time', async () => {
    const step = stepOf('stalled', ['stalled-a']);
    let release = () => {};
    const stalled = new Promise<void>((resolve) => (release = resolve));
    let isInside = () => {};
    const inside = new Promise<void>((resolve) => (isInside = resolve));
    const stallingStore: Pick<ServiceStore<Box>, 'transact'> = {
      transact: (key, work, options) =>
        store.transact(
          key,
          async (view) => {
            const outcome = await work(view);
            isInside();
            await stalled;
            return outcome;
          },
          options,
        ),
    };
    const slow = answered(boxParticipant(stallingStore), step.forward(0));
    await inside;
    const startedMs = performance.now();
    const quick = await boxParticipant(store)
      .handle(step.undo(0), { timeoutMs: 700 })
      .then(
        (answer) => answer.answer,
        (error: unknown) => (error as { code: string }).code,
      );
    expect(performance.now() - startedMs).toBeLessThan(5_000);
    release();
    // Either the undo got through and the stalled forward is fenced, or it waited in vain and the forward stands.
    const isFenced = quick === 'no-effect';
    expect(['no-effect', 'STORE_CONFLICT', 'STORE_UNAVAILABLE']).toContain(quick);
    expect(await slow).toBe(isFenced ? 'STEP_FENCED' : 'done 5');
    const box = await store.readAggregate('stalled-a');
    expect(box?.state.coins ?? 0).toBe(isFenced ? 0 : 5);
  });

  test.each([
    ['a forward', false, 'undone, 0 coins', 'no-effect, 0 coins'],
    ['a settle', true, 'STEP_FENCED, 5 coins', 'undone, 0 coins'],
  ])('an undo that was overtaken by %s is decided again', async (what, isDone, after, before) => {
    const id = `overtaken by ${what}`;
    const step = stepOf(id, [id]);
    if (isDone) await answered(boxParticipant(store), step.forward(0));
    const held = heldStore(store);
    const undo = answered(boxParticipant(held.store), step.undo(0));
    await held.isInside;
    const message = isDone ? step.settle(0) : step.forward(0);
    // A store that locks lets the overtaker wait, which it does not for long; the others let it through.
    const early = await answered(boxParticipant(store), message, { timeoutMs: 3_000 });
    held.release();
    const answer = await undo;
    const coins = (await store.readAggregate(id))?.state.coins ?? 0;
    expect(early === 'done 5' ? [after] : [after, before]).toContain(`${answer}, ${coins} coins`);
  });

  test('two decisions that each rely on what the other changes are never both taken', async () => {
    const onlyIfOtherIsEmpty = (mine: string, other: string, sagaId: string) =>
      store.transact<boolean>({ sagaId, step: 's' }, async (view) => {
        const [left, right] = [await view.load(mine), await view.load(other)];
        const isFree = right?.state.coins === 0;
        const state = { ...left!.state, coins: isFree ? 1 : 0 };
        return {
          answer: isFree,
          commit: {
            stepRecord: done,
            aggregates: isFree ? [change(mine, left!.seq, state)] : [],
          },
        };
      });
    for (let round = 0; round < 15; round += 1) {
      const pair = [`skew-${round}-a`, `skew-${round}-b`] as const;
      const play = playOn(store, `skew-${round}`);
      const empty = { coins: 0, puts: 0, takes: 0, locked: false };
      const aggregates = pair.map((id) => change(id, 0, empty));
      const commit = { stepRecord: done, aggregates };
      await store.transact({ sagaId: play.sagaId, step: 'new' }, async () => ({
        answer: 0,
        commit,
      }));
      const taken = await Promise.allSettled([
        onlyIfOtherIsEmpty(pair[0], pair[1], `skew-${round}-left`),
        onlyIfOtherIsEmpty(pair[1], pair[0], `skew-${round}-right`),
      ]);
      const boxes = await Promise.all(pair.map((id) => store.readAggregate(id)));
      const coins = boxes.reduce((sum, box) => sum + (box?.state.coins ?? 0), 0);
      expect(coins).toBeLessThanOrEqual(1);
      expect(taken.filter((it) => it.status === 'fulfilled' && it.value)).toHaveLength(coins);
    }
  });

  test('a store that answers says so, within the time it is given', async () => {
    await expect(store.ping(5_000)).resolves.toBeUndefined();
  });
});

test('the audit of a store finds a history with a hole', async () => {
  const memory = storeCases[0]!.open('');
  const commit = { stepRecord: done, aggregates: [change('a', 0, {}), change('b', 0, {})] };
  const forged = { ...commit.aggregates[1]!.events[0]!, seq: 3 };
  const aggregates = [commit.aggregates[0]!, { ...commit.aggregates[1]!, events: [forged] }];
  await memory.transact({ sagaId: 'x', step: 's' }, async () => ({
    answer: 0,
    commit: { stepRecord: done, aggregates },
  }));
  await expect(auditBoxes(memory)).rejects.toThrow('hole before b:3');
});
