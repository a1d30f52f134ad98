import { sagaMessages } from '../../platform/saga/wire';
import type { SagaView } from '../../platform/saga/wire';
import { eventually } from '../support/eventually';
import { holdBack, undoOrder } from './support/expectations';
import { failedTasksOf } from './support/failed-tasks';
import { startFamilyWorld } from './support/family';
import type { FamilyWorld } from './support/family';
import type { SagaWorld } from './support/saga-world';

let family: FamilyWorld;
let world: SagaWorld;
beforeAll(async () => {
  family = await startFamilyWorld('runs');
  world = family.world;
});
afterAll(() => world.stop());
afterEach(() => world.participants.heal());

describe('a saga that goes on in new runs', () => {
  const list = (name: string) => Array.from({ length: 8 }, (_, item) => `${name}-${item}`);

  it('keeps what it did, has one saga id, and takes a generation for each run', async () => {
    const before = family.standing();
    const saga = await world.start('rounds', { left: list('kept') });
    expect(await saga.result()).toEqual({ outcome: 'completed', result: { last: 2 } });
    expect(family.standing() - before).toBe(8);
    const view = await world.env.client.workflow
      .getHandle(saga.handle.workflowId)
      .query<SagaView>(sagaMessages.view);
    expect([view.sagaId, view.generation, view.steps.length]).toEqual([saga.sagaId, 2, 10]);
    const { status, generation } = await family.entryOf(saga.handle.workflowId);
    expect([status, generation]).toEqual(['finished', 2]);
  });

  it('undoes what every one of its runs did, from the end', async () => {
    world.participants.from('forward charge', { refuses: 'NOT_AUTHORIZED' });
    const before = family.standing();
    const saga = await world.start('rounds', { left: list('undone') });
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'NOT_AUTHORIZED' });
    expect(family.standing()).toBe(before);
    expect(undoOrder(world, saga)).toEqual(
      list('undone')
        .map((sku) => `reserve:${sku}`)
        .reverse(),
    );
  });

  it.each([
    ['charge', 'compensated', 0],
    ['confirm', 'completed', 8],
  ])(
    'is recovered over all of its runs when the last one is terminated in %s: %s',
    async (step, outcome, net) => {
      const before = family.standing();
      const held = holdBack(world, step);
      const saga = await world.start('rounds', { left: list(outcome) });
      await family.arrived(saga, step);
      const { workflowId } = saga.handle;
      await family.recoverAfterEnd(saga, 'rounds');
      const recovery = await saga.recovery();
      await recovery.result().catch(() => undefined);
      held.release();
      expect((await family.entryOf(workflowId)).outcome).toBe(outcome);
      expect(family.standing() - before).toBe(net);
    },
  );

  it('is recovered over the run that was deleted, by what its participants say', async () => {
    const before = family.standing();
    const held = holdBack(world, 'confirm');
    const saga = await world.start('rounds', { left: list('deleted') });
    await family.arrived(saga, 'confirm');
    const { workflowId } = saga.handle;
    const { runId } = await world.env.client.workflow.getHandle(workflowId).describe();
    world.forgotten.add(runId);
    await family.recoverAfterEnd(saga, 'rounds');
    const recovery = await saga.recovery();
    expect(await recovery.result()).toMatchObject({ outcome: 'completed' });
    held.release();
    expect(family.standing() - before).toBe(8);
    expect((await family.entryOf(workflowId)).outcome).toBe('completed');
    await world.participants.redeliverAll(saga.sagaId);
    expect(new Set(Object.values(saga.nets()))).toEqual(new Set([1]));
  });

  it('is recovered through the runs that it had not come to', async () => {
    const held = holdBack(world, 'confirm:b');
    const saga = await world.start('charged', { left: ['a', 'b', 'c', 'd'] });
    await family.arrived(saga, 'confirm:b');
    await family.recoverAfterEnd(saga, 'charged');
    const recovery = await saga.recovery();
    expect(await recovery.result()).toMatchObject({ outcome: 'completed' });
    held.release();
    const nets = world.participants.netsOf(saga.sagaId);
    expect(Object.values(nets)).toEqual([1, 1, 1, 1, 1]);
    expect((await family.entryOf(saga.handle.workflowId)).outcome).toBe('completed');
  });

  it('goes on only with an input that its contract takes', async () => {
    const saga = await world.start('rounds', { left: list('bad'), pivot: 'yes' });
    await eventually(async () => {
      expect((await failedTasksOf(saga.handle)).join()).toContain('CONTINUE_INPUT_INVALID');
    });
    await saga.handle.terminate('seen');
  });
});
