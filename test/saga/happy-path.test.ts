import { orderInput, returnInput } from './support/requests';
import type { SagaWorld } from './support/saga-world';
import { startSagaWorld } from './support/saga-world';

describe('a saga without trouble', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await startSagaWorld();
  });
  afterAll(() => world.stop());

  it('places an order: every step once, in order, and says so in the journal', async () => {
    const saga = await world.start('place-order', orderInput());
    expect(await saga.result()).toEqual({ outcome: 'completed', result: null });
    expect(saga.nets()).toEqual({
      'open order': 1,
      'reserve stock': 1,
      'authorize payment': 1,
      'capture payment': 1,
      'ship stock': 1,
      'confirm order': 1,
    });
    const entry = await world.journalStore.readAggregate(`saga/${saga.handle.workflowId}`);
    expect(entry?.state).toMatchObject({ status: 'finished', outcome: 'completed' });
  });

  it('takes an order back', async () => {
    const saga = await world.start('return-order', returnInput);
    expect(await saga.result()).toEqual({ outcome: 'completed', result: null });
    expect(Object.values(saga.nets())).toEqual([1, 1, 1, 1]);
  });
});
