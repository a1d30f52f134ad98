import { pseudonymOf } from '../../../gateway/sagas/idempotency';
import type { SagaView } from '../../../platform/saga/wire';
import { at, id, row, view, withSaga } from './one-saga';
import { issuer } from './world';

describe('finding and explaining', () => {
  const hex = (subject: string) => pseudonymOf(issuer, subject);

  test('a list is asked of the read model as it was asked of us, times in UTC', async () => {
    const { call, world } = withSaga();
    const query =
      'state=parked&parkedReason=CARRIER_AWAY&step=ship%20stock&businessKey=order%207' +
      '&startedAfter=2026-01-01T01:00:00%2B01:00&finishedBefore=2026-01-02T00:00:00Z';
    expect((await call({ path: `/sagas?${query}`, as: 'olga:operator' })).status).toBe(200);
    expect(world.searched).toEqual([
      {
        ...{ state: 'parked', parkedReason: 'CARRIER_AWAY', step: 'ship stock', limit: 20 },
        businessKey: 'order 7',
        startedAfter: '2026-01-01T00:00:00.000Z',
        finishedBefore: '2026-01-02T00:00:00.000Z',
      },
    ]);
  });

  test('the sagas of others are none for a customer, and whoever reads all may name an owner', async () => {
    const { call, world } = withSaga();
    const foreign = `/sagas?owner=${hex('ann')}`;
    expect((await call({ path: foreign, as: 'bob:customer' })).status).toBe(404);
    expect(world.searched).toEqual([]);
    expect((await call({ path: foreign, as: 'ann:customer' })).status).toBe(200);
    expect((await call({ path: foreign, as: 'olga:operator' })).status).toBe(200);
    await call({ path: '/sagas', as: 'bob:customer' });
    expect(world.searched.map(({ owner }) => owner)).toEqual([
      ...[hex('ann'), hex('ann'), hex('bob')],
    ]);
  });

  test.each([
    'startedAfter=yesterday',
    'finishedAfter=tomorrow',
    'businessKey=',
    'state=lost',
    'owner=ann',
    'parkedReason=x%27',
    'limit=101',
  ])('the filter %s is refused', async (query) => {
    const answer = await withSaga().call({ path: `/sagas?${query}`, as: 'olga:operator' });
    expect([answer.status, answer.json().code]).toEqual([400, 'QUERY_INVALID']);
  });

  const parked = {
    ...{ step: 'ship stock', direction: 'forward' as const, reason: 'CARRIER_AWAY', since: 'then' },
    condition: 'nothing-stands' as const,
  };
  const acts = [{ verb: 'retry', actor: 'p', reason: 'again', at: 'then' }];

  test('an explanation joins what the saga says of itself with who acted by the journal', async () => {
    const { call, world } = withSaga();
    const verbs = ['retry' as const];
    const told: object = { ...view('parked'), parked: [{ ...parked, verbs }] };
    world.views.set(id, told as SagaView);
    world.rows.set(id, { ...row('parked'), acts });
    const answer = await call({ path: `/sagas/${at}/explanation`, as: 'olga:operator' });
    expect(answer.json()).toMatchObject({
      ...{ id, state: 'parked', acts: ['then p did retry: again'] },
      parked: [{ step: 'ship stock', options: [{ verb: 'retry' }], optionsAreCertain: true }],
    });
    expect((await call({ path: `/sagas/${at}/explanation`, as: 'bob:customer' })).status).toBe(404);
  });

  test('without a worker the journal alone explains, without both the engine’s own record', async () => {
    const { call, world } = withSaga();
    world.rows.set(id, { ...row('parked'), parked: [parked], acts });
    const answer = await call({ path: `/sagas/${at}/explanation`, as: 'olga:operator' });
    expect(answer.json()).toMatchObject({ parked: [{ optionsAreCertain: false }] });
    world.away.add('read-model');
    const bare = await call({ path: `/sagas/${at}/explanation`, as: 'olga:operator' });
    expect(bare.json()).toMatchObject({ id, state: 'running', parked: [] });
  });
});
