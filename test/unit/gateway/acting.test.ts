import { jtiOf } from '../../../gateway/sagas/acting';
import type { SagaDescription } from '../../../gateway/sagas/engine';
import { pseudonymOf } from '../../../gateway/sagas/idempotency';
import type { SignedVerb } from '../../../platform/saga/verbs';
import type { SagaView } from '../../../platform/saga/wire';
import { issuer, openGateway } from './world';

const id = 'place-order:abc';
const owner = pseudonymOf(issuer, 'ann');
const decision = { step: 'review', approved: true, reason: 'fine' };

function withSaga() {
  const opened = openGateway();
  opened.world.started.set(id, {
    workflowId: id,
    saga: 'place-order',
    memo: { requestHash: 'h', owner, businessKey: 'o-1' },
    open: true,
    sagaId: `${id}/run`,
    state: 'running',
    startedAt: '2026-01-01T00:00:00.000Z',
  });
  return opened;
}

const recoveryId = `recover/${id}/run`;

const row = (state: string) => ({
  ...{ workflowId: id, sagaId: `${id}/run`, saga: 'place-order', businessKey: 'o-1', owner },
  ...{ state, steps: [], parked: [], acts: [], asOf: 'then', incomplete: false },
});

/** Deleted, or its retention has run out; the journal still has the saga. */
function withForgottenSaga(state = 'completed') {
  const opened = openGateway();
  opened.world.rows.set(id, row(state));
  if (state === 'completed') opened.world.closed.add(recoveryId);
  return opened;
}

const parkedView = (step: string): SagaView =>
  ({ state: 'parked', parked: [{ step }], awaiting: [] }) as unknown as SagaView;

const post = (verb: string, as: string, body: object = { reason: 'x' }) => ({
  ...{ method: 'POST', path: `/sagas/${encodeURIComponent(id)}/${verb}`, as, body },
});

describe('acting on a saga', () => {
  test.each(['viewer', 'payments-approver'])(
    'a customer who is also a %s cannot cancel the saga of a stranger',
    async (role) => {
      const { call, world } = withSaga();
      const answer = await call(post('cancel', `bob:customer+${role}`));
      expect([answer.status, answer.json().code]).toEqual([404, 'NOT_FOUND']);
      expect(world.sent).toEqual([]);
    },
  );

  test.each(['operator', 'admin'])('the role %s cancels that of anybody', async (role) => {
    expect((await withSaga().call(post('cancel', `x:${role}`))).status).toBe(202);
  });

  test.each(['retry', 'skip'])('an operator may %s a step', async (verb) => {
    expect((await withSaga().call(post(verb, 'olga:operator'))).status).toBe(202);
  });

  test('nobody decides on a saga they started', async () => {
    const { call, world } = withSaga();
    const own = await call(post('decide', 'ann:customer+payments-approver', decision));
    expect([own.status, own.json().code]).toEqual([403, 'APPROVER_IS_INITIATOR']);
    expect(world.sent).toEqual([]);
    expect((await call(post('decide', 'pam:payments-approver', decision))).status).toBe(202);
  });
});

describe('a saga that Temporal has forgotten', () => {
  test('is a closed one for those who may act on it', async () => {
    const { call, world } = withForgottenSaga();
    const cancelled = await call(post('cancel', 'ann:customer'));
    expect([cancelled.status, cancelled.json().code]).toEqual([409, 'TOO_LATE']);
    const retried = await call(post('retry', 'olga:operator'));
    expect([retried.status, retried.json().code]).toEqual([409, 'SAGA_FINISHED']);
    expect(world.sent).toEqual([]);
  });

  test.each([
    ['cancel', 'ann:customer'],
    ['retry', 'olga:operator'],
    ['pause', 'olga:operator'],
  ])('takes the verb %s by its recovery', async (verb, as) => {
    const { call, world } = withForgottenSaga('parked');
    world.views.set(recoveryId, parkedView('ship stock'));
    expect((await call(post(verb, as))).status).toBe(202);
    expect(world.sent.map(({ to, name }) => [to, name])).toEqual([[recoveryId, verb]]);
    const { step } = world.sent[0]?.argument as SignedVerb;
    expect(step).toBe(verb === 'retry' ? 'ship stock' : undefined);
  });

  test('whose recovery has not begun is not one that has ended', async () => {
    const { call, world } = withForgottenSaga('running');
    world.closed.add(recoveryId);
    const retried = await call(post('retry', 'olga:operator', { reason: 'x', step: 'a' }));
    expect([retried.status, retried.json().code]).toEqual([503, 'RECOVERY_PENDING']);
    expect((await call(post('cancel', 'ann:customer'))).json().code).toBe('RECOVERY_PENDING');
  });

  test('is not taken for the run of another start under its key, which is about to be refused', async () => {
    const { call, world } = withSaga();
    world.started.set(id, { ...(world.started.get(id) as SagaDescription), sagaId: `${id}/other` });
    world.rows.set(id, row('parked'));
    world.views.set(id, parkedView('of the other')).set(recoveryId, parkedView('ship stock'));
    expect((await call(post('retry', 'olga:operator'))).status).toBe(202);
    expect(world.sent[0]).toMatchObject({ to: recoveryId, argument: { step: 'ship stock' } });
  });

  test('is missing for strangers, and unknown while the journal is away', async () => {
    const { call, world } = withForgottenSaga();
    expect((await call(post('cancel', 'bob:customer'))).status).toBe(404);
    world.away.add('read-model');
    expect((await call(post('cancel', 'ann:customer'))).status).toBe(503);
  });
});

describe('a saga that was ended from outside', () => {
  const withEndedSaga = () => {
    const opened = withSaga();
    const described = opened.world.started.get(id) as SagaDescription;
    opened.world.started.set(id, { ...described, open: false });
    opened.world.closed.add(id);
    return opened;
  };

  test('is told at the step where its recovery is parked, not where it was parked itself', async () => {
    const { call, world } = withEndedSaga();
    world.views.set(id, parkedView('a')).set(recoveryId, parkedView('b'));
    expect((await call(post('retry', 'olga:operator'))).status).toBe(202);
    expect(world.sent[0]).toMatchObject({ to: recoveryId, argument: { step: 'b' } });
  });

  test('is still answered by itself for an act that it took', async () => {
    const { call, world } = withEndedSaga();
    world.closed.clear();
    expect((await call(post('cancel', 'ann:customer'))).status).toBe(202);
    expect(world.sent.map(({ to }) => to)).toEqual([id]);
  });

  test('and just now has ended is too late to cancel, though the journal’s row is behind', async () => {
    const { call, world } = withEndedSaga();
    const described = world.started.get(id) as SagaDescription;
    world.started.set(id, { ...described, state: 'completed' });
    world.rows.set(id, row('running'));
    world.closed.add(recoveryId);
    expect((await call(post('cancel', 'ann:customer'))).json().code).toBe('TOO_LATE');
  });
});

describe('the identity of an act', () => {
  const asked = { verb: 'cancel', subject: 'ann', body: { reason: 'x', step: 'a' } } as const;
  const idOf = (key: string | undefined, body: object = asked.body) =>
    jtiOf({ headers: key === undefined ? {} : { 'idempotency-key': key } }, { ...asked, body });

  test('is the same for the same key and body, in whatever order its members came', () => {
    expect(idOf('k')).toMatch(/^[0-9a-f]{32}$/);
    expect(idOf('k', { step: 'a', reason: 'x' })).toBe(idOf('k'));
  });

  test('is another one for another body, another key, and each time without a key', () => {
    const ids = [idOf('k'), idOf('k', { reason: 'y' }), idOf('l'), idOf(undefined)];
    expect(new Set([...ids, idOf(undefined)]).size).toBe(5);
  });

  test('an unusable key is refused, and a request id made up by the caller is no key', async () => {
    const { call, world } = withSaga();
    const bad = await call({ ...post('cancel', 'ann:customer'), key: 'a b' });
    expect([bad.status, bad.json().code]).toEqual([400, 'IDEMPOTENCY_KEY_INVALID']);
    const headers = { 'x-request-id': 'r-1' };
    const again = { ...post('cancel', 'ann:customer'), headers };
    await call(again);
    await call(again);
    expect(new Set(world.sent.map(({ updateId }) => updateId)).size).toBe(2);
  });
});
