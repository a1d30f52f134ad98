import { jtiOf } from '../../../gateway/sagas/acting';
import { pseudonymOf } from '../../../gateway/sagas/idempotency';
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
    recoveryId: `recover/${id}/run`,
    state: 'running',
    startedAt: '2026-01-01T00:00:00.000Z',
  });
  return opened;
}

/** Temporal's retention has run out; the journal still has the saga. */
function withForgottenSaga() {
  const opened = openGateway();
  opened.world.rows.set(id, {
    ...{ workflowId: id, sagaId: `${id}/run`, saga: 'place-order', businessKey: 'o-1', owner },
    ...{ state: 'completed', steps: [], parked: [], acts: [], asOf: 'then', incomplete: false },
  });
  return opened;
}

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

  test('is missing for strangers, and unknown while the journal is away', async () => {
    const { call, world } = withForgottenSaga();
    expect((await call(post('cancel', 'bob:customer'))).status).toBe(404);
    world.away.add('read-model');
    expect((await call(post('cancel', 'ann:customer'))).status).toBe(503);
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
