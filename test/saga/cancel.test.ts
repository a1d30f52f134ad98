import type { Delivery } from '../../gateway/sagas/engine';
import { sendVerb } from '../../gateway/sagas/send-verb';
import type { VerbParts } from '../../gateway/sagas/send-verb';
import type { SignedVerb } from '../../platform/saga/verbs';
import { createGrantMinter } from '../../platform/security/grants';
import { createTestGrants } from '../support/grants';
import type { TestGrants } from '../support/grants';
import { epochs, expectSettled, failureOf, undoOrder } from './support/expectations';
import { orderInput, returnInput } from './support/requests';
import type { SagaWorld, StartedSaga } from './support/saga-world';
import { startSagaWorld } from './support/saga-world';

const by = { actor: 'customer-1', reason: 'changed my mind' };
const raw = (saga: StartedSaga) => saga.handle.cancel();
const asked = (saga: StartedSaga) => saga.update('cancel', by);
const ways = [
  ['our update', asked],
  ["Temporal's own request", raw],
] as const;

/** Holds one step, so that a cancel meets the saga exactly there. */
function hold(world: SagaWorld, step: string) {
  let release = () => {};
  const waitsFor = new Promise<void>((resolve) => (release = resolve));
  world.participants.next(`forward ${step}`, { waitsFor });
  return () => release();
}

const hasReached = (step: string) => (view: { steps: readonly { name: string }[] }) =>
  view.steps.some(({ name }) => name === step);

describe('a cancel', () => {
  let world: SagaWorld;
  let grants: TestGrants;
  beforeAll(async () => {
    grants = await createTestGrants();
    world = await startSagaWorld(undefined, async () => grants);
  });
  afterAll(() => world.stop());
  afterEach(() => world.participants.heal());

  it.each(
    ways.flatMap(([way, cancel]) =>
      ['open order', 'reserve stock'].map((step) => [way, step, cancel] as const),
    ),
  )('by %s during "%s" undoes everything and ends as Cancelled', async (way, step, cancel) => {
    const release = hold(world, step);
    const saga = await world.start('place-order', orderInput());
    await saga.until(hasReached(step));
    if (step === 'reserve stock') {
      await saga.until((view) =>
        view.steps.some(({ name, status }) => name === 'authorize payment' && status === 'done'),
      );
    }
    expect(await cancel(saga)).toEqual(way === 'our update' ? 'accepted' : expect.anything());
    await saga.until((view) => view.reason === 'CANCELLED');
    release();
    expect(await failureOf(saga)).toMatchObject({ type: 'CancelledFailure' });
    expect((await saga.handle.describe()).status.name).toBe('CANCELLED');
    expect(undoOrder(world, saga).at(-1)).toBe('open order');
    await expectSettled(world, saga, 'nothing');
  });

  it('waits for the attempt that is under way before it undoes anything', async () => {
    const release = hold(world, 'open order');
    const saga = await world.start('place-order', orderInput());
    await saga.until(hasReached('open order'));
    expect(await asked(saga)).toBe('accepted');
    const turned = await saga.until((view) => view.reason === 'CANCELLED');
    expect(turned.steps).toMatchObject([{ name: 'open order', status: 'started' }]);
    release();
    await failureOf(saga);
    expect(epochs(world, saga, 'open order')).toEqual(['forward 0', 'undo 0']);
    await expectSettled(world, saga, 'nothing');
  });

  it.each(ways)('by %s in or after the pivot comes too late', async (way, cancel) => {
    for (const step of ['capture payment', 'ship stock']) {
      const release = hold(world, step);
      const saga = await world.start('place-order', orderInput());
      await saga.until(hasReached(step));
      const answer = await cancel(saga);
      if (way === 'our update') expect(answer).toBe('too late');
      release();
      expect(await saga.result()).toMatchObject({ outcome: 'completed' });
      await expectSettled(world, saga, 'all');
    }
  });

  it('answered too late stays too late when the pivot is refused: compensated, not cancelled', async () => {
    let release = () => {};
    const waitsFor = new Promise<void>((resolve) => (release = resolve));
    world.participants.next('forward refund payment', { waitsFor, refuses: 'NOT_CAPTURED' });
    const saga = await world.start('return-order', returnInput);
    await saga.until(hasReached('refund payment'));
    expect(await asked(saga)).toBe('too late');
    release();
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'NOT_CAPTURED' });
    await expectSettled(world, saga, 'nothing');
  });

  it('repeated by every way, also while it unwinds, changes nothing', async () => {
    const release = hold(world, 'open order');
    let undo = () => {};
    const waitsFor = new Promise<void>((resolve) => (undo = resolve));
    world.participants.next('undo open order', { waitsFor });
    const saga = await world.start('place-order', orderInput());
    await saga.until(hasReached('open order'));
    expect(await asked(saga)).toBe('accepted');
    await raw(saga);
    release();
    await saga.until((view) => view.steps[0]?.status === 'undoing');
    expect(await asked(saga)).toBe('accepted');
    await raw(saga);
    undo();
    expect(await failureOf(saga)).toMatchObject({ type: 'CancelledFailure' });
    await expectSettled(world, saga, 'nothing');
  });

  it('whose grant ran out on its way is taken when it is sent again under the same key', async () => {
    const release = hold(world, 'open order');
    const saga = await world.start('place-order', orderInput());
    await saga.until(hasReached('open order'));
    const { workflowId } = saga.handle;
    const told = { jti: 'j'.repeat(32), reason: 'changed my mind' };
    const act = { ...told, verb: 'cancel' as const, workflowId };
    const person = { actor: 'customer-1', roles: ['customer'] };
    const clock = () => Date.now() - 120_000;
    const late = createGrantMinter({ credentials: () => grants.gateway, clock });
    const stale: SignedVerb = { ...told, grant: await late.mint(act, person) };
    const send = (updateId: string, signed: object) =>
      saga.handle.executeUpdate<unknown, [object]>('cancel', { args: [signed], updateId });
    const expired = { cause: { type: 'GRANT_EXPIRED' } };
    await expect(send(told.jti, stale)).rejects.toMatchObject(expired);
    // Temporal keeps the outcome of an id, whatever is sent under it now.
    const fresh = { ...told, grant: await grants.mint(act, person) };
    await expect(send(told.jti, fresh)).rejects.toMatchObject(expired);
    const engine: VerbParts['engine'] = {
      view: async () => undefined,
      send: (_id, { updateId, argument }) =>
        send(updateId, argument).then(
          (answer): Delivery => ({ kind: 'answered', answer }),
          ({ cause }: { cause: { type: string } }) => {
            return { kind: 'rejected', code: cause.type, detail: '' };
          },
        ),
    };
    const runners = { own: { workflowId, open: true }, recovery: 'none', awaitsRecovery: false };
    const again = () =>
      sendVerb({ engine, grants }, { verb: 'cancel', workflowId, runners, told }, person);
    expect(await again()).toEqual({ kind: 'answered', answer: 'accepted' });
    release();
    expect(await failureOf(saga)).toMatchObject({ type: 'CancelledFailure' });
    // Also when it has ended: a client that repeats itself hears the same.
    expect(await again()).toEqual({ kind: 'answered', answer: 'accepted' });
  });

  it('without a grant is refused by its validator, and a forged grant changes nothing', async () => {
    const release = hold(world, 'open order');
    const saga = await world.start('place-order', orderInput());
    await saga.until(hasReached('open order'));
    await expect(saga.update('cancel', { grant: '' })).rejects.toMatchObject({
      cause: { type: 'VERB_INVALID' },
    });
    const other = await world.grants.mint(
      { verb: 'retry', workflowId: saga.handle.workflowId, jti: 'x'.repeat(20), reason: 'other' },
      { actor: 'operator-1', roles: ['operator'] },
    );
    for (const grant of ['forged', other]) {
      await expect(saga.update('cancel', { grant })).rejects.toMatchObject({
        cause: { type: 'GRANT_INVALID' },
      });
    }
    expect((await saga.view()).state).toBe('running');
    release();
    await saga.result();
  });
});

describe('the deadline', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await startSagaWorld();
  });
  afterAll(() => world.stop());

  it('compensates when it passes before the pivot, and the workflow shows Failed', async () => {
    const saga = await world.start('place-order', orderInput(), { deadlineAtMs: 1 });
    expect(await failureOf(saga)).toEqual({
      type: 'SagaCompensated',
      details: { reason: 'DEADLINE' },
    });
    await expectSettled(world, saga, 'nothing');
  });
});

describe('an approval', () => {
  let world: SagaWorld;
  beforeAll(async () => {
    world = await startSagaWorld();
  });
  afterAll(() => world.stop());

  const verdict = {
    step: 'manual review',
    actor: 'approver-1',
    roles: ['payments-approver'],
    reason: 'known customer',
  };
  const startLarge = async () => {
    const saga = await world.start('place-order', orderInput(600_000));
    await saga.until(hasReached('manual review'));
    return saga;
  };

  it('granted lets the saga go on, although the deadline would have passed meanwhile', async () => {
    const saga = await startLarge();
    await world.env.sleep('1h');
    expect(await saga.update('decide', { ...verdict, approved: true })).toBe('accepted');
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    await expectSettled(world, saga, 'all');
  });

  it('denied turns the saga back', async () => {
    const saga = await startLarge();
    await saga.update('decide', { ...verdict, approved: false });
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'APPROVAL_DENIED' });
    await expectSettled(world, saga, 'nothing');
  });

  it('that nobody gives elapses', async () => {
    const saga = await startLarge();
    expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'APPROVAL_ELAPSED' });
    await expectSettled(world, saga, 'nothing');
  });

  it('needs its role, and cancelling meanwhile is possible', async () => {
    const saga = await startLarge();
    const wrong = { ...verdict, roles: ['viewer'], approved: true };
    await expect(saga.update('decide', wrong)).rejects.toMatchObject({
      cause: { type: 'ROLE_MISSING' },
    });
    expect(await asked(saga)).toBe('accepted');
    expect(await failureOf(saga)).toMatchObject({ type: 'CancelledFailure' });
    await expectSettled(world, saga, 'nothing');
  });

  it('is not asked for below the threshold', async () => {
    const saga = await world.start('place-order', orderInput(500_000));
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
  });
});
