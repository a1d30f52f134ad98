import {
  count,
  epochs,
  expectSettled,
  failureOf,
  holdBack,
  undoOrder,
} from './support/expectations';
import { orderInput, returnInput } from './support/requests';
import type { SagaWorld } from './support/saga-world';
import { startSagaWorld } from './support/saga-world';

const compensatable = [
  ['place-order', 'open order'],
  ['place-order', 'reserve stock'],
  ['place-order', 'authorize payment'],
  ['return-order', 'request return'],
] as const;
const every = [
  ...compensatable,
  ['place-order', 'capture payment'],
  ['place-order', 'ship stock'],
  ['place-order', 'confirm order'],
  ['return-order', 'refund payment'],
  ['return-order', 'restock goods'],
  ['return-order', 'close return'],
] as const;
const inputOf = (saga: string) => (saga === 'place-order' ? orderInput() : returnInput);
const unavailable = 'STORE_UNAVAILABLE';

describe('a fault', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await startSagaWorld();
  });
  afterAll(() => world.stop());
  afterEach(() => world.participants.heal());

  it.each(every)('%s survives faults and lost replies at "%s"', async (name, step) => {
    world.participants.next(
      `forward ${step}`,
      { fails: unavailable },
      { losesReply: unavailable },
      { losesReply: 'STORE_CONFLICT' },
    );
    const saga = await world.start(name, inputOf(name));
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(count(world, saga, 'forward', step)).toBeGreaterThanOrEqual(4);
    await expectSettled(world, saga, 'all');
  });

  it.each(compensatable)(
    '%s compensates a fault that does not heal at "%s"',
    async (name, step) => {
      world.participants.from(`forward ${step}`, { fails: unavailable });
      const saga = await world.start(name, inputOf(name));
      expect(await failureOf(saga)).toEqual({
        type: 'SagaCompensated',
        details: { reason: expect.stringMatching(/STORE_UNAVAILABLE|DEADLINE/) as string },
      });
      expect(undoOrder(world, saga)).toContain(step);
      await expectSettled(world, saga, 'nothing');
    },
  );

  it.each(compensatable)(
    '%s undoes a step whose replies are all lost: "%s"',
    async (name, step) => {
      world.participants.from(`forward ${step}`, { losesReply: unavailable });
      const saga = await world.start(name, inputOf(name));
      expect(await failureOf(saga)).toMatchObject({ type: 'SagaCompensated' });
      expect(saga.nets()[step]).toBe(0);
      await expectSettled(world, saga, 'nothing');
    },
  );

  it('a step whose replies are all lost is taken back by its own undo', async () => {
    world.participants.from('forward reserve stock', { losesReply: unavailable });
    const saga = await world.start('place-order', orderInput());
    expect(await failureOf(saga)).toMatchObject({ type: 'SagaCompensated' });
    const commands = world.participants
      .deliveriesOf(saga.sagaId)
      .filter(({ message: { kind, step } }) => kind === 'undo' && step === 'reserve stock')
      .map(({ message: { command, input } }) => ({ command, input }));
    expect(commands).toEqual([{ command: 'release', input: expect.anything() as unknown }]);
  });

  it('a fault that no retry cures turns a compensatable step back at once', async () => {
    world.participants.from('forward reserve stock', { fails: 'COMMAND_INVALID' });
    const held = holdBack(world, 'authorize payment');
    const saga = await world.start('place-order', orderInput());
    await held.untilTurned(saga);
    expect(await failureOf(saga)).toMatchObject({ details: { reason: 'COMMAND_INVALID' } });
    expect(count(world, saga, 'forward', 'reserve stock')).toBe(1);
    await expectSettled(world, saga, 'nothing');
  });

  it('an undo is asked until its participant is back', async () => {
    world.participants.next('forward capture payment', { refuses: 'NOT_AUTHORIZED' });
    const down = Array.from({ length: 12 }, () => ({ fails: unavailable }) as const);
    world.participants.next('undo reserve stock', ...down, { losesReply: unavailable });
    const saga = await world.start('place-order', orderInput());
    await world.env.sleep('2m');
    expect((await saga.view()).parked).toEqual([]);
    expect(await saga.result()).toMatchObject({ outcome: 'compensated' });
    expect(epochs(world, saga, 'reserve stock')).toEqual(['forward 0', 'undo 0']);
    await expectSettled(world, saga, 'nothing');
  });

  it('a busy aggregate is asked again for a while, then the saga gives way', async () => {
    const busy = { fails: 'BUSY' } as const;
    world.participants.next('forward reserve stock', busy, busy, busy);
    const patient = await world.start('place-order', orderInput());
    expect(await patient.result()).toMatchObject({ outcome: 'completed' });
    world.participants.from('forward reserve stock', busy);
    const givesWay = await world.start('place-order', orderInput());
    expect(await failureOf(givesWay)).toMatchObject({ details: { reason: 'BUSY' } });
    await expectSettled(world, givesWay, 'nothing');
  });
});

describe('an unknown pivot is settled, not guessed', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await startSagaWorld();
  });
  afterAll(() => world.stop());
  afterEach(() => world.participants.heal());

  const pivots = [
    ['place-order', 'capture payment'],
    ['return-order', 'refund payment'],
  ] as const;

  it.each(pivots)('%s goes on when "%s" turns out done', async (name, step) => {
    world.participants.from(`forward ${step}`, { losesReply: unavailable });
    const saga = await world.start(name, inputOf(name));
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(epochs(world, saga, step)).toEqual(['forward 0', 'settle 0']);
    await expectSettled(world, saga, 'all');
  });

  it.each(pivots)('%s compensates when "%s" turns out not done', async (name, step) => {
    world.participants.from(`forward ${step}`, { fails: unavailable });
    const saga = await world.start(name, inputOf(name));
    expect(await failureOf(saga)).toMatchObject({ type: 'SagaCompensated' });
    expect(epochs(world, saga, step)).toEqual(['forward 0', 'settle 0']);
    await expectSettled(world, saga, 'nothing');
  });

  it.each([
    ['forward done', { losesReply: unavailable }, 'completed'],
    ['nothing done', { fails: unavailable }, 'compensated'],
  ] as const)('unreachable, %s: parks unsettled and goes on asking', async (_, forward, end) => {
    world.participants.from('forward capture payment', forward);
    world.participants.from('settle capture payment', { fails: unavailable });
    const saga = await world.start('place-order', orderInput());
    await world.env.sleep('16m');
    const parked = await saga.until((view) => view.state === 'parked');
    expect(parked.parked).toEqual([
      expect.objectContaining({ condition: 'unsettled', reason: 'PARTICIPANT_UNREACHABLE' }),
    ]);
    const by = { actor: 'operator-1', reason: 'try' };
    await expect(saga.update('skip', by)).rejects.toMatchObject({
      cause: { type: 'STEP_UNSETTLED' },
    });
    expect(await saga.update('cancel', by)).toBe('too late');
    world.participants.heal();
    const settled = end === 'completed' ? saga.result() : failureOf(saga);
    expect(await settled).toMatchObject(
      end === 'completed' ? { outcome: end } : { type: 'SagaCompensated' },
    );
    await expectSettled(world, saga, end === 'completed' ? 'all' : 'nothing');
  });
});
