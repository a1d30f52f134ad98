import path from 'node:path';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import { startRecovery } from '../../platform/saga/orchestrate/engine-activities';
import { sagaAggregate } from '../../platform/saga/journal/state';
import type { JournalEntry } from '../../platform/saga/journal/state';
import { sagaMessages } from '../../platform/saga/wire';
import type { SagaView } from '../../platform/saga/wire';
import { eventually } from '../support/eventually';
import { holdBack, undoOrder } from './support/expectations';
import { startSagaWorld } from './support/saga-world';
import type { SagaWorld, StartedSaga } from './support/saga-world';

let world: SagaWorld;
beforeAll(async () => {
  const bundle = path.join(process.cwd(), 'dist', 'family-bundle.js');
  const source = path.join(__dirname, 'fixtures', `family-sagas${path.extname(__filename)}`);
  await buildWorkflowBundle(bundle, { workflowsPath: source });
  world = await startSagaWorld(bundle);
});
afterAll(() => world.stop());
afterEach(() => world.participants.heal());

/** Reserved items of every saga, net. */
function standing(): number {
  const nets = world.participants.allNets();
  return nets.filter(([step]) => step.startsWith('reserve')).reduce((sum, [, net]) => sum + net, 0);
}

const childrenOf = (view: SagaView) => view.steps.flatMap(({ child }) => child ?? []);

async function entryOf(workflowId: string): Promise<JournalEntry> {
  const found = await world.journalStore.readAggregate(sagaAggregate(workflowId));
  return found?.state as JournalEntry;
}

/** All children of a saga, once the journal has their ends. */
async function outcomesOf(saga: StartedSaga): Promise<string[]> {
  const ids = childrenOf(await saga.view());
  const entries = await Promise.all(ids.map(entryOf));
  return entries.map(({ outcome, status }) => outcome ?? status);
}

/** A message of this step is at its participant, answered or not. */
async function arrived(saga: StartedSaga, step: string): Promise<void> {
  const { arrivals } = world.participants;
  const isThere = () => arrivals.some((it) => it.step === step && it.sagaId === saga.sagaId);
  await eventually(() => expect(isThere()).toBe(true));
}

/** Terminates the latest run of a saga, and asks for its recovery. */
async function recoverAfterEnd(of: Pick<StartedSaga, 'handle' | 'sagaId'>, saga: string) {
  const { workflowId } = of.handle;
  await world.env.client.workflow.getHandle(workflowId).terminate('by hand');
  const target = { workflowId, sagaId: of.sagaId, saga, reason: 'TERMINATED' };
  await startRecovery(world.env.client, target, 'sagastest');
}

const parts = (count: number, size: number) =>
  Array.from({ length: count }, (_, part) =>
    Array.from({ length: size }, (_each, item) => `sku-${part}-${item}`),
  );

describe('a saga whose steps are sagas', () => {
  it('completes, and its children end with it, each with its answer', async () => {
    const before = standing();
    const saga = await world.start('bulk', { parts: parts(3, 2) });
    expect(await saga.result()).toMatchObject({
      outcome: 'completed',
      result: { 'part-0': { reserved: 2 }, 'part-2': { reserved: 2 } },
    });
    expect(standing() - before).toBe(6);
    expect(await outcomesOf(saga)).toEqual(['completed', 'completed', 'completed']);
  });

  it('of 500 items is undone across the boundary when its pivot is refused', async () => {
    world.participants.from('forward charge', { refuses: 'NOT_AUTHORIZED' });
    const before = standing();
    const saga = await world.start('bulk', { parts: parts(10, 50) });
    await expect(saga.result()).resolves.toMatchObject({ outcome: 'compensated' });
    expect(standing()).toBe(before);
    expect(world.participants.deliveries.length).toBeGreaterThan(1_000);
    expect(new Set(await outcomesOf(saga))).toEqual(new Set(['compensated']));
  }, 240_000);

  it('goes back when a child goes back, and takes the others along', async () => {
    let refuse = () => {};
    const waitsFor = new Promise<void>((resolve) => (refuse = resolve));
    world.participants.next('forward reserve:sku-1-1', { refuses: 'OUT_OF_STOCK', waitsFor });
    const before = standing();
    const saga = await world.start('bulk', { parts: parts(3, 2) });
    await eventually(async () => {
      expect((await saga.view()).steps.filter(({ status }) => status === 'done')).toHaveLength(2);
    });
    refuse();
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'CHILD_COMPENSATED' });
    expect(standing()).toBe(before);
  });

  it('that is cancelled sends a child at work back', async () => {
    const held = holdBack(world, 'reserve:sku-0-1');
    const before = standing();
    const saga = await world.start('bulk', { parts: parts(1, 3) });
    await eventually(() => expect(standing()).toBe(before + 1));
    expect(await saga.update('cancel', {})).toBe('accepted');
    const [id = ''] = childrenOf(await saga.view());
    await eventually(async () => {
      const child = world.env.client.workflow.getHandle(id);
      const { state } = await child.query<SagaView>(sagaMessages.view);
      expect([(await entryOf(id)).verdict, state]).toEqual(['unwind', 'compensating']);
    });
    held.release();
    await expect(saga.result()).rejects.toThrow();
    expect(standing()).toBe(before);
    expect(await outcomesOf(saga)).toEqual(['cancelled']);
  });

  it('without a pivot commits before it lets its children go, grandchildren included', async () => {
    const before = standing();
    const saga = await world.start('plain', { skus: ['a', 'b', 'c'] });
    expect(await saga.result()).toMatchObject({
      outcome: 'completed',
      result: { first: { reserved: 1 }, second: { reserved: 2 } },
    });
    expect(standing() - before).toBe(3);
    const names = (await saga.view()).steps.map(({ name, kind }) => `${name} ${kind}`);
    expect(names).toEqual([
      'half compensatable',
      'commit children pivot',
      'release children retriable',
    ]);
    const [half = ''] = childrenOf(await saga.view());
    const view = await world.env.client.workflow.getHandle(half).query<SagaView>(sagaMessages.view);
    const grandchildren = await Promise.all(childrenOf(view).map(entryOf));
    expect(grandchildren.map(({ outcome }) => outcome)).toEqual(['completed', 'completed']);
  });

  it('may not have a child with a pivot of its own', async () => {
    const saga = await world.start('wrong', {});
    await saga.until((view) => childrenOf(view).length > 0);
    const [child = ''] = childrenOf(await saga.view());
    const handle = world.env.client.workflow.getHandle(child);
    await eventually(async () => {
      const { events } = await handle.fetchHistory();
      const failed = events?.map((event) => event.workflowTaskFailedEventAttributes?.failure);
      expect(failed?.some((failure) => failure?.message?.includes('PIVOT_IN_CHILD'))).toBe(true);
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
    expect((await entryOf(id)).status).toBe('held');
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
    expect((await entryOf(id)).outcome).toBe('completed');
  });

  it('and is terminated is recovered, holds again, and ends with its parent', async () => {
    const before = standing();
    const { saga, pivot, id, child } = await heldChild();
    await child.terminate('by hand');
    const { sagaId } = await entryOf(id);
    const target = { workflowId: id, sagaId, saga: 'part', reason: 'TERMINATED' };
    await startRecovery(world.env.client, target, 'sagastest');
    pivot.release();
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(standing() - before).toBe(2);
    expect((await entryOf(id)).outcome).toBe('completed');
  });

  it('and is terminated is undone by its recovery when the parent goes back', async () => {
    const before = standing();
    const { saga, pivot, id, child } = await heldChild();
    await child.terminate('by hand');
    const { sagaId } = await entryOf(id);
    const target = { workflowId: id, sagaId, saga: 'part', reason: 'TERMINATED' };
    await startRecovery(world.env.client, target, 'sagastest');
    await saga.handle.terminate('by hand');
    const parent = { ...target, workflowId: saga.handle.workflowId, sagaId: saga.sagaId };
    await startRecovery(world.env.client, { ...parent, saga: 'bulk' }, 'sagastest');
    const recovery = await saga.recovery();
    await expect(recovery.result()).rejects.toThrow();
    pivot.release();
    expect(standing()).toBe(before);
    expect((await entryOf(id)).outcome).toBe('compensated');
  });

  it.each([
    ['completed', 2],
    ['compensated', 0],
  ])('and had been told something is recovered with it: %s', async (outcome, net) => {
    const before = standing();
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
    await arrived(saga, 'charge');
    const { sagaId } = await entryOf(id);
    await recoverAfterEnd({ handle, sagaId }, 'asking');
    await eventually(async () => {
      const { generation, heldBy } = await entryOf(id);
      expect([generation, heldBy]).toEqual([1, 1]);
    });
    if (outcome === 'compensated') {
      await recoverAfterEnd(saga, 'asks');
      await (await saga.recovery()).result().catch(() => undefined);
      pivot.release();
    } else {
      pivot.release();
      expect(await saga.result()).toMatchObject({ outcome, result: { sku: 'told' } });
    }
    expect((await entryOf(id)).outcome).toBe(outcome);
    expect(standing() - before).toBe(net);
  });

  it('and cannot be undone at once is repaired where it parked, and its parent goes on', async () => {
    const before = standing();
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
    expect(standing()).toBe(before);
  });
});

describe('a saga that goes on in new runs', () => {
  const list = (name: string) => Array.from({ length: 8 }, (_, item) => `${name}-${item}`);

  it('keeps what it did, has one saga id, and takes a generation for each run', async () => {
    const before = standing();
    const saga = await world.start('rounds', { left: list('kept') });
    expect(await saga.result()).toEqual({ outcome: 'completed', result: { last: 2 } });
    expect(standing() - before).toBe(8);
    const view = await world.env.client.workflow
      .getHandle(saga.handle.workflowId)
      .query<SagaView>(sagaMessages.view);
    expect([view.sagaId, view.generation, view.steps.length]).toEqual([saga.sagaId, 2, 10]);
    const { status, generation } = await entryOf(saga.handle.workflowId);
    expect([status, generation]).toEqual(['finished', 2]);
  });

  it('undoes what every one of its runs did, from the end', async () => {
    world.participants.from('forward charge', { refuses: 'NOT_AUTHORIZED' });
    const before = standing();
    const saga = await world.start('rounds', { left: list('undone') });
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'NOT_AUTHORIZED' });
    expect(standing()).toBe(before);
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
      const before = standing();
      const held = holdBack(world, step);
      const saga = await world.start('rounds', { left: list(outcome) });
      await arrived(saga, step);
      const { workflowId } = saga.handle;
      await recoverAfterEnd(saga, 'rounds');
      const recovery = await saga.recovery();
      await recovery.result().catch(() => undefined);
      held.release();
      expect((await entryOf(workflowId)).outcome).toBe(outcome);
      expect(standing() - before).toBe(net);
    },
  );

  it('is recovered through the runs that it had not come to', async () => {
    const held = holdBack(world, 'confirm:b');
    const saga = await world.start('charged', { left: ['a', 'b', 'c', 'd'] });
    await arrived(saga, 'confirm:b');
    await recoverAfterEnd(saga, 'charged');
    const recovery = await saga.recovery();
    expect(await recovery.result()).toMatchObject({ outcome: 'completed' });
    held.release();
    const nets = world.participants.netsOf(saga.sagaId);
    expect(Object.values(nets)).toEqual([1, 1, 1, 1, 1]);
    expect((await entryOf(saga.handle.workflowId)).outcome).toBe('completed');
  });

  it('goes on only with an input that its contract takes', async () => {
    const saga = await world.start('rounds', { left: list('bad'), pivot: 'yes' });
    await eventually(async () => {
      const { events } = await saga.handle.fetchHistory();
      const failed = events?.map((event) => event.workflowTaskFailedEventAttributes?.failure);
      expect(failed?.some((failure) => failure?.message?.includes('CONTINUE_INPUT_INVALID'))).toBe(
        true,
      );
    });
    await saga.handle.terminate('seen');
  });
});
