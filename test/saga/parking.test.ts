import type { Behaviour } from './support/scripted-participants';
import { epochs, expectSettled, failureOf } from './support/expectations';
import { orderInput, returnInput } from './support/requests';
import type { SagaWorld, StartedSaga } from './support/saga-world';
import { startSagaWorld } from './support/saga-world';
import { eventually } from '../support/eventually';

const by = { actor: 'operator-1', reason: 'looked at it' };
const unavailable: Behaviour = { fails: 'STORE_UNAVAILABLE' };
const parked = (saga: StartedSaga) => saga.until((view) => view.state === 'parked');

describe('a parked saga', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await startSagaWorld();
  });
  afterAll(() => world.stop());
  afterEach(() => world.participants.heal());

  /** What the journal says of a saga, in order. */
  const journalOf = async (saga: StartedSaga) => {
    const all = await world.journalStore.history({ limitMax: 5_000 });
    return all.filter(({ aggregateId }) => aggregateId === `saga/${saga.handle.workflowId}`);
  };
  const recordsOf = async (saga: StartedSaga) => (await journalOf(saga)).map(({ type }) => type);
  const throughParking = ['saga.started', 'saga.parked', 'saga.unparked', 'saga.finished'];

  const retriables = [
    ['place-order', 'ship stock'],
    ['place-order', 'confirm order'],
    ['return-order', 'restock goods'],
    ['return-order', 'close return'],
  ] as const;
  const startParked = async (name: string, step: string) => {
    world.participants.next(`forward ${step}`, { refuses: 'SAID_NO' });
    const input = name === 'place-order' ? orderInput() : returnInput;
    const saga = await world.start(name, input);
    await parked(saga);
    return saga;
  };

  it.each(retriables)(
    '%s: a refused "%s" is settled, parks, and goes on by retry',
    async (name, step) => {
      const saga = await startParked(name, step);
      const view = await saga.view();
      expect(view.parked).toEqual([
        expect.objectContaining({
          step,
          direction: 'forward',
          condition: 'nothing-stands',
          reason: 'SAID_NO',
        }),
      ]);
      expect(await saga.update('cancel', by)).toBe('too late');
      expect(await saga.update('retry', by)).toBe('accepted');
      expect(await saga.result()).toMatchObject({ outcome: 'completed' });
      expect(epochs(world, saga, step)).toEqual(['forward 0', 'settle 0', 'forward 1']);
      await expectSettled(world, saga, 'all');
    },
  );

  it.each(retriables)(
    '%s: a skipped "%s" counts as resolved and never applies',
    async (name, step) => {
      const saga = await startParked(name, step);
      expect(await saga.update('skip', { ...by, step })).toBe('accepted');
      expect(await saga.result()).toMatchObject({ outcome: 'completed' });
      expect(epochs(world, saga, step)).toEqual(['forward 0', 'settle 0']);
      await expectSettled(world, saga, 'all', [step]);
    },
  );

  it('a retriable that faults too long is settled: done goes on without anybody', async () => {
    world.participants.from('forward ship stock', { losesReply: 'STORE_UNAVAILABLE' });
    const saga = await world.start('place-order', orderInput());
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(epochs(world, saga, 'ship stock')).toEqual(['forward 0', 'settle 0']);
    await expectSettled(world, saga, 'all');
  });

  it('a retriable that faults too long and did nothing parks with its fault', async () => {
    world.participants.from('forward ship stock', unavailable);
    const saga = await world.start('place-order', orderInput());
    await world.env.sleep('6m');
    expect((await parked(saga)).parked[0]).toMatchObject({
      condition: 'nothing-stands',
      reason: 'STORE_UNAVAILABLE',
    });
    world.participants.heal();
    await saga.update('retry', by);
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    await expectSettled(world, saga, 'all');
  });

  it('unsettled: a retry takes effect once the settle is answered', async () => {
    world.participants.from('forward ship stock', unavailable);
    world.participants.from('settle ship stock', unavailable);
    const saga = await world.start('place-order', orderInput());
    await world.env.sleep('7m');
    expect((await parked(saga)).parked[0]).toMatchObject({ condition: 'unsettled' });
    await expect(saga.update('skip', by)).rejects.toMatchObject({
      cause: { type: 'STEP_UNSETTLED' },
    });
    expect(await saga.update('retry', by)).toBe('accepted');
    world.participants.heal();
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(epochs(world, saga, 'ship stock')).toEqual(['forward 0', 'settle 0', 'forward 1']);
    await expectSettled(world, saga, 'all');
  });

  it('unsettled: an answer ends it without anybody, and the journal says so at once', async () => {
    world.participants.from('forward ship stock', { losesReply: 'STORE_UNAVAILABLE' });
    world.participants.from('settle ship stock', unavailable);
    world.participants.from('forward confirm order', { refuses: 'SAID_NO' });
    const saga = await world.start('place-order', orderInput());
    await world.env.sleep('7m');
    expect((await parked(saga)).parked).toMatchObject([{ step: 'ship stock' }]);
    world.participants.next('settle ship stock', unavailable);
    world.participants.heal();
    world.participants.next('forward confirm order', { refuses: 'SAID_NO' });
    await saga.until(({ parked: [place] }) => place?.step === 'confirm order');
    // The saga shows where it stands before the journal has it.
    await eventually(async () => {
      const entry = await world.journalStore.readAggregate(`saga/${saga.handle.workflowId}`);
      expect(entry?.state).toMatchObject({ status: 'parked', parked: ['confirm order'] });
    });
    await saga.update('skip', by);
    await saga.result();
    expect((await recordsOf(saga)).slice(0, 4)).toEqual([
      ...['saga.started', 'saga.parked', 'saga.unparked', 'saga.parked'],
    ]);
  });

  it('a retry of an unsettled step ends one pause, and does not ask without end', async () => {
    world.participants.from('forward ship stock', { fails: 'COMMAND_UNKNOWN' });
    world.participants.from('settle ship stock', { fails: 'COMMAND_UNKNOWN' });
    const saga = await world.start('place-order', orderInput());
    expect((await parked(saga)).parked[0]).toMatchObject({ condition: 'unsettled' });
    expect(await saga.update('retry', by)).toBe('accepted');
    await world.env.sleep('1h');
    const { historyLength } = await saga.handle.describe();
    expect(historyLength).toBeLessThan(300);
    world.participants.heal();
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    await expectSettled(world, saga, 'all');
  });

  const startParkedUndo = async () => {
    world.participants.next('forward capture payment', { refuses: 'NOT_AUTHORIZED' });
    world.participants.from('undo reserve stock', { fails: 'UNDO_IMPOSSIBLE' });
    const saga = await world.start('place-order', orderInput());
    expect((await parked(saga)).parked).toEqual([
      expect.objectContaining({
        step: 'reserve stock',
        direction: 'undo',
        condition: 'effect-stands',
        reason: 'UNDO_IMPOSSIBLE',
      }),
    ]);
    return saga;
  };

  it('an undo that is impossible is settled, parks with its effect, and is undone by retry', async () => {
    const saga = await startParkedUndo();
    world.participants.heal();
    await saga.update('retry', by);
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'NOT_AUTHORIZED' });
    expect(epochs(world, saga, 'reserve stock')).toEqual([
      'forward 0',
      'undo 0',
      'settle 0',
      'undo 1',
    ]);
    await expectSettled(world, saga, 'nothing');
  });

  it('a skipped undo leaves its effect in place, and the journal lists it', async () => {
    const saga = await startParkedUndo();
    await saga.update('skip', by);
    expect(await saga.result()).toMatchObject({ outcome: 'compensated' });
    await expectSettled(world, saga, 'nothing', ['reserve stock']);
    const history = await journalOf(saga);
    expect(history.map(({ type }) => type)).toEqual([
      ...['saga.started', 'saga.parked', 'saga.acted', 'saga.unparked', 'saga.finished'],
    ]);
    const { steps } = history.at(-1)?.data as { steps: { name: string; leftInPlace?: true }[] };
    expect(steps.filter(({ leftInPlace }) => leftInPlace).map(({ name }) => name)).toEqual([
      'reserve stock',
    ]);
  });

  it('an undo whose replies are lost is settled: undone needs nobody', async () => {
    world.participants.next('forward refund payment', { refuses: 'NOT_CAPTURED' });
    world.participants.from('undo request return', { losesReply: 'STORE_UNAVAILABLE' });
    const saga = await world.start('return-order', returnInput);
    expect(await saga.result()).toMatchObject({ outcome: 'compensated' });
    expect(epochs(world, saga, 'request return')).toEqual(['forward 0', 'undo 0', 'settle 0']);
    await expectSettled(world, saga, 'nothing');
  });

  it('a pivot that cannot be sent parks where nothing stands: never skipped, but retried', async () => {
    world.participants.next('forward capture payment', { fails: 'COMMAND_INVALID' });
    const saga = await world.start('place-order', orderInput());
    expect((await parked(saga)).parked[0]).toMatchObject({ condition: 'nothing-stands' });
    await expect(saga.update('skip', by)).rejects.toMatchObject({
      cause: { type: 'PIVOT_NOT_SKIPPABLE' },
    });
    await saga.update('retry', by);
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(epochs(world, saga, 'capture payment')).toEqual(['forward 0', 'settle 0', 'forward 1']);
    await expectSettled(world, saga, 'all');
  });

  it('a pivot parked where nothing stands can be cancelled, and its deadline still counts', async () => {
    world.participants.from('forward capture payment', { fails: 'COMMAND_INVALID' });
    const cancelled = await world.start('place-order', orderInput());
    await parked(cancelled);
    expect(await cancelled.update('cancel', by)).toBe('accepted');
    expect(await failureOf(cancelled)).toMatchObject({ type: 'CancelledFailure' });
    await expectSettled(world, cancelled, 'nothing');
    world.participants.from('forward capture payment', { fails: 'COMMAND_INVALID' });
    const late = await world.start('place-order', orderInput());
    await parked(late);
    expect(await failureOf(late)).toMatchObject({ details: { reason: 'DEADLINE' } });
    await expectSettled(world, late, 'nothing');
    expect(await recordsOf(late)).toEqual(throughParking);
  });

  it('the same act again hears the same and is one record', async () => {
    const saga = await startParked('place-order', 'ship stock');
    const act = { ...by, step: 'ship stock', jti: 'a'.repeat(20) };
    expect(await saga.update('retry', act)).toBe('accepted');
    await saga.until((view) => view.steps.at(-1)?.name === 'confirm order');
    const again = saga.update('retry', act);
    await expect(again.catch(({ cause }: { cause: unknown }) => cause)).resolves.toBe('accepted');
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(epochs(world, saga, 'ship stock')).toEqual(['forward 0', 'settle 0', 'forward 1']);
    expect((await recordsOf(saga)).filter((type) => type === 'saga.acted')).toHaveLength(1);
  });

  it('takes no verb for a step that is not parked, nor twice at once', async () => {
    const saga = await startParked('place-order', 'ship stock');
    await expect(saga.update('retry', { ...by, step: 'confirm order' })).rejects.toMatchObject({
      cause: { type: 'NOT_PARKED' },
    });
    const both = await Promise.allSettled([saga.update('retry', by), saga.update('retry', by)]);
    expect(both.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    await expectSettled(world, saga, 'all');
  });
});
