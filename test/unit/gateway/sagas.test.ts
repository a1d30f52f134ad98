import type { Delivery, SagaDescription } from '../../../gateway/sagas/engine';
import { pseudonymOf } from '../../../gateway/sagas/idempotency';
import type { SignedVerb } from '../../../platform/saga/verbs';
import { at, id, row, view, withSaga } from './one-saga';
import { issuer, openGateway, testGrants } from './world';

describe('looking at a saga', () => {
  test('right after its start, before anybody worked on it, it is starting', async () => {
    const { call } = withSaga();
    const answer = await call({ path: `/sagas/${at}`, as: 'ann:customer' });
    expect(answer.json()).toMatchObject({ id, state: 'starting', source: 'engine' });
  });

  test('a running one is asked itself', async () => {
    const { call, world } = withSaga();
    world.views.set(id, view('compensating'));
    world.rows.set(id, row('running'));
    const answer = await call({ path: `/sagas/${at}`, as: 'ann:customer' });
    expect(answer.json()).toMatchObject({ state: 'compensating', source: 'workflow' });
  });

  test('one that Temporal has forgotten is asked through its recovery', async () => {
    const { call, world } = openGateway();
    world.rows.set(id, row('running'));
    world.views.set(`recover/${id}/run`, { ...view('parked'), generation: 1 });
    const answer = await call({ path: `/sagas/${at}`, as: 'ann:customer' });
    expect(answer.json()).toMatchObject({ id, state: 'parked', generation: 1, source: 'workflow' });
    const told = await call({ path: `/sagas/${at}/explanation`, as: 'ann:customer' });
    expect(told.json()).toMatchObject({ id, state: 'parked' });
    const foreign = await call({ path: `/sagas/${at}`, as: 'bob:customer' });
    expect(foreign.status).toBe(404);
  });

  test('one that was ended from outside is asked through its recovery, or else itself', async () => {
    const { call, world } = withSaga();
    const described = world.started.get(id) as SagaDescription;
    world.started.set(id, { ...described, open: false });
    world.views.set(id, view('running'));
    const before = await call({ path: `/sagas/${at}`, as: 'ann:customer' });
    expect(before.json()).toMatchObject({ state: 'running', source: 'workflow' });
    world.views.set(`recover/${id}/run`, view('parked'));
    const after = await call({ path: `/sagas/${at}`, as: 'ann:customer' });
    expect(after.json()).toMatchObject({ state: 'parked', source: 'workflow' });
  });

  test('an ended one is read from the journal, without its request hash', async () => {
    const { call, world } = withSaga();
    world.rows.set(id, row('completed'));
    const answer = await call({ path: `/sagas/${at}`, as: 'ann:customer' });
    expect(answer.json()).toMatchObject({
      id,
      state: 'completed',
      source: 'read-model',
      asOf: 'then',
    });
    expect(answer.text).not.toContain('requestHash');
  });

  test('one that is waited for is answered with its end, as soon as it has ended', async () => {
    const { call, world } = withSaga();
    world.views.set(id, view('running'));
    world.onWaited = () => world.rows.set(id, row('completed'));
    const headers = { prefer: 'wait=10' };
    const foreign = await call({ path: `/sagas/${at}`, as: 'bob:customer', headers });
    expect([foreign.status, world.waited]).toEqual([404, []]);
    const waited = await call({ path: `/sagas/${at}`, as: 'ann:customer', headers });
    expect(waited.json()).toMatchObject({ state: 'completed', source: 'read-model' });
    expect(waited.headers['preference-applied']).toBe('wait=10');
    const again = await call({ path: `/sagas/${at}`, as: 'ann:customer', headers });
    expect(again.json()).toMatchObject({ state: 'completed' });
    expect(world.waited).toEqual([[id, 10_000]]);
  });

  test('without Temporal the journal still answers, without both it is a 503 and not a 404', async () => {
    const { call, world } = withSaga();
    world.away.add('engine');
    world.rows.set(id, row('running'));
    const known = await call({ path: `/sagas/${at}`, as: 'ann:customer' });
    expect(known.json()).toMatchObject({ state: 'running', source: 'read-model' });
    world.away.add('read-model');
    expect((await call({ path: `/sagas/${at}`, as: 'ann:customer' })).status).toBe(503);
  });

  test('a foreign one is answered exactly like a missing one', async () => {
    const { call } = withSaga();
    const withoutIds = (text: string) =>
      text.replace(/"requestId":"[^"]*"/, '').replace(/"instance":"[^"]*"/, '');
    const foreign = await call({ path: `/sagas/${at}`, as: 'bob:customer' });
    const missing = await call({ path: '/sagas/place-order%3Anone', as: 'bob:customer' });
    expect([foreign.status, missing.status]).toEqual([404, 404]);
    expect(withoutIds(foreign.text)).toBe(withoutIds(missing.text));
  });

  test.each(['operator', 'admin', 'viewer', 'payments-approver'])(
    'the role %s sees those of everybody',
    async (role) => {
      const { call } = withSaga();
      expect((await call({ path: `/sagas/${at}`, as: `x:${role}` })).status).toBe(200);
    },
  );

  test('a list holds the sagas of the caller, or all for those who see all', async () => {
    const { call, world } = withSaga();
    world.rows.set(id, row('running'));
    const list = async (as: string) =>
      ((await call({ path: '/sagas', as })).json() as { sagas: unknown[] }).sagas.length;
    expect([
      await list('ann:customer'),
      await list('bob:customer'),
      await list('x:viewer'),
    ]).toEqual([1, 0, 1]);
  });
});

describe('verbs', () => {
  const post = (path: string, as: string, body?: object, key?: string) => ({
    method: 'POST',
    path: `/sagas/${at}/${path}`,
    as,
    body,
    ...(key === undefined ? {} : { key }),
  });

  test('the owner cancels, under a pseudonym', async () => {
    const { call, world } = withSaga();
    const answer = await call(post('cancel', 'ann:customer', { reason: 'changed my mind' }));
    expect([answer.status, answer.json()]).toEqual([202, { answer: 'accepted' }]);
    const [sent] = world.sent;
    const { grant, jti, reason } = sent?.argument as SignedVerb;
    expect([sent?.name, reason]).toEqual(['cancel', 'changed my mind']);
    const act = { verb: 'cancel', workflowId: id, jti, reason } as const;
    const { actor } = await (await testGrants()).verify(grant, act);
    expect(actor).toBe(pseudonymOf(issuer, 'ann'));
  });

  test('a cancel needs no body', async () => {
    const { call } = withSaga();
    expect((await call(post('cancel', 'ann:customer'))).status).toBe(202);
  });

  test('a cancel by a stranger is a 404 and reaches nobody', async () => {
    const { call, world } = withSaga();
    expect((await call(post('cancel', 'bob:customer', { reason: 'x' }))).status).toBe(404);
    expect(world.sent).toEqual([]);
  });

  test.each<[string, string, object]>([
    ['retry', 'customer', { reason: 'x' }],
    ['skip', 'admin', { reason: 'x' }],
    ['decide', 'operator', { step: 's', approved: true, reason: 'x' }],
  ])('%s is not for the role %s', async (verb, role, body) => {
    const { call, world } = withSaga();
    expect((await call(post(verb, `ann:${role}`, body))).status).toBe(403);
    expect(world.sent).toEqual([]);
  });

  test('an operator must say why', async () => {
    const { call } = withSaga();
    const answer = await call(post('retry', 'olga:operator', { step: 'capture' }));
    expect([answer.status, answer.json().code]).toEqual([400, 'BODY_INVALID']);
  });

  test('an approver decides', async () => {
    const { call, world } = withSaga();
    const body = { step: 'review', approved: false, reason: 'too much' };
    expect((await call(post('decide', 'pam:payments-approver', body))).status).toBe(202);
    expect(world.sent[0]?.argument).toMatchObject(body);
  });

  test('a repeat under the same key is the same update', async () => {
    const { call, world } = withSaga();
    for (const key of ['k', 'k', 'l']) await call(post('cancel', 'ann:customer', undefined, key));
    const [first, second, third] = world.sent.map(({ updateId }) => updateId);
    expect(first).toBe(second);
    expect(third).not.toBe(first);
  });

  test.each<[Delivery, number, string]>([
    [{ kind: 'answered', answer: 'too late' }, 409, 'TOO_LATE'],
    [{ kind: 'closed' }, 409, 'TOO_LATE'],
    [{ kind: 'no-worker' }, 503, 'WORKERS_AWAY'],
    [{ kind: 'rejected', code: 'NOT_PARKED', detail: 'x' }, 409, 'NOT_PARKED'],
    [{ kind: 'rejected', code: 'ROLE_MISSING', detail: 'x' }, 403, 'ROLE_MISSING'],
  ])('%j is answered %d %s', async (delivery, status, code) => {
    const { call, world } = withSaga();
    world.delivery = delivery;
    const answer = await call(post('cancel', 'ann:customer'));
    expect([answer.status, answer.json().code]).toEqual([status, code]);
    if (status === 503) expect(answer.headers['retry-after']).toBe('5');
  });
});
