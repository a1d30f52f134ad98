import { expectSettled, failureOf, holdBack, undoOrder } from './support/expectations';
import { orderInput, returnInput } from './support/requests';
import type { SagaWorld } from './support/saga-world';
import { startSagaWorld } from './support/saga-world';

const siblings: Record<string, string> = {
  'reserve stock': 'authorize payment',
  'authorize payment': 'reserve stock',
};
const orderSteps = ['authorize payment', 'reserve stock', 'open order'];

describe('a refusal turns a saga back', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await startSagaWorld();
  });
  afterAll(() => world.stop());
  afterEach(() => world.participants.heal());

  it.each([
    ['open order', ['open order']],
    ['reserve stock', orderSteps],
    ['authorize payment', orderSteps],
    ['capture payment', orderSteps],
  ])('an order refused at "%s" undoes everything started, backwards', async (step, undone) => {
    world.participants.next(`forward ${step}`, { refuses: 'SAID_NO' });
    const sibling = siblings[step];
    const held = sibling === undefined ? undefined : holdBack(world, sibling);
    const saga = await world.start('place-order', orderInput());
    await held?.untilTurned(saga);
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'SAID_NO' });
    const order = undoOrder(world, saga);
    expect([...order].sort()).toEqual([...undone].sort());
    expect(order.at(-1)).toBe('open order');
    await expectSettled(world, saga, 'nothing');
  });

  it.each([
    ['request return', ['request return']],
    ['refund payment', ['request return']],
  ])('a return refused at "%s" undoes everything started', async (step, undone) => {
    world.participants.next(`forward ${step}`, { refuses: 'SAID_NO' });
    const saga = await world.start('return-order', returnInput);
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'SAID_NO' });
    expect(undoOrder(world, saga)).toEqual(undone);
    await expectSettled(world, saga, 'nothing');
  });

  it('the refused step is undone too: a late copy of it must find the door shut', async () => {
    world.participants.next('forward reserve stock', { refuses: 'OUT_OF_STOCK' });
    const held = holdBack(world, 'authorize payment');
    const saga = await world.start('place-order', orderInput());
    await held.untilTurned(saga);
    await saga.result();
    const undos = world.participants
      .deliveriesOf(saga.sagaId)
      .filter(({ message }) => message.kind === 'undo' && message.step === 'reserve stock');
    expect(undos.map(({ outcome }) => outcome)).toEqual(['no-effect']);
  });

  it('the other branch is waited for before anything is undone', async () => {
    const held = holdBack(world, 'authorize payment');
    world.participants.next('forward reserve stock', { refuses: 'OUT_OF_STOCK' });
    const saga = await world.start('place-order', orderInput());
    await saga.until((view) => view.state === 'compensating');
    expect(undoOrder(world, saga)).toEqual([]);
    await held.untilTurned(saga);
    expect(await saga.result()).toMatchObject({ reason: 'OUT_OF_STOCK' });
    await expectSettled(world, saga, 'nothing');
  });

  it('a used business key ends a second saga before it has done anything', async () => {
    const first = await world.start('place-order', orderInput(), { businessKey: 'twice' });
    await first.result();
    const second = await world.start('place-order', orderInput(), { businessKey: 'twice' });
    expect(await failureOf(second)).toMatchObject({ type: 'BUSINESS_KEY_USED' });
    expect(second.nets()).toEqual({});
    expect(world.participants.deliveriesOf(second.sagaId)).toEqual([]);
  });

  it('an unknown saga and an unusable start fail at once and for good', async () => {
    const unknown = await world.start('place-nothing', {});
    expect(await failureOf(unknown)).toMatchObject({ type: 'SAGA_UNKNOWN' });
    const unusable = await world.start('place-order', orderInput(), { deadlineAtMs: NaN });
    expect(await failureOf(unusable)).toMatchObject({ type: 'SAGA_START_INVALID' });
  });
});
