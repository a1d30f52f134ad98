import { isHeld, tagOf } from '../../../platform/http/etag';
import { gatewayOperations } from '../../../gateway/server';
import type { Operation } from '../../../platform/security/operations';
import { at, id, row, withSaga } from '../gateway/one-saga';

test('the tag of an answer is that of its content, not of when and how it was found', () => {
  const saga = { state: 'running', steps: [{ name: 'pay', status: 'done' }] };
  const tag = tagOf(saga);
  expect(tag).toMatch(/^"[\w-]{22}"$/);
  expect(tagOf({ links: {}, asOf: 'now', source: 'engine', ...saga, reason: undefined })).toBe(tag);
  expect(tagOf({ steps: saga.steps, state: saga.state })).toBe(tag);
  expect(tagOf({ ...saga, state: 'parked' })).not.toBe(tag);
});

test.each([
  ['"a"', true],
  ['W/"a"', true],
  ['"b", "a"', true],
  ['*', true],
  ['"b"', false],
  ['a', false],
  [undefined, false],
])('If-None-Match %s: held %s', (header, held) => {
  expect(isHeld(header, '"a"')).toBe(held);
});

describe('a saga that is looked at', () => {
  const path = `/sagas/${at}`;
  const as = 'ann:customer';

  test('is 304 without a body for who has it, and whole again when it has changed', async () => {
    const { call, world } = withSaga();
    world.rows.set(id, row('completed'));
    const first = await call({ path, as });
    const { etag = '' } = first.headers;
    expect(first.headers['cache-control']).toBe('private, no-cache');
    const headers = { 'if-none-match': etag };
    const again = await call({ path, as, headers });
    expect([again.status, again.text, again.headers.etag]).toEqual([304, '', etag]);
    world.rows.set(id, row('compensated'));
    const changed = await call({ path, as, headers });
    expect([changed.status, changed.json().state]).toEqual([200, 'compensated']);
    expect(changed.headers.etag).not.toBe(etag);
  });

  test('is no more there for somebody else who knows its tag', async () => {
    const { call, world } = withSaga();
    world.rows.set(id, row('completed'));
    const { etag = '' } = (await call({ path, as })).headers;
    const answer = await call({ path, as: 'bob:customer', headers: { 'if-none-match': etag } });
    expect([answer.status, answer.headers.etag]).toEqual([404, undefined]);
  });
});

test('nobody may keep what belongs to a person, a problem, or what is not said to be fresh', async () => {
  const tables = Object.entries<Operation>(gatewayOperations);
  const fresh = tables.filter(([, { fresh: isFresh }]) => isFresh !== undefined);
  expect(fresh.length).toBeGreaterThan(5);
  expect(fresh.filter(([, { personal, owner }]) => personal ?? owner)).toEqual([]);
  expect(
    fresh.filter(([, { fresh: how, roles }]) => how === 'public' && roles !== 'anyone'),
  ).toEqual([]);
  const { call } = withSaga();
  for (const path of ['/sagas', '/orders/o-1', '/sagas/nothing', '/nowhere']) {
    const answer = await call({ path, as: 'ann:customer' });
    expect([path, answer.headers['cache-control'], answer.headers.etag]).toEqual([
      path,
      'no-store',
      undefined,
    ]);
  }
});
