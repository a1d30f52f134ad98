import { pseudonymOf } from '../../../platform/security/pseudonym';
import { issuer, openGateway, testGrants } from './world';

const path = '/sagas/revocations';
const ann = pseudonymOf(issuer, 'ann');
const ask = { method: 'POST', path, as: 'olga:operator', key: 'k-1' } as const;
const body = { subject: 'ann', reason: 'left the company' };
const description = (workflowId: string) => ({
  ...{ workflowId, saga: 'place-order', open: true, sagaId: `${workflowId}/run` },
  memo: { requestHash: 'h', owner: ann, businessKey: 'o' },
  ...{ state: 'running', startedAt: '2026-01-01T00:00:00.000Z' },
});

function open(...workflowIds: string[]) {
  const gateway = openGateway();
  gateway.world.open = workflowIds;
  for (const id of workflowIds) gateway.world.started.set(id, description(id) as never);
  return gateway;
}

test('revokes under the pseudonym of the person, signed by whoever asks', async () => {
  const { call, world } = open();
  const answer = await call({ ...ask, body });
  expect(answer.status).toBe(200);
  expect(answer.json()).toMatchObject({ subject: ann, cancelled: [], left: [] });
  const [request] = world.revoked;
  const { jti = '', reason = '', grant = '', subject } = request ?? {};
  expect({ subject, reason }).toEqual({ subject: ann, reason: body.reason });
  const act = { verb: 'revoke', workflowId: `subject/${ann}`, jti, reason } as const;
  expect(await (await testGrants()).verify(grant, act)).toMatchObject({
    ...{ actor: pseudonymOf(issuer, 'olga'), roles: ['operator'] },
  });
});

test('takes the owner that lists show as it is', async () => {
  const { call, world } = open();
  await call({ ...ask, body: { ...body, subject: ann } });
  expect(world.revoked).toMatchObject([{ subject: ann }]);
});

test('cancels what is open, and says what does not go back', async () => {
  const { call, world } = open('place-order:a', 'place-order:b', 'place-order:gone');
  world.closed.add('place-order:b').add('recover/place-order:b/run');
  world.started.delete('place-order:gone');
  const answer = (await call({ ...ask, body })).json();
  expect(answer).toMatchObject({
    cancelled: ['place-order:a'],
    left: [
      { saga: 'place-order:b', code: 'TOO_LATE' },
      { saga: 'place-order:gone', code: 'NOT_FOUND' },
    ],
  });
  expect(world.sent).toMatchObject([{ name: 'cancel', to: 'place-order:a' }]);
});

test('the same request again is the same act', async () => {
  const { call, world } = open('place-order:a');
  await call({ ...ask, body });
  await call({ ...ask, body });
  const [first, second] = world.revoked;
  expect(second?.jti).toBe(first?.jti);
  expect(world.sent[1]?.updateId).toBe(world.sent[0]?.updateId);
});

test.each(['carol:customer', 'vera:viewer', 'adam:admin', 'pam:payments-approver'])(
  'is not for %s',
  async (as) => {
    const { call, world } = open();
    expect((await call({ ...ask, as, body })).status).toBe(403);
    expect(world.revoked).toEqual([]);
  },
);

test('needs a reason', async () => {
  const { call, world } = open();
  expect((await call({ ...ask, body: { subject: 'ann' } })).status).toBe(400);
  expect(world.revoked).toEqual([]);
});

test.each([
  [{ kind: 'no-worker' } as const, 503, 'WORKERS_AWAY'],
  [{ kind: 'rejected', code: 'GRANT_EXPIRED', detail: 'over' } as const, 503, 'GRANT_EXPIRED'],
])('says so where nothing was revoked: %j', async (delivery, status, code) => {
  const { call, world } = open('place-order:a');
  world.delivery = delivery;
  const answer = await call({ ...ask, body });
  expect([answer.status, answer.json().code]).toEqual([status, code]);
  expect(world.sent).toEqual([]);
});
