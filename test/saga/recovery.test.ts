import { journal } from '../../platform/saga/journal/contract';
import { startRecovery } from '../../platform/saga/orchestrate/engine-activities';
import { sagaMessages } from '../../platform/saga/wire';
import type { SagaStart, SagaView } from '../../platform/saga/wire';
import { epochOf } from '../../platform/kernel/epoch';
import { eventually } from '../support/eventually';
import { epochs, expectSettled, holdBack } from './support/expectations';
import { orderInput } from './support/requests';
import type { SagaWorld, StartedSaga } from './support/saga-world';
import { startSagaWorld } from './support/saga-world';

const by = { actor: 'operator-1', reason: 'looked at it' };
/** Epoch of the first message of the first recovery. */
const first = epochOf(1, 0);

describe('a saga that Temporal ended without us', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await startSagaWorld();
  });
  afterAll(() => world.stop());
  afterEach(() => world.participants.heal());

  async function recover(saga: StartedSaga, reason = 'TERMINATED') {
    const { workflowId } = saga.handle;
    const target = { workflowId, sagaId: saga.sagaId, saga: 'place-order', reason };
    await startRecovery(world.env.client, target, 'sagastest');
    return saga.recovery();
  }

  /** Lets the saga run until the reply of this step is awaited, and ends it there. */
  async function terminatedAt(step: string, pace: SagaStart['pace'] = {}) {
    const held = holdBack(world, step);
    const saga = await world.start('place-order', orderInput(), { pace });
    await saga.until(({ steps }) => steps.some(({ name }) => name === step));
    await saga.handle.terminate('by hand');
    return { saga, release: () => held.release() };
  }

  it.each([
    ['', {}],
    [', in a hurry', { backoffMaxMs: 500 }],
  ])(
    'before its pivot is undone, a step still on its way included, under the next generation%s',
    async (_, pace) => {
      const { saga, release } = await terminatedAt('reserve stock', pace);
      const recovery = await recover(saga);
      await expect(recovery.result()).rejects.toMatchObject({
        cause: { type: 'SagaCompensated', details: [{ reason: 'TERMINATED' }] },
      });
      expect(epochs(world, saga, 'open order')).toEqual(['forward 0', `undo ${first}`]);
      release();
      await expectSettled(world, saga, 'nothing');
    },
  );

  it('after its pivot is finished, with the steps it had not come to', async () => {
    const { saga, release } = await terminatedAt('ship stock');
    const recovery = await recover(saga);
    expect(await recovery.result()).toMatchObject({ outcome: 'completed' });
    expect(epochs(world, saga, 'capture payment')).toEqual(['forward 0', `settle ${first}`]);
    expect(epochs(world, saga, 'confirm order')).toEqual([`forward ${first}`]);
    release();
    await expectSettled(world, saga, 'all');
  });

  it('in its pivot ends on the side that the pivot took', async () => {
    const { saga, release } = await terminatedAt('capture payment');
    const recovery = await recover(saga);
    await expect(recovery.result()).rejects.toMatchObject({ cause: { type: 'SagaCompensated' } });
    release();
    await expectSettled(world, saga, 'nothing');
  });

  it('goes by the pivot of a run that no history is left of', async () => {
    const held = holdBack(world, 'authorize payment');
    const saga = await world.start('place-order', orderInput());
    await saga.until(({ steps }) =>
      steps.some((it) => it.name === 'reserve stock' && it.status === 'done'),
    );
    await saga.handle.terminate('by hand');
    // A reset run did both; then the first run was reset once more, and nobody knows that there was another.
    const { sagaId } = saga;
    const undo = { participant: 'payments', command: 'void', input: { orderId: 'order-1' } };
    const steps = [
      ['authorize payment', 'authorize', { kind: 'compensatable', order: 2, undo }],
      ['capture payment', 'capture', { kind: 'pivot', order: 3 }],
    ] as const;
    for (const [step, command, plan] of steps) {
      await world.participants.handle('payments', {
        ...{ sagaId, step, kind: 'forward', epoch: 0, run: 'reset-away', plan },
        ...{ saga: 'place-order', correlationId: saga.handle.workflowId, owner: 'customer-1' },
        ...{ command, input: { orderId: 'order-1' } },
      });
    }
    const recovery = await recover(saga);
    expect(await recovery.result()).toMatchObject({ outcome: 'completed' });
    held.release();
    await expectSettled(world, saga, 'all');
  });

  it('keeps what a person decided, and asks that step no more', async () => {
    world.participants.from('forward capture payment', { refuses: 'NOT_AUTHORIZED' });
    world.participants.from('undo reserve stock', { fails: 'UNDO_IMPOSSIBLE' });
    const saga = await world.start('place-order', orderInput());
    await saga.until(({ state }) => state === 'parked');
    // The sibling's undo hangs, so that the saga is still open after the verb.
    world.participants.from('undo open order', { fails: 'STORE_UNAVAILABLE' });
    await saga.update('skip', { ...by, step: 'reserve stock' });
    await saga.handle.terminate('by hand');
    world.participants.heal();
    const recovery = await recover(saga);
    await expect(recovery.result()).rejects.toMatchObject({ cause: { type: 'SagaCompensated' } });
    const undone = epochs(world, saga, 'reserve stock');
    expect(undone.filter((message) => message.endsWith(String(first)))).toEqual([]);
    await expectSettled(world, saga, 'nothing', ['reserve stock']);
  });

  it('takes an act only where it was taken first, and not at what its recovery is parked at', async () => {
    world.participants.next('forward ship stock', { refuses: 'SAID_NO' });
    const saga = await world.start('place-order', orderInput());
    await saga.until(({ state }) => state === 'parked');
    const held = holdBack(world, 'ship stock');
    const act = { jti: 'a'.repeat(32), reason: 'it is back' };
    expect(await saga.update('retry', act)).toBe('accepted');
    await saga.handle.terminate('by hand');
    world.participants.next('forward confirm order', { refuses: 'SAID_NO' });
    const recovery = await recover(saga);
    held.release();
    await eventually(async () => {
      const view = await recovery.query<SagaView>(sagaMessages.view);
      expect(view.parked).toMatchObject([{ step: 'confirm order' }]);
    });
    const { workflowId } = saga.handle;
    const tell = async (told: { readonly jti: string; readonly reason: string }) => {
      const person = { actor: 'operator-1', roles: ['operator'] };
      const grant = await world.grants.mint({ ...told, verb: 'retry', workflowId }, person);
      return recovery.executeUpdate('retry', { args: [{ ...told, grant }] });
    };
    const again = tell(act);
    await expect(again).rejects.toMatchObject({ cause: { type: 'ACT_USED_ELSEWHERE' } });
    expect(await tell({ ...act, jti: 'b'.repeat(32) })).toBe('accepted');
    expect(await recovery.result()).toMatchObject({ outcome: 'completed' });
    await expectSettled(world, saga, 'all');
  });

  it('is recovered once more when its recovery is ended too', async () => {
    const { saga, release } = await terminatedAt('reserve stock');
    world.participants.from('undo open order', { fails: 'UNDO_IMPOSSIBLE' });
    const once = await recover(saga);
    const view = () => once.query<SagaView>(sagaMessages.view);
    await eventually(async () => {
      expect((await view()).state).toBe('parked');
    });
    expect((await view()).generation).toBe(1);
    await once.terminate('again');
    world.participants.heal();
    const twice = await recover(saga);
    await expect(twice.result()).rejects.toMatchObject({ cause: { type: 'SagaCompensated' } });
    expect(epochs(world, saga, 'open order').at(-1)).toBe(`undo ${epochOf(2, 0)}`);
    release();
    await expectSettled(world, saga, 'nothing');
  });

  it('has nothing to recover once its terminal record is written', async () => {
    const saga = await world.start('place-order', orderInput());
    await saga.result();
    const recovery = await recover(saga);
    expect(await recovery.result()).toEqual({ outcome: 'finished-before' });
  });

  it('that meets a fence stops sending, and its recovery ends it', async () => {
    world.participants.next('forward reserve stock', { fails: 'STEP_FENCED' });
    const held = holdBack(world, 'authorize payment');
    const saga = await world.start('place-order', orderInput());
    const recovery = await saga.recovery();
    held.release();
    await expect(recovery.result()).rejects.toMatchObject({
      cause: { type: 'SagaCompensated', details: [{ reason: 'RESET' }] },
    });
    const own = world.participants.deliveriesOf(saga.sagaId);
    const old = own.filter(({ message }) => message.epoch === 0 && message.kind !== 'forward');
    expect(old).toEqual([]);
    expect((await saga.handle.describe()).status.name).toBe('TERMINATED');
    await expectSettled(world, saga, 'nothing');
  });

  it('and whose recovery meets a fence is recovered by the next generation', async () => {
    const { saga, release } = await terminatedAt('reserve stock');
    world.participants.next('undo open order', { fails: 'STEP_FENCED' });
    const once = await recover(saga);
    await expect(once.result()).rejects.toMatchObject({ cause: { type: 'STEP_FENCED' } });
    const twice = await recover(saga);
    await expect(twice.result()).rejects.toMatchObject({ cause: { type: 'SagaCompensated' } });
    expect(epochs(world, saga, 'open order').at(-1)).toBe(`undo ${epochOf(2, 0)}`);
    release();
    await expectSettled(world, saga, 'nothing');
  });

  it('and that Temporal has forgotten decides by the same time, and finishes with the same inputs', async () => {
    world.participants.from('forward ship stock', { refuses: 'SAID_NO' });
    const saga = await world.start('place-order', orderInput());
    const { startedAt } = await saga.until(({ state }) => state === 'parked');
    const { runId } = await saga.handle.describe();
    world.forgotten.add(runId);
    await saga.handle.terminate('in place of a deletion');
    world.participants.heal();
    const recovery = await recover(saga, 'DELETED');
    expect(await recovery.result()).toMatchObject({ outcome: 'completed' });
    expect((await recovery.query<SagaView>(sagaMessages.view)).startedAt).toBe(startedAt);
    const shipped = world.participants
      .deliveriesOf(saga.sagaId)
      .filter(({ message: { kind, step } }) => kind === 'forward' && step === 'ship stock')
      .map(({ message }) => message.input);
    expect(shipped).toEqual([shipped[0], shipped[0]]);
    await expectSettled(world, saga, 'all');
  });

  it('shows which participant its recovery waits for, takes no other verb, and asks again when told', async () => {
    const { saga, release } = await terminatedAt('reserve stock', { settlePatienceMs: 200 });
    world.participants.next('close inventory', { waitsFor: new Promise(() => undefined) });
    const recovery = await recover(saga);
    const { workflowId } = saga.handle;
    await eventually(async () => {
      const { state, parked, owner } = await recovery.query<SagaView>(sagaMessages.view);
      expect({ state, owner }).toEqual({ state: 'parked', owner: 'customer-1' });
      const place = { step: 'close inventory', reason: 'PARTICIPANT_UNREACHABLE' };
      expect(parked).toMatchObject([{ ...place, condition: 'unsettled', verbs: ['retry'] }]);
    }, 60_000);
    const entry = await world.journalStore.readAggregate(`saga/${workflowId}`);
    expect(entry?.state).toMatchObject({ status: 'parked', generation: 1 });
    await expect(world.actOn(recovery, 'skip', { ...by, workflowId })).rejects.toMatchObject({
      cause: { type: 'STEP_UNSETTLED' },
    });
    expect(await world.actOn(recovery, 'cancel', { ...by, workflowId })).toBe('too late');
    expect(await world.actOn(recovery, 'retry', { ...by, workflowId })).toBe('accepted');
    await expect(recovery.result()).rejects.toMatchObject({ cause: { type: 'SagaCompensated' } });
    release();
    await expectSettled(world, saga, 'nothing');
  });

  it('shows no end that the journal does not take', async () => {
    const held = holdBack(world, 'ship stock');
    const saga = await world.start('place-order', orderInput());
    await saga.until(({ steps }) => steps.some(({ name }) => name === 'ship stock'));
    const { workflowId } = saga.handle;
    const { sagaId } = saga;
    const of = { sagaId, saga: 'place-order', workflowId };
    const taken = journal.recovering({ ...of, reason: 'TERMINATED', run: 'other' });
    await world.journal.handle({
      ...{ sagaId, saga: 'place-order', step: 'saga.recovering:other', kind: 'forward' },
      ...{ epoch: 0, run: 'other', correlationId: workflowId, owner: '' },
      ...{ command: taken.command, input: taken.input },
    });
    held.release();
    await expect(saga.result()).rejects.toMatchObject({ cause: { type: 'GENERATION_OVER' } });
    const entry = await world.journalStore.readAggregate(`saga/${workflowId}`);
    expect(entry?.state).toMatchObject({ status: 'started', generation: 1 });
  });
});
