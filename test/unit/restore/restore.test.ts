import fc from 'fast-check';
import type { StoredEvent } from '../../../platform/outbox/ports';
import type { StepMessage } from '../../../platform/kernel/step';
import { boxParticipant, stepOf } from '../../support/box-service';
import { restoreWorld } from '../../support/restore-world';

const boxes = ['red', 'green', 'blue'];
const put = (saga: string, boxIds: readonly string[], coins = 5) =>
  stepOf(saga, boxIds).forward(0, { coins });
const undo = (saga: string) => stepOf(saga, []).undo(0);
const settle = (saga: string) => stepOf(saga, []).settle(0);

/** The whole history; what the outbox thinks of an event is for the relay. */
async function eventsOf(store: World['store']) {
  return (await store.history({ limitMax: 50 })).map(
    ({ published: _published, ...event }) => event,
  );
}

type World = ReturnType<typeof restoreWorld>;

/** Coins in every box, and for each saga whether its step stands. */
async function standing(store: World['store'], sagas: readonly string[]) {
  const found = await Promise.all(boxes.map((id) => store.readAggregate(id)));
  const rows = await Promise.all(sagas.map((id) => store.stepRecordsOf(id)));
  return {
    coins: found.map((box) => box?.state.coins ?? 0),
    stands: rows.map((own) => own.map(({ state }) => state === 'done').includes(true)),
  };
}

/** Whatever a saga may still be told: its step is undone under a higher epoch, exactly as it was done. */
async function undoAll(store: World['store'], names: readonly string[]): Promise<void> {
  const participant = boxParticipant(store);
  for (const name of names) {
    await participant.handle(stepOf(name, []).undo(70_000)).catch(() => undefined);
  }
}

const scripts = {
  done: (saga: string, ids: string[]) => [put(saga, ids)],
  undone: (saga: string, ids: string[]) => [put(saga, ids), undo(saga)],
  settled: (saga: string, ids: string[]) => [put(saga, ids), settle(saga)],
  shut: (saga: string, ids: string[]) => [undo(saga), put(saga, ids)],
  refused: (saga: string, ids: string[]) => [
    stepOf(saga, ids).forward(0, { as: 'refused' }),
    undo(saga),
  ],
  declined: (saga: string, ids: string[]) => [stepOf(saga, ids).forward(0, { as: 'declined' })],
};
type Script = keyof typeof scripts;

const sagas = fc.array(
  fc.tuple(
    fc.constantFrom(...(Object.keys(scripts) as Script[])),
    fc.subarray(boxes, { minLength: 1 }),
  ),
  { minLength: 1, maxLength: 8 },
);

/** Any order in which each saga's own messages stay in order. */
function interleaved(drawn: readonly (readonly [Script, string[]])[], picks: readonly number[]) {
  const queues = drawn.map(([script, ids], index) => scripts[script](`saga-${index}`, ids));
  const messages: StepMessage[] = [];
  for (let turn = 0; queues.some((queue) => queue.length > 0); turn += 1) {
    const open = queues.filter((queue) => queue.length > 0);
    messages.push(open[(picks[turn] ?? 0) % open.length]!.shift()!);
  }
  return messages;
}

test('a restored database stands as it stood, wherever backup and log end', async () => {
  const cut = fc.double({ min: 0, max: 1, noNaN: true });
  const picks = fc.array(fc.nat(7), { maxLength: 16 });
  await fc.assert(
    fc.asyncProperty(sagas, picks, cut, cut, async (drawn, order, backupAt, logAt) => {
      const world = restoreWorld();
      const messages = interleaved(drawn, order);
      for (const [index, message] of messages.entries()) {
        await world.deliver(message);
        if (index <= logAt * messages.length) await world.log.relay(world.store);
      }
      const backup = await world.backup(Math.floor(backupAt * messages.length));
      expect(await world.restored(backup)).toMatchObject({ verdict: 'whole', findings: [] });
      const names = drawn.map((_, index) => `saga-${index}`);
      expect(await standing(backup, names)).toEqual(await standing(world.store, names));
      for (const store of [backup, world.store]) await undoAll(store, names);
      expect(await standing(backup, names)).toEqual(await standing(world.store, names));
      const again = { verdict: 'whole', events: 0, commits: 0 };
      expect(await world.restored(backup)).toMatchObject(again);
    }),
    { numRuns: 300 },
  );
});

describe('a database of yesterday', () => {
  async function aWorld() {
    const world = restoreWorld();
    await world.deliver(put('old', ['red']));
    await world.log.relay(world.store);
    const backup = await world.backup(1);
    await world.deliver(put('young', ['red', 'green'], 7));
    await world.participant.operate(
      'lock',
      { boxId: 'blue', locked: true },
      { key: 'k', owner: 'me' },
    );
    await world.log.relay(world.store);
    return { ...world, backup };
  }

  it('gets rows, effects and answers back exactly, also of operations', async () => {
    const { store, backup, restored } = await aWorld();
    const report = await restored(backup);
    expect(report).toMatchObject({ verdict: 'whole', events: 3, aggregates: 3, commits: 2 });
    for (const key of [
      { sagaId: 'young', step: 'put coins' },
      { sagaId: 'api/me/k', step: 'lock' },
    ]) {
      expect(await backup.readStepRecord(key)).toEqual(await store.readStepRecord(key));
    }
    expect(await backup.readAggregate('green')).toEqual(await store.readAggregate('green'));
    expect(await eventsOf(backup)).toEqual(await eventsOf(store));
  });

  it('is only looked at in a dry run, which says what there is to do', async () => {
    const { backup, restored } = await aWorld();
    const report = await restored(backup, { isDryRun: true });
    expect(report).toMatchObject({ verdict: 'whole', events: 3, aggregates: 3, commits: 0 });
    expect(await backup.history({ limitMax: 10 })).toHaveLength(1);
  });

  it('is given back in several readings where the log is long', async () => {
    const { backup, store, restored } = await aWorld();
    expect(await restored(backup, { eventsAtOnce: 2 })).toMatchObject({
      verdict: 'whole',
      events: 3,
    });
    expect(await eventsOf(backup)).toEqual(await eventsOf(store));
  });

  it('is left alone when it was written on: the fork is named, and nothing is given back', async () => {
    const { backup, restored } = await aWorld();
    await boxParticipant(backup).handle(put('since', ['red'], 1));
    const report = await restored(backup);
    expect(report).toMatchObject({ verdict: 'stopped', commits: 0, messages: 0 });
    expect(report.findings).toMatchObject([{ code: 'HISTORY_FORKED', subject: 'red:2' }]);
    expect((await backup.readAggregate('green'))?.seq).toBeUndefined();
  });

  it('is left alone when the log has forgotten what lies between', async () => {
    const { backup, restored, log, store } = await aWorld();
    const events = await store.history({ limitMax: 10 });
    const ends = new Map(
      events.map(({ slot }) => [slot, BigInt(events.filter((it) => it.slot === slot).length)]),
    );
    const green = events.find(({ aggregateId }) => aggregateId === 'green')!;
    await boxDelivery(store, log);
    log.forget(green.slot, ends.get(green.slot)!);
    const report = await restored(backup);
    expect(report.verdict).toBe('stopped');
    expect(report.findings.map(({ code }) => code)).toContain('LOG_GAP');
  });

  it('is left alone when the log has an event that this code cannot read', async () => {
    const { backup, restored } = await aWorld();
    const schemas = { read: () => ({ verdict: 'unknown-version' }) as const };
    const report = await restored(backup, { schemas });
    expect(report).toMatchObject({ verdict: 'stopped', commits: 0 });
    expect(report.findings.map(({ code }) => code)).toContain('EVENT_UNREADABLE');
  });

  it('is folded from events of an older major as the newest reads them, and keeps them as written', async () => {
    const { backup, restored } = await aWorld();
    const twice = (data: unknown) => ({ coins: (data as { coins: number }).coins * 2 });
    const schemas = {
      read: (_type: string, _version: string, data: unknown) =>
        ({ verdict: 'valid', current: { version: '2.0', data: twice(data) } }) as const,
    };
    await restored(backup, { schemas });
    expect(await backup.readAggregate('green')).toMatchObject({ state: { coins: 14 } });
    const written = (await eventsOf(backup)).find(({ aggregateId }) => aggregateId === 'green');
    expect(written?.data).toEqual({ coins: 7 });
  });

  /** One more event of every box, so that whatever was forgotten leaves a hole. */
  async function boxDelivery(store: World['store'], log: World['log']): Promise<void> {
    await boxParticipant(store).handle(put('later', boxes, 1));
    await log.relay(store);
  }
});

describe('a transaction that the log has only a part of', () => {
  const halves = (events: readonly StoredEvent[], first: boolean) =>
    events.filter(({ stepImage }) => (stepImage === undefined) === first);

  it.each([
    ['its last event, and the step record with it', false, ['green:1']],
    ['all but its last event', true, ['red:1']],
  ])('is told, and given back as far as it goes: %s', async (_name, first, present) => {
    const world = restoreWorld();
    const backup = await world.backup(0);
    await world.deliver(put('torn', ['red', 'green']));
    const events = await world.store.history({ limitMax: 10 });
    const kept = halves(
      [...events].sort((a, b) => Number(!!a.stepImage) - Number(!!b.stepImage)),
      first,
    );
    world.log.send(...kept);
    const report = await world.restored(backup);
    expect(report.verdict).toBe('open');
    expect(report.findings.map(({ code }) => code)).toContain('COMMIT_TORN');
    const history = await backup.history({ limitMax: 10 });
    expect(history.map(({ aggregateId, seq }) => `${aggregateId}:${seq}`)).toEqual(present);
    const [row] = await backup.stepRecordsOf('torn');
    expect(row).toMatchObject({
      state: 'done',
      effect: [{ aggregateId: history[0]!.aggregateId }],
    });
  });
});

describe('what neither backup nor log knows', () => {
  it('is asked of the sagas: what was answered is done again, also behind a settle', async () => {
    const world = restoreWorld();
    const backup = await world.backup(0);
    await world.deliver(put('lost', ['red']), { lost: true });
    await world.deliver(settle('lost'));
    await world.deliver(put('undone', ['green']));
    await world.deliver(undo('undone'));
    const report = await world.restored(backup);
    expect(report).toMatchObject({ verdict: 'whole', events: 0, messages: 3 });
    expect(await standing(backup, ['lost', 'undone'])).toEqual({
      ...{ coins: [5, 0, 0], stands: [true, false] },
    });
    expect(await backup.readAggregate('green')).toMatchObject({ seq: 2, state: { takes: 1 } });
  });

  it('is sent again where nobody was answered and the saga goes on, for only a row knows an open call', async () => {
    const world = restoreWorld();
    const backup = await world.backup(0);
    await world.deliver(put('open', ['red']), { lost: true });
    expect(await world.restored(backup)).toMatchObject({ messages: 1 });
    const over = await world.backup(0);
    const histories = async function* () {
      yield { workflowId: 'open', isRunning: false, sent: world.sent };
    };
    expect(await world.restored(over, { histories })).toMatchObject({ messages: 0 });
  });

  it('says nothing about what left nothing: a step that was refused is not tried again', async () => {
    const world = restoreWorld();
    const backup = await world.backup(0);
    await world.deliver(put('refused', ['red']));
    const [one] = world.sent;
    const answer = { answer: 'refused', code: 'BOX_FULL', detail: 'no room' } as const;
    world.sent[0] = { ...one!, answer };
    expect(await world.restored(backup)).toMatchObject({ verdict: 'whole', messages: 0 });
    expect(await backup.stepRecordsOf('refused')).toEqual([]);
  });

  it('is told where the service answers otherwise now', async () => {
    const world = restoreWorld();
    const backup = await world.backup(0);
    await world.deliver(put('a', ['red']));
    const [one] = world.sent;
    world.sent[0] = { ...one!, answer: { answer: 'done', result: { coins: 6 } } };
    const report = await world.restored(backup);
    expect(report).toMatchObject({ verdict: 'open', messages: 1, found: 1 });
    expect(report.findings[0]).toMatchObject({ code: 'REDONE_DIFFERENTLY' });
  });
});
