import { pseudonymOf, requestHashOf, workflowIdOf } from '../../../gateway/sagas/idempotency';
import { preferredWaitSeconds } from '../../../gateway/sagas/patience';
import { valuesAt } from '../../../gateway/sagas/request';
import { placeOrderContract } from '../../../workflows/place-order.contract';
import { issuer, openGateway } from './world';

const order = {
  orderId: 'o-1',
  lines: [{ sku: 'tea', quantity: 1 }],
  payment: { amountCents: 500, currency: 'EUR' },
};
const path = '/sagas/place-order';
const start = { method: 'POST', path, as: 'ann:customer', key: 'k-1', body: order } as const;

describe('starting a saga', () => {
  test('is 202 with a place to look, and carries the pseudonym, never the person', async () => {
    const { call, world } = openGateway();
    const answer = await call(start);
    expect(answer.status).toBe(202);
    const { id, links } = answer.json() as { id: string; links: { self: string } };
    expect(answer.headers.location).toBe(links.self);
    expect(decodeURIComponent(links.self)).toBe(`/sagas/${id}`);
    const started = world.started.get(id);
    expect(started?.memo).toEqual({
      businessKey: 'o-1',
      owner: pseudonymOf(issuer, 'ann'),
      requestHash: requestHashOf({ ...order, customerId: 'ann' }),
    });
    expect(JSON.stringify(started)).not.toContain('ann');
  });

  test('makes what was cached of its order be forgotten, and leaves other orders alone', async () => {
    const { call } = openGateway();
    const from = async () =>
      (await call({ path: '/orders/o-1', as: 'ann:customer' })).headers['x-cache'];
    expect([await from(), await from()]).toEqual(['miss', 'hit']);
    const other = { ...start, key: 'k-2', body: { ...order, orderId: 'o-2' } };
    expect([(await call(other)).status, await from()]).toEqual([202, 'hit']);
    expect([(await call(start)).status, await from()]).toEqual([202, 'miss']);
  });

  test('grants the saga what its contract names, to the pseudonym and for this input alone', async () => {
    const { call, world } = openGateway();
    const { id } = (await call(start)).json() as { id: string };
    const minute = 60_000;
    const { deadlineMs, frozenMs = 0 } = placeOrderContract;
    const [grant] = world.granted;
    expect(grant).toMatchObject({
      ...{ subject: pseudonymOf(issuer, 'ann'), roles: ['customer'], saga: 'place-order' },
      workflowId: id,
      commands: { 'place-order': expect.arrayContaining(['payments.capture']) as string[] },
      inputHash: requestHashOf({ ...order, customerId: 'ann' }),
    });
    const livesMs = (grant?.expiresAtMs ?? 0) - (grant?.issuedAtMs ?? 0);
    expect(livesMs).toBe(deadlineMs + frozenMs + 24 * 60 * minute);
    expect(world.grants).toHaveLength(1);
    expect(Buffer.from(world.grants[0] ?? []).includes(pseudonymOf(issuer, 'ann'))).toBe(false);
  });

  test('a caller may give it less time than its contract has, and never more', async () => {
    const { call, world } = openGateway();
    const within = (seconds: string, key: string) =>
      call({ ...start, key, headers: { 'x-saga-deadline': seconds } });
    const lives = (index: number) => {
      const { issuedAtMs = 0, expiresAtMs = 0 } = world.granted[index] ?? {};
      return expiresAtMs - issuedAtMs;
    };
    expect((await within('60', 'k-2')).status).toBe(202);
    expect((await within('900', 'k-3')).status).toBe(202);
    // A grant ends with its saga, whatever that was given.
    expect(lives(1) - lives(0)).toBe(placeOrderContract.deadlineMs - 60_000);
    for (const wrong of ['901', '0', '1.5', '-1', 'soon']) {
      const answer = await within(wrong, `k-${wrong}`);
      expect([wrong, answer.status, answer.json().code]).toEqual([
        ...[wrong, 400, 'SAGA_DEADLINE_INVALID'],
      ]);
    }
    expect(world.started.size).toBe(2);
  });

  test('starts nothing while no key is there to seal its grant with', async () => {
    const { call, world } = openGateway({ areGrantKeysAway: true });
    const answer = await call(start);
    expect([answer.status, answer.json().code]).toEqual([503, 'KEYS_UNAVAILABLE']);
    expect(answer.headers['retry-after']).toBe('2');
    expect(world.started.size).toBe(0);
  });

  test('the same key and body get the same answer, marked as replayed', async () => {
    const { call, world } = openGateway();
    const first = await call(start);
    const { lines, payment, orderId } = order;
    const again = await call({ ...start, body: { payment, lines, orderId } });
    expect(again.status).toBe(202);
    expect([first.headers['idempotent-replayed'], again.headers['idempotent-replayed']]).toEqual([
      undefined,
      'true',
    ]);
    expect(again.text).toBe(first.text);
    expect(world.started.size).toBe(1);
  });

  test('the same key with another body is refused, and starts nothing', async () => {
    const { call, world } = openGateway();
    await call(start);
    const answer = await call({ ...start, body: { ...order, orderId: 'o-2' } });
    expect(answer.status).toBe(422);
    expect(answer.json().code).toBe('IDEMPOTENCY_KEY_REUSED');
    expect(world.started.size).toBe(1);
  });

  test('of a child by itself is refused, whoever asks', async () => {
    const { call, world } = openGateway();
    const answer = await call({ ...start, path: '/sagas/order-lots', as: 'adam:admin' });
    expect([answer.status, answer.json().code]).toEqual([404, 'SAGA_UNKNOWN']);
    expect(world.started.size).toBe(0);
  });

  test('looks up what a request names often only once', async () => {
    const { call, world } = openGateway();
    const lot = (orderId: string) => ({ orderId, lines: order.lines, amountCents: 500 });
    const body = { orderId: 'b-1', currency: 'EUR', lots: [lot('l-1'), lot('l-2'), lot('l-3')] };
    const answer = await call({ ...start, path: '/sagas/bulk-order', body });
    expect([answer.status, world.asked.length]).toEqual([202, 1]);
  });

  test('a repeat is answered although what it named is gone or cannot be asked for', async () => {
    const { call, world } = openGateway();
    await call(start);
    world.products.clear();
    expect((await call(start)).headers['idempotent-replayed']).toBe('true');
    world.away.add('services');
    expect((await call(start)).headers['idempotent-replayed']).toBe('true');
  });

  test('a key that Temporal forgot is still known to the journal', async () => {
    const { call, world } = openGateway();
    const { id } = (await call(start)).json() as { id: string };
    const memo = world.started.get(id)?.memo;
    world.started.clear();
    const row = { ...memo, workflowId: id, sagaId: `${id}/r`, saga: 'place-order', asOf: '' };
    const story = { state: 'completed', steps: [], parked: [], acts: [], incomplete: false };
    world.rows.set(id, { ...row, ...story });
    expect((await call(start)).headers['idempotent-replayed']).toBe('true');
    expect((await call({ ...start, body: { ...order, orderId: 'x' } })).status).toBe(422);
    expect(world.started.size).toBe(0);
  });

  test('two people may use the same key', async () => {
    const { call, world } = openGateway();
    await call(start);
    const other = await call({ ...start, as: 'bob:customer' });
    expect(other.headers['idempotent-replayed']).toBeUndefined();
    expect(world.started.size).toBe(2);
  });

  test.each([
    ['no key', undefined, 'IDEMPOTENCY_KEY_MISSING'],
    ['a key with spaces', 'a b', 'IDEMPOTENCY_KEY_INVALID'],
    ['a key of 256 characters', 'x'.repeat(256), 'IDEMPOTENCY_KEY_INVALID'],
  ])('%s is refused', async (_name, key, code) => {
    const keyless = { method: 'POST', path, as: 'ann:customer', body: order };
    const answer = await openGateway().call(key === undefined ? keyless : { ...keyless, key });
    expect([answer.status, answer.json().code]).toEqual([400, code]);
  });

  test('an unknown saga is SAGA_UNKNOWN, a role that may not start it is ROLE_MISSING', async () => {
    const { call } = openGateway();
    const unknown = await call({ ...start, path: '/sagas/teleport' });
    expect([unknown.status, unknown.json().code]).toEqual([404, 'SAGA_UNKNOWN']);
    const viewer = await call({ ...start, as: 'vic:viewer' });
    expect([viewer.status, viewer.json().code]).toEqual([403, 'ROLE_MISSING']);
  });

  test('speaking for somebody else is refused with a pointer', async () => {
    const { call, world } = openGateway();
    const answer = await call({ ...start, body: { ...order, customerId: 'bob' } });
    expect(answer.status).toBe(422);
    expect(answer.json().errors).toMatchObject([
      { pointer: '/customerId', code: 'CALLER_MISMATCH' },
    ]);
    expect(world.started.size).toBe(0);
  });

  test.each<[string, object, string, string]>([
    [
      'an unknown product',
      { lines: [{ sku: 'no', quantity: 1 }] },
      'UNKNOWN_PRODUCT',
      '/lines/0/sku',
    ],
    [
      'another currency than the product has',
      { payment: { amountCents: 500, currency: 'USD' } },
      'CURRENCY_MISMATCH',
      '/payment/currency',
    ],
  ])('%s is a 422 with a pointer, and starts nothing', async (_name, change, code, pointer) => {
    const { call, world } = openGateway();
    const answer = await call({ ...start, body: { ...order, ...change } });
    expect([answer.status, answer.json().code]).toEqual([422, code]);
    expect(answer.json().errors).toMatchObject([{ pointer, code }]);
    expect(world.started.size).toBe(0);
  });

  test.each(['engine', 'services'] as const)(
    '%s away is 503 with Retry-After, nothing written',
    async (part) => {
      const { call, world } = openGateway();
      world.away.add(part);
      const answer = await call(start);
      expect(answer.status).toBe(503);
      expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
      expect(world.started.size).toBe(0);
    },
  );

  test('the read model away does not keep a saga from starting', async () => {
    const { call, world } = openGateway();
    world.away.add('read-model');
    expect((await call(start)).status).toBe(202);
  });

  test('references are looked up with the token of the caller', async () => {
    const { call, world } = openGateway();
    await call(start);
    expect(world.asked).toMatchObject([
      { service: 'inventory', request: { path: '/products/tea', token: 'ann:customer' } },
    ]);
  });
});

describe('ids and preferences', () => {
  test('a workflow id says nothing of the person, and its parts cannot run into each other', () => {
    const id = workflowIdOf('s', { issuer: 'i', subject: 'ab', key: 'c' });
    expect(id).toMatch(/^s:[0-9a-f]{32}$/);
    expect(id).not.toBe(workflowIdOf('s', { issuer: 'i', subject: 'a', key: 'bc' }));
    expect(id).not.toBe(workflowIdOf('s', { issuer: 'j', subject: 'ab', key: 'c' }));
  });

  test.each<[string | undefined, number]>([
    [undefined, 0],
    ['wait=5', 5],
    ['respond-async, wait=7', 7],
    ['wait=999', 10],
    ['wait="3"; foo', 3],
    ['nowait=3', 0],
    ['wait=-1', 0],
  ])('Prefer: %s waits %d s', (header, seconds) => {
    expect(preferredWaitSeconds(header)).toBe(seconds);
  });

  test('a star in a pointer means every item', () => {
    expect(valuesAt({ lines: [{ sku: 'a' }, { sku: 'b' }, {}] }, '/lines/*/sku')).toEqual([
      { pointer: '/lines/0/sku', value: 'a' },
      { pointer: '/lines/1/sku', value: 'b' },
    ]);
  });
});
