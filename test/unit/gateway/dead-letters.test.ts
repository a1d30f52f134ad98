import { deadLetterOperations } from '../../../gateway/routes/dead-letters';
import { problemPages } from '../../../gateway/problems';
import type { Operation } from '../../../platform/security/operations';
import { letterOperations } from '../../../projections/letters/operations';
import { openGateway } from './world';

const operations = Object.entries<Operation>(deadLetterOperations);
const pathOf = ({ path }: Operation) => path.replace(':id', '17').replace(':group', '5f1c0a9d22e1');
const bodyOf = ({ path, method }: Operation) => {
  if (method === 'GET') return undefined;
  return { reason: 'x', ...(path.endsWith('/edit') ? { payload: { orderId: 'o-1' } } : {}) };
};

describe.each(operations)('%s', (_name, operation) => {
  const call = (as: string, key?: string) => {
    const { call, world } = openGateway();
    world.answer = () => ({
      ...{ status: 200, body: '{"ok":true}' },
      headers: { 'content-type': 'application/json', 'idempotent-replayed': 'true' },
    });
    const { method } = operation;
    const body = bodyOf(operation);
    const told = { ...(body ? { body } : {}), ...(key === undefined ? {} : { key }) };
    return call({ method, path: pathOf(operation), as, ...told }).then((answer) => ({
      answer,
      world,
    }));
  };

  test('is passed on to the projector for operators, with their token and key', async () => {
    const { answer, world } = await call('olga:operator', 'k-1');
    expect([answer.status, answer.json()]).toEqual([200, { ok: true }]);
    expect(answer.headers['idempotent-replayed']).toBe('true');
    const [asked] = world.asked;
    expect(asked?.service).toBe('projector');
    expect(asked?.request).toMatchObject({ token: 'olga:operator', method: operation.method });
    expect(asked?.request.path.split('?')[0]).toBe(pathOf(operation));
    expect(asked?.request.headers).toMatchObject({ 'idempotency-key': 'k-1' });
  });

  test.each(['ann:customer', 'vic:viewer', 'adam:admin', 'pam:payments-approver'])(
    'is refused to %s',
    async (as) => {
      const { answer, world } = await call(as);
      expect([answer.status, answer.json().code]).toEqual([403, 'ROLE_MISSING']);
      expect(world.asked).toEqual([]);
    },
  );

  test('is the gateway’s alone to ask, and its every problem has a page', () => {
    const own = letterOperations[_name as keyof typeof letterOperations] as Operation;
    expect(own.callers).toEqual(['gateway']);
    expect(own.roles).toEqual(['operator']);
    for (const code of operation.problems ?? []) expect(problemPages).toHaveProperty(code);
  });
});

test('an act needs a reason, a dry run does not', async () => {
  const { call } = openGateway();
  const retry = (body: object) =>
    call({ method: 'POST', path: '/dead-letters/1/retry', as: 'olga:operator', body });
  expect((await retry({})).json()).toMatchObject({
    ...{ code: 'BODY_INVALID', errors: [{ pointer: '/reason' }] },
  });
  expect((await retry({ dryRun: true })).json().code).not.toBe('BODY_INVALID');
});
