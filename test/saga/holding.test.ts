import { sagaMessages } from '../../platform/saga/wire';
import type { SagaView } from '../../platform/saga/wire';
import { eventually } from '../support/eventually';
import { holdBack } from './support/expectations';
import { failedTasksOf } from './support/failed-tasks';
import { childrenOf, startFamilyWorld } from './support/family';
import type { FamilyWorld } from './support/family';
import type { SagaWorld, StartedSaga } from './support/saga-world';

let family: FamilyWorld;
let world: SagaWorld;
beforeAll(async () => {
  family = await startFamilyWorld('holding');
  world = family.world;
});
afterAll(() => world.stop());
afterEach(() => world.participants.heal());

const goods = { sku: 'lamp' } as const;
const childOf = async (saga: StartedSaga) => childrenOf(await saga.view())[0] ?? '';

/** Steps that a participant was sent forward since, in their order. */
function sentSince(from: number): string[] {
  const sent = world.participants.arrivals.slice(from).map(({ step }) => step);
  return [...new Set(sent)].filter((step) => !['goods', 'release children'].includes(step));
}

describe('a child that has more to do once its parent has decided', () => {
  it('answers its parent, waits for the pivot, and then goes on', async () => {
    const from = world.participants.arrivals.length;
    const saga = await world.start('paid', goods);
    expect(await saga.result()).toMatchObject({ outcome: 'completed', result: { holds: 'lamp' } });
    expect(sentSince(from)).toEqual(['reserve:lamp', 'charge', 'ship:lamp']);
    expect((await family.entryOf(await childOf(saga))).outcome).toBe('completed');
  });

  it('does none of it when the parent goes back', async () => {
    const [before, from] = [family.standing(), world.participants.arrivals.length];
    world.participants.from('forward charge', { refuses: 'NOT_AUTHORIZED' });
    const saga = await world.start('paid', goods);
    expect(await saga.result()).toMatchObject({ outcome: 'compensated' });
    expect(family.standing()).toBe(before);
    expect(sentSince(from)).not.toContain('ship:lamp');
  });

  it('is waited for by its parent, and goes on in a recovery when it was terminated meanwhile', async () => {
    const ship = holdBack(world, 'ship:lamp');
    const saga = await world.start('paid', goods);
    await saga.until(({ steps }) => steps.some(({ name }) => name === 'release children'));
    const id = await childOf(saga);
    const handle = world.env.client.workflow.getHandle(id);
    await eventually(async () => {
      const view = await handle.query<SagaView>(sagaMessages.view);
      expect(view.steps.map(({ name }) => name)).toContain('ship:lamp');
    });
    const { sagaId } = await family.entryOf(id);
    await family.recoverAfterEnd({ handle, sagaId }, 'shipping');
    ship.release();
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    const { outcome, generation } = await family.entryOf(id);
    expect([outcome, generation]).toEqual(['completed', 1]);
    expect(world.participants.netsOf(sagaId)['ship:lamp']).toBe(1);
  });

  it('cannot be turned back by a cancel any more, and is parked where it cannot go on', async () => {
    world.participants.from('forward ship:lamp', { refuses: 'NOT_RESERVED' });
    const saga = await world.start('paid', goods);
    await saga.until(({ steps }) => steps.some(({ name }) => name === 'release children'));
    const child = world.env.client.workflow.getHandle(await childOf(saga));
    await eventually(async () => {
      const { parked } = await child.query<SagaView>(sagaMessages.view);
      expect(parked.map(({ step, reason }) => [step, reason])).toEqual([
        ['ship:lamp', 'NOT_RESERVED'],
      ]);
    });
    expect(await saga.update('cancel', {})).toBe('too late');
    await world.actOn(child, 'skip', { step: 'ship:lamp' });
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
  });
});

describe('a hold', () => {
  it("in a saga that is nobody's child is a pivot that asks nobody", async () => {
    const from = world.participants.arrivals.length;
    const saga = await world.start('shipping', goods);
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect((await saga.view()).steps.map(({ name, kind }) => `${name} ${kind}`)).toEqual([
      'reserve:lamp compensatable',
      'commit children pivot',
      'ship:lamp retriable',
    ]);
    expect(sentSince(from)).toContain('ship:lamp');
  });

  it('is the one pivot of its saga', async () => {
    const saga = await world.start('twice', {});
    await eventually(async () => {
      expect((await failedTasksOf(saga.handle)).join()).toContain('SECOND_PIVOT');
    });
    await saga.handle.terminate('seen');
  });
});
