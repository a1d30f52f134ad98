import { pseudonymOf } from '../../../gateway/sagas/idempotency';
import { issuer, openGateway } from './world';

const id = 'place-order:abc';
const at = `/sagas/${encodeURIComponent(id)}`;
const startedAt = '2026-01-01T00:00:00.000Z';
const owner = pseudonymOf(issuer, 'ann');
const known = { sagaId: `${id}/run`, saga: 'place-order', startedAt };

/** A running saga whose row in the read model cannot be had. */
function withoutRow() {
  const opened = openGateway();
  opened.world.started.set(id, {
    ...{ ...known, workflowId: id, open: true, state: 'running' },
    memo: { requestHash: 'h', owner, businessKey: 'o-1' },
  });
  opened.world.views.set(id, {
    ...{ ...known, businessKey: 'o-1', owner, state: 'compensating', generation: 0 },
    ...{ steps: [], parked: [], awaiting: [], notes: [] },
  });
  const ask = async (path: string, as = 'ann:customer') => {
    const answer = await opened.call({ path, as });
    return [answer.status, answer.json().code ?? answer.json().source];
  };
  return { world: opened.world, ask };
}

test('a saga whose row does not open is answered by its worker, and without one by nobody', async () => {
  const { world, ask } = withoutRow();
  world.refusal = 'CIPHERTEXT_REFUSED';
  expect(await ask(at)).toEqual([200, 'workflow']);
  world.views.clear();
  expect(await ask(at)).toEqual([500, 'INTERNAL']);
  expect(await ask(at, 'bob:customer')).toEqual([404, 'NOT_FOUND']);
  delete world.refusal;
  world.away.add('read-model');
  expect(await ask(at)).toEqual([200, 'engine']);
});

test('an explanation never says that nobody acted where the row that knows does not open', async () => {
  const { world, ask } = withoutRow();
  world.refusal = 'CIPHERTEXT_REFUSED';
  expect(await ask(`${at}/explanation`)).toEqual([500, 'INTERNAL']);
  world.views.clear();
  expect(await ask(`${at}/explanation`)).toEqual([500, 'INTERNAL']);
  world.refusal = 'KEYS_UNAVAILABLE';
  expect((await ask(`${at}/explanation`))[0]).toBe(200);
});
