import { startRecovery } from '../../platform/saga/orchestrate/engine-activities';
import { sagaMessages } from '../../platform/saga/wire';
import type { SagaView } from '../../platform/saga/wire';
import { eventually } from '../support/eventually';
import { holdBack } from './support/expectations';
import { failedTasksOf } from './support/failed-tasks';
import { childrenOf, startFamilyWorld } from './support/family';
import type { FamilyWorld } from './support/family';
import type { SagaWorld } from './support/saga-world';

let family: FamilyWorld;
let world: SagaWorld;
beforeAll(async () => {
  family = await startFamilyWorld('children');
  world = family.world;
});
afterAll(() => world.stop());
afterEach(() => world.participants.heal());

const parts = (count: number, size: number) =>
  Array.from({ length: count }, (_, part) =>
    Array.from({ length: size }, (_each, item) => `sku-${part}-${item}`),
  );

describe('a saga whose steps are sagas', () => {
  it('completes, and its children end with it, each with its answer', async () => {
    const before = family.standing();
    const saga = await world.start('bulk', { parts: parts(3, 2) });
    expect(await saga.result()).toMatchObject({
      outcome: 'completed',
      result: { 'part-0': { reserved: 2 }, 'part-2': { reserved: 2 } },
    });
    expect(family.standing() - before).toBe(6);
    expect(await family.outcomesOf(saga)).toEqual(['completed', 'completed', 'completed']);
  });

  it('of 500 items is undone across the boundary when its pivot is refused', async () => {
    world.participants.from('forward charge', { refuses: 'NOT_AUTHORIZED' });
    const before = family.standing();
    const saga = await world.start('bulk', { parts: parts(10, 50) });
    await expect(saga.result()).resolves.toMatchObject({ outcome: 'compensated' });
    expect(family.standing()).toBe(before);
    expect(world.participants.deliveries.length).toBeGreaterThan(1_000);
    expect(new Set(await family.outcomesOf(saga))).toEqual(new Set(['compensated']));
  }, 240_000);

  it('goes back when a child goes back, and takes the others along', async () => {
    let refuse = () => {};
    const waitsFor = new Promise<void>((resolve) => (refuse = resolve));
    world.participants.next('forward reserve:sku-1-1', { refuses: 'OUT_OF_STOCK', waitsFor });
    const before = family.standing();
    const saga = await world.start('bulk', { parts: parts(3, 2) });
    await eventually(async () => {
      expect((await saga.view()).steps.filter(({ status }) => status === 'done')).toHaveLength(2);
    });
    refuse();
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'CHILD_COMPENSATED' });
    expect(family.standing()).toBe(before);
  });

  it('that is cancelled sends a child at work back', async () => {
    const held = holdBack(world, 'reserve:sku-0-1');
    const before = family.standing();
    const saga = await world.start('bulk', { parts: parts(1, 3) });
    await eventually(() => expect(family.standing()).toBe(before + 1));
    expect(await saga.update('cancel', {})).toBe('accepted');
    const [id = ''] = childrenOf(await saga.view());
    await eventually(async () => {
      const child = world.env.client.workflow.getHandle(id);
      const { state } = await child.query<SagaView>(sagaMessages.view);
      expect([(await family.entryOf(id)).verdict, state]).toEqual(['unwind', 'compensating']);
    });
    held.release();
    await expect(saga.result()).rejects.toThrow();
    expect(family.standing()).toBe(before);
    expect(await family.outcomesOf(saga)).toEqual(['cancelled']);
  });

  it('without a pivot commits before it lets its children go, grandchildren included', async () => {
    const before = family.standing();
    const saga = await world.start('plain', { skus: ['a', 'b', 'c'] });
    expect(await saga.result()).toMatchObject({
      outcome: 'completed',
      result: { first: { reserved: 1 }, second: { reserved: 2 } },
    });
    expect(family.standing() - before).toBe(3);
    const names = (await saga.view()).steps.map(({ name, kind }) => `${name} ${kind}`);
    expect(names).toEqual([
      'half compensatable',
      'commit children pivot',
      'release children retriable',
    ]);
    const [half = ''] = childrenOf(await saga.view());
    const view = await world.env.client.workflow.getHandle(half).query<SagaView>(sagaMessages.view);
    const grandchildren = await Promise.all(childrenOf(view).map((id) => family.entryOf(id)));
    expect(grandchildren.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  });

  it('may not have a child with a pivot of its own', async () => {
    const saga = await world.start('wrong', {});
    await saga.until((view) => childrenOf(view).length > 0);
    const [child = ''] = childrenOf(await saga.view());
    const handle = world.env.client.workflow.getHandle(child);
    await eventually(async () => {
      expect((await failedTasksOf(handle)).join()).toContain('PIVOT_IN_CHILD');
    });
    await handle.terminate('seen');
    await saga.handle.terminate('seen');
  });
});

describe('a child that holds', () => {
  /** A parent that stands before its pivot, whose only child holds. */
  async function heldChild() {
    const pivot = holdBack(world, 'charge');
    const saga = await world.start('bulk', { parts: parts(1, 2) });
    await saga.until(({ steps }) => steps.some(({ name }) => name === 'charge'));
    const [id = ''] = childrenOf(await saga.view());
    expect((await family.entryOf(id)).status).toBe('held');
    return { saga, pivot, id, child: world.env.client.workflow.getHandle(id) };
  }

  it('is not turned back by a cancel, or by a signal that nobody stands behind', async () => {
    const { saga, pivot, id, child } = await heldChild();
    await child.cancel();
    await child.signal(sagaMessages.verdict, 'unwind');
    await eventually(async () => {
      const { notes } = await child.query<SagaView>(sagaMessages.view);
      expect(notes.join()).toContain('came too late');
    });
    pivot.release();
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect((await family.entryOf(id)).outcome).toBe('completed');
  });

  it('and is terminated is recovered, holds again, and ends with its parent', async () => {
    const before = family.standing();
    const { saga, pivot, id, child } = await heldChild();
    await child.terminate('by hand');
    const { sagaId } = await family.entryOf(id);
    const target = { workflowId: id, sagaId, saga: 'part', reason: 'TERMINATED' };
    await startRecovery(world.env.client, target, 'sagastest');
    pivot.release();
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(family.standing() - before).toBe(2);
    expect((await family.entryOf(id)).outcome).toBe('completed');
  });

  it('and is terminated is undone by its recovery when the parent goes back', async () => {
    const before = family.standing();
    const { saga, pivot, id, child } = await heldChild();
    await child.terminate('by hand');
    const { sagaId } = await family.entryOf(id);
    const target = { workflowId: id, sagaId, saga: 'part', reason: 'TERMINATED' };
    await startRecovery(world.env.client, target, 'sagastest');
    await eventually(async () => {
      const { generation, heldBy } = await family.entryOf(id);
      expect([generation, heldBy]).toEqual([1, 1]);
    });
    await saga.handle.terminate('by hand');
    const parent = { ...target, workflowId: saga.handle.workflowId, sagaId: saga.sagaId };
    await startRecovery(world.env.client, { ...parent, saga: 'bulk' }, 'sagastest');
    const recovery = await saga.recovery();
    await expect(recovery.result()).rejects.toThrow();
    pivot.release();
    expect(family.standing()).toBe(before);
    expect((await family.entryOf(id)).outcome).toBe('compensated');
  });

  it('and is forgotten is undone from what its participants say, correlated by its family still', async () => {
    const before = family.standing();
    let decide = () => {};
    const waitsFor = new Promise<void>((resolve) => (decide = resolve));
    world.participants.next('forward charge', { waitsFor, refuses: 'NOT_AUTHORIZED' });
    const saga = await world.start('bulk', { parts: parts(1, 2) });
    await saga.until(({ steps }) => steps.some(({ name }) => name === 'charge'));
    const [id = ''] = childrenOf(await saga.view());
    const child = world.env.client.workflow.getHandle(id);
    world.forgotten.add((await child.describe()).runId);
    const { sagaId } = await family.entryOf(id);
    await family.recoverAfterEnd({ handle: child, sagaId }, 'part');
    await eventually(async () => expect((await family.entryOf(id)).heldBy).toBe(1));
    decide();
    expect(await saga.result()).toMatchObject({ outcome: 'compensated' });
    expect(family.standing()).toBe(before);
    const undone = world.participants
      .deliveriesOf(sagaId)
      .filter(({ message }) => message.kind === 'undo');
    expect(undone).toHaveLength(2);
    const { workflowId } = saga.handle;
    expect(undone.map(({ message }) => message.correlationId)).toEqual([workflowId, workflowId]);
  });

  it.each([
    ['completed', 2],
    ['compensated', 0],
  ])('and had been told something is recovered with it: %s', async (outcome, net) => {
    const before = family.standing();
    const pivot = holdBack(world, 'charge');
    const saga = await world.start('asks', {});
    await saga.until((view) => childrenOf(view).length > 0);
    const [id = ''] = childrenOf(await saga.view());
    const handle = world.env.client.workflow.getHandle(id);
    const { workflow } = world.env.client;
    await eventually(async () => {
      const view = await workflow.getHandle(id).query<SagaView>(sagaMessages.view);
      expect(view.awaiting).toHaveLength(1);
    });
    await world.actOn(handle, 'deliver', { step: 'callback', input: { sku: 'told' } });
    await family.arrived(saga, 'charge');
    const { sagaId } = await family.entryOf(id);
    await family.recoverAfterEnd({ handle, sagaId }, 'asking');
    await eventually(async () => {
      const { generation, heldBy } = await family.entryOf(id);
      expect([generation, heldBy]).toEqual([1, 1]);
    });
    if (outcome === 'compensated') {
      await family.recoverAfterEnd(saga, 'asks');
      await (await saga.recovery()).result().catch(() => undefined);
      pivot.release();
    } else {
      pivot.release();
      expect(await saga.result()).toMatchObject({ outcome, result: { sku: 'told' } });
    }
    expect((await family.entryOf(id)).outcome).toBe(outcome);
    expect(family.standing() - before).toBe(net);
  });

  it('and cannot be undone at once is repaired where it parked, and its parent goes on', async () => {
    const before = family.standing();
    world.participants.from('forward charge', { refuses: 'NOT_AUTHORIZED' });
    world.participants.from('undo reserve:sku-0-1', { fails: 'UNDO_IMPOSSIBLE' });
    const saga = await world.start('bulk', { parts: parts(1, 2) });
    await saga.until((view) => childrenOf(view).length > 0);
    const [id = ''] = childrenOf(await saga.view());
    const child = world.env.client.workflow.getHandle(id);
    await eventually(async () => {
      const view = await child.query<SagaView>(sagaMessages.view);
      expect(view.parked.map(({ step }) => step)).toEqual(['reserve:sku-0-1']);
    });
    world.participants.heal();
    await world.actOn(child, 'retry', {});
    expect(await saga.result()).toMatchObject({ outcome: 'compensated' });
    expect(family.standing()).toBe(before);
  });
});
