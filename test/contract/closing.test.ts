import type { ServiceStore } from '../../platform/outbox/ports';
import { createSagaRecords } from '../../platform/participant/saga-records';
import type { SagaRecords, StepRow } from '../../platform/participant/saga-records';
import { boxParticipant, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { answered } from '../support/fence-play';
import { heldStore } from '../support/held-store';
import { insisting } from '../support/service-bench';
import { freshInstance, storeCases } from '../support/stores';

const plan = {
  kind: 'compensatable',
  order: 3,
  undo: { participant: 'boxes', command: 'take', input: { why: ['a', 1, null] } },
} as const;
const by = { generation: 1, run: 'recovery' };

describe.each(storeCases)('the step records of a saga on $name', ({ open }) => {
  let store: ServiceStore<Box>;
  let records: SagaRecords;

  beforeAll(async () => {
    store = open(freshInstance());
    await store.migrate();
    records = createSagaRecords(store, () => new Date('2031-01-01T00:00:00.000Z'));
  });
  afterAll(() => store.close());

  const deliver = (message: ReturnType<ReturnType<typeof stepOf>['forward']>) =>
    answered(boxParticipant(store), message);
  const rowsOf = async (sagaId: string) => (await records.rows({ sagaId })).rows;
  const stepsOf = (rows: readonly StepRow[]) => rows.map((row) => `${row.step} ${row.state}`);

  test('say what a recovery has to know of each step, whatever came first', async () => {
    const [first, second] = [stepOf('known', ['known-a'], 'a'), stepOf('known', ['known-b'], 'b')];
    await deliver({ ...first.forward(0), plan });
    await deliver(first.settle(0));
    await deliver(second.undo(0));
    await deliver(stepOf('known', ['known-c'], 'c').settle(0));
    const written = expect.stringMatching(/^2030-01-01T00:00:00\.\d{3}Z$/) as string;
    expect(await rowsOf('known')).toEqual([
      { step: 'a', state: 'done', epoch: 1, command: 'put', plan, recordedAt: written },
      { step: 'b', state: 'tombstone', epoch: 0, command: 'take', recordedAt: written },
      { step: 'c', state: 'tombstone', epoch: 0, command: 'put', recordedAt: written },
    ]);
    await deliver({ ...second.forward(1), plan });
    await deliver(second.undo(1));
    const row = (await rowsOf('known'))[1];
    expect(row).toMatchObject({ state: 'undone', epoch: 1, command: 'put', plan });
  });

  test('are all read, in order of their names, and no other saga is among them', async () => {
    const names = Array.from({ length: 40 }, (_, number) => `step ${String(number + 10)}`);
    for (const name of names) await deliver(stepOf('many', ['many-a'], name).undo(0));
    await deliver(stepOf('many2', ['many-a']).undo(0));
    expect((await store.stepRecordsOf('many')).map((row) => row.step)).toEqual(names);
    expect(await store.stepRecordsOf('nobody')).toEqual([]);
  });

  test('written before these columns existed are read, undone and completed', async () => {
    const boxId = 'old-a';
    const step = stepOf('old', [boxId]);
    await deliver(step.forward(0));
    const { command, recordedAt, ...old } = (await store.readStepRecord({
      sagaId: 'old',
      step: 'put coins',
    }))!;
    expect([command, recordedAt]).not.toContain(undefined);
    await store.transact({ sagaId: 'old', step: 'put coins' }, async () => ({
      answer: 0,
      commit: { stepRecord: old, aggregates: [] },
    }));
    expect(await rowsOf('old')).toEqual([{ step: 'put coins', state: 'done', epoch: 0 }]);
    expect(await deliver({ ...step.undo(0), plan })).toBe('undone');
    const row = (await rowsOf('old'))[0];
    expect(row).toEqual({ step: 'put coins', state: 'undone', epoch: 0, command: 'take', plan });
  });

  test('of a closed saga are final: a step nobody had heard of is fenced too', async () => {
    const [known, unheard] = [stepOf('shut', ['shut-a'], 'a'), stepOf('shut', ['shut-b'], 'b')];
    await deliver(known.forward(0));
    expect(stepsOf((await records.close({ sagaId: 'shut', ...by })).rows)).toEqual(['a done']);
    expect(await deliver(unheard.forward(0))).toBe('STEP_FENCED');
    expect(await deliver(known.undo(0))).toBe('STEP_FENCED');
    expect(await store.readAggregate('shut-b')).toBeUndefined();
    expect(stepsOf(await rowsOf('shut'))).toEqual(['a done']);
    expect(await deliver(known.undo(65_536, { run: 'recovery' }))).toBe('undone');
  });

  test('have a step name that no step may have', async () => {
    expect(await deliver(stepOf('star', ['star-a'], '*').forward(0))).toBe('COMMAND_INVALID');
  });

  test('a closing waits for the step under way, or the step finds it: never neither', async () => {
    const step = stepOf('race', ['race-a']);
    const held = heldStore(store);
    const late = answered(boxParticipant(held.store), step.forward(0));
    await held.isInside;
    const early = await records.close({ sagaId: 'race', ...by }, { timeoutMs: 3_000 }).then(
      ({ rows }) => rows,
      (error: unknown) => (error as { code: string }).code,
    );
    held.release();
    const answer = await late;
    const { rows } = await insisting(() => records.close({ sagaId: 'race', ...by }));
    expect(['done 5', 'STEP_FENCED']).toContain(answer);
    if (Array.isArray(early)) expect(answer).toBe('STEP_FENCED');
    expect(stepsOf(rows)).toEqual(answer === 'done 5' ? ['put coins done'] : []);
    expect((await store.readAggregate('race-a'))?.state.coins ?? 0).toBe(rows.length * 5);
  });

  describe('trimmed after the saga', () => {
    test('keep fencing, answer done without the result, and are not undone', async () => {
      const step = stepOf('over', ['over-a']);
      await deliver({ ...step.forward(0), plan });
      const whole = (await store.readStepRecord({ sagaId: 'over', step: 'put coins' }))!;
      expect(await records.trim({ sagaIds: ['over', 'nobody'] })).toEqual({ trimmed: 1, left: [] });
      const trimmed = { ...whole, plan: undefined, result: null, effect: [], trimmed: true };
      expect(await store.stepRecordsOf('over')).toEqual([{ step: 'put coins', ...trimmed }]);
      expect((await store.stepRecordsOf('over'))[0]).not.toHaveProperty('plan');
      const again = await boxParticipant(store).handle(step.forward(0));
      expect(again).toEqual({ answer: 'done', result: null });
      expect(await deliver(step.forward(0, { coins: 7 }))).toBe('STEP_INPUT_CONFLICT');
      expect(await deliver(step.undo(0))).toBe('UNDO_IMPOSSIBLE');
      expect((await store.readAggregate('over-a'))?.state.coins).toBe(5);
      expect(await records.trim({ sagaIds: ['over'] })).toEqual({ trimmed: 0, left: [] });
    });

    test('keep the closing too: what a recovery shut stays shut', async () => {
      const [known, unheard] = [stepOf('kept', ['kept-a'], 'a'), stepOf('kept', ['kept-b'], 'b')];
      await deliver(known.forward(0));
      await records.close({ sagaId: 'kept', ...by });
      expect(await records.trim({ sagaIds: ['kept'] })).toEqual({ trimmed: 1, left: [] });
      expect(await deliver(unheard.forward(0))).toBe('STEP_FENCED');
      expect(await deliver(known.forward(0))).toBe('STEP_FENCED');
      expect(await store.readAggregate('kept-b')).toBeUndefined();
      await expect(records.close({ sagaId: 'kept', ...by, run: 'other' })).rejects.toMatchObject({
        code: 'STEP_FENCED',
      });
    });

    test('tell a refusal by its code still', async () => {
      const step = stepOf('no', ['no-a']);
      await deliver(step.forward(0, { as: 'refused' }));
      await deliver(stepOf('no', ['no-a'], 'undone').undo(0));
      expect(await records.trim({ sagaIds: ['no'] })).toEqual({ trimmed: 2, left: [] });
      expect(await deliver(step.forward(0, { as: 'refused' }))).toBe('refused BOX_FULL');
      expect(await deliver(step.undo(0))).toBe('no-effect');
    });

    test('as many as there is time for, and the others are named', async () => {
      await deliver(stepOf('slow', ['slow-a']).forward(0));
      expect(await records.trim({ sagaIds: ['slow'] }, { timeoutMs: -1 })).toEqual({
        trimmed: 0,
        left: ['slow'],
      });
    });
  });

  test.each([
    ['a generation that is no recovery', { sagaId: 's', generation: 0, run: 'r' }],
    ['the rows of an operation', { sagaId: 'api/me/key', generation: 1, run: 'r' }],
    ['no saga', { generation: 1, run: 'r' }],
  ])('are not closed for %s', async (_title, request) => {
    await expect(records.close(request)).rejects.toMatchObject({ code: 'COMMAND_INVALID' });
  });
});
