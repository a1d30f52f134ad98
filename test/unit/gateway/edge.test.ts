import { openGateway } from './world';

describe('the edge', () => {
  test('metrics are not for people', async () => {
    const answer = await openGateway().call({ path: '/metrics', as: 'root:admin' });
    expect([answer.status, answer.json().code]).toEqual([403, 'CALLER_NOT_ALLOWED']);
  });

  test('too many requests are 429 with Retry-After, each caller counted alone', async () => {
    const { call } = openGateway({ limits: { subject: 2 } });
    const statuses = [];
    for (const as of ['ann:customer', 'ann:customer', 'ann:customer', 'bob:customer']) {
      const answer = await call({ path: '/sagas', as });
      statuses.push(answer.status);
      if (answer.status === 429) expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    }
    expect(statuses).toEqual([200, 200, 429, 200]);
  });

  test('every answer says what is left of each limit it was counted against, also one that refuses', async () => {
    const { call } = openGateway({ limits: { subject: 2, start: 1 } });
    const start = { method: 'POST', path: '/sagas/nothing', as: 'ann:customer', body: {} } as const;
    const first = await call({ ...start, key: 'k-1' });
    expect(first.headers['ratelimit-policy']).toBe('"subject";q=2;w=60, "start";q=1;w=60');
    expect(first.headers.ratelimit).toMatch(/^"subject";r=1;t=\d+, "start";r=0;t=\d+$/);
    const second = await call({ ...start, key: 'k-2' });
    expect([second.status, second.headers['ratelimit-policy']]).toEqual([429, '"start";q=1;w=60']);
    expect(second.headers.ratelimit).toMatch(/^"start";r=0;t=\d+$/);
  });

  test('whoever tries tokens out is answered 429, and nobody else at his address', async () => {
    const { call } = openGateway({ limits: { refused: 2 } });
    const statuses = [];
    for (const as of ['x', 'y', 'z', 'old:expired', 'ann:customer']) {
      statuses.push((await call({ path: '/sagas', as })).status);
    }
    expect(statuses).toEqual([401, 401, 429, 401, 200]);
    expect((await call({ path: '/openapi.json' })).status).toBe(200);
  });
});
