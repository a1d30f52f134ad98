import { createSwitches, switchLimits } from '../../../gateway/sagas/switches';
import { pseudonymOf } from '../../../gateway/sagas/idempotency';
import { silentLog } from '../../../platform/runtime/log';
import { switchTarget } from '../../../platform/saga/verbs';
import type { SwitchAnswer, SwitchRequest } from '../../../platform/saga/verbs';
import { issuer, openGateway, testGrants } from './world';

const turn = (verb: string, as = 'olga:operator', name = 'place-order') => ({
  ...{ method: 'POST', path: `/saga-types/${name}/${verb}`, as, body: { reason: 'bad release' } },
});
const order = {
  ...{ orderId: 'o-1', lines: [{ sku: 'tea', quantity: 1 }] },
  payment: { amountCents: 100, currency: 'EUR' },
};
const start = (key: string) => ({
  ...{ method: 'POST', path: '/sagas/place-order', as: 'ann:customer', key, body: order },
});

describe('the switch of a saga type', () => {
  test('is turned with a grant for exactly that, by operators alone', async () => {
    const { call, world } = openGateway();
    expect((await call(turn('stop', 'ann:customer'))).status).toBe(403);
    expect((await call(turn('stop', 'olga:operator', 'lost'))).status).toBe(404);
    expect(world.turned).toEqual([]);
    const answer = await call(turn('stop'));
    expect([answer.status, answer.json()]).toMatchObject([
      200,
      { name: 'place-order', stopped: true },
    ]);
    const [{ grant, jti, reason } = { grant: '', jti: '', reason: '' }] = world.turned as Extract<
      SwitchRequest,
      { grant: string }
    >[];
    const act = { verb: 'stop', workflowId: switchTarget('place-order'), jti, reason } as const;
    const person = await (await testGrants()).verify(grant, act);
    expect(person).toEqual({ actor: pseudonymOf(issuer, 'olga'), roles: ['operator'] });
    await expect((await testGrants()).verify(grant, { ...act, verb: 'resume' })).rejects.toThrow();
  });

  test('stops starts with who and why, lets repeats through, and lets them start again', async () => {
    const { call, world } = openGateway();
    expect((await call(start('k1'))).status).toBe(202);
    await call(turn('stop'));
    const stopped = await call(start('k2'));
    expect([stopped.status, stopped.json().code]).toEqual([503, 'SAGA_TYPE_STOPPED']);
    expect(stopped.json().detail).toContain('bad release');
    expect(stopped.headers['retry-after']).toBe('60');
    expect(world.started.size).toBe(1);
    expect((await call(start('k1'))).headers['idempotent-replayed']).toBe('true');
    const types = (await call({ path: '/saga-types', as: 'ann:customer' })).json() as object;
    expect(types).toMatchObject({
      types: expect.arrayContaining([
        expect.objectContaining({ name: 'place-order', stopped: true, reason: 'bad release' }),
        expect.objectContaining({ name: 'return-order', stopped: false }),
      ]) as object,
    });
    await call(turn('resume'));
    expect((await call(start('k2'))).status).toBe(202);
  });

  test.each([
    ['no-worker', { kind: 'no-worker' }, 503, 'WORKERS_AWAY'],
    ['refused', { kind: 'rejected', code: 'ROLE_MISSING', detail: 'x' }, 403, 'ROLE_MISSING'],
  ] as const)('that cannot be turned says so: %s', async (_name, delivery, status, code) => {
    const { call, world } = openGateway();
    world.delivery = delivery;
    const answer = await call(turn('stop'));
    expect([answer.status, answer.json().code]).toEqual([status, code]);
  });
});

describe('reading the switches', () => {
  const stopped = { saga: 's', stopped: true, actor: 'p', reason: 'r', since: 't' };

  function opened() {
    const state = { asked: 0, now: 0, answer: { switches: [stopped] } as SwitchAnswer | Error };
    const engine = {
      lastSwitch: () => {
        state.asked += 1;
        const { answer } = state;
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer);
      },
      turnSwitch: () => Promise.resolve({ kind: 'closed' } as const),
    };
    return { state, switches: createSwitches(engine, { log: silentLog, now: () => state.now }) };
  }

  test('is asked once in 2 s, and at once after a turn', async () => {
    const { state, switches } = opened();
    await Promise.allSettled([switches.assertOpen('s'), switches.assertOpen('s')]);
    expect(state.asked).toBe(1);
    await switches.turn({});
    await expect(switches.assertOpen('s')).rejects.toMatchObject({ code: 'SAGA_TYPE_STOPPED' });
    expect(state.asked).toBe(2);
    state.now = switchLimits.freshMs;
    await expect(switches.assertOpen('s')).rejects.toMatchObject({ code: 'SAGA_TYPE_STOPPED' });
    expect(state.asked).toBe(3);
  });

  test('that fails leaves what was known, and starts go on where nothing ever was', async () => {
    const { state, switches } = opened();
    await expect(switches.assertOpen('s')).rejects.toMatchObject({ code: 'SAGA_TYPE_STOPPED' });
    state.answer = new Error('away');
    state.now = switchLimits.freshMs;
    await expect(switches.assertOpen('s')).rejects.toMatchObject({ code: 'SAGA_TYPE_STOPPED' });
    const fresh = opened();
    fresh.state.answer = new Error('away');
    await fresh.switches.assertOpen('s');
  });
});
