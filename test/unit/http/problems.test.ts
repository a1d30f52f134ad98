import { z } from 'zod';
import { createApp } from '../../../platform/http/app';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import type { Problem } from '../../../platform/http/problem';
import { problem } from '../../../platform/http/problem';
import { parseRequest, pointerOf } from '../../../platform/http/validation';
import { silentLog } from '../../../platform/runtime/log';
import { orderLines } from '../../../activities/values';
import { ask } from './in-process';

const health = createHealth();
const metrics = createMetrics({ defaults: false });
const app = createApp({
  log: silentLog,
  metrics,
  health,
  mount: (express) => {
    express.post(
      '/echo',
      (request, response) => void response.json({ got: request.body as unknown }),
    );
    express.get(
      '/things/:id',
      (request, response) => void response.json({ id: request.params.id }),
    );
    express.get('/bug', () => {
      throw new Error('password=hunter2 is wrong');
    });
    express.get('/away', () => {
      throw problem('SERVICE_UNAVAILABLE', { retryAfterSeconds: 3 });
    });
  },
});

const problemOf = (answer: Awaited<ReturnType<typeof ask>>) => {
  expect(answer.headers['content-type']).toMatch(/^application\/problem\+json/);
  expect(answer.headers['cache-control']).toBe('no-store');
  return answer.json() as unknown as ReturnType<Problem['body']>;
};

describe('problems', () => {
  test('broken JSON is BODY_NOT_JSON', async () => {
    const answer = await ask(app, { method: 'POST', path: '/echo', body: '{"a":' });
    expect(answer.status).toBe(400);
    expect(problemOf(answer)).toMatchObject({ code: 'BODY_NOT_JSON', instance: '/echo' });
  });

  test('a JSON text that is no object is BODY_NOT_JSON', async () => {
    const answer = await ask(app, { method: 'POST', path: '/echo', body: '"text"' });
    expect(problemOf(answer).code).toBe('BODY_NOT_JSON');
  });

  test('a body of 10 MB is refused by its length before it is read', async () => {
    const headers = { 'content-type': 'application/json', 'content-length': '10485760' };
    const answer = await ask(app, { method: 'POST', path: '/echo', headers });
    expect(answer.status).toBe(413);
    expect(problemOf(answer).code).toBe('BODY_TOO_LARGE');
  });

  test.each([
    ['another media type', { 'content-type': 'text/plain' }],
    ['no media type', { 'content-type': '' }],
    ['a compressed body', { 'content-encoding': 'gzip' }],
  ])('%s is MEDIA_TYPE_UNSUPPORTED', async (_name, headers) => {
    const answer = await ask(app, { method: 'POST', path: '/echo', headers, body: '{}' });
    expect(answer.status).toBe(415);
    expect(problemOf(answer).code).toBe('MEDIA_TYPE_UNSUPPORTED');
  });

  test('a body nested deeper than 16 levels is refused', async () => {
    const nested = (depth: number): string => `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`;
    const good = await ask(app, { method: 'POST', path: '/echo', body: nested(16) });
    const deep = await ask(app, { method: 'POST', path: '/echo', body: nested(17) });
    expect(good.status).toBe(200);
    expect(problemOf(deep).code).toBe('BODY_INVALID');
  });

  test('a member that names a prototype is refused with its pointer', async () => {
    const body = '{"a":{"__proto__":{"polluted":true}}}';
    const answer = await ask(app, { method: 'POST', path: '/echo', body });
    expect(problemOf(answer).errors).toEqual([
      { pointer: '/a/__proto__', code: 'UNKNOWN_FIELD', detail: 'this name is not allowed' },
    ]);
  });

  test('an unknown route is a 404 problem', async () => {
    const answer = await ask(app, { path: '/nowhere?x=1' });
    expect(answer.status).toBe(404);
    expect(problemOf(answer)).toMatchObject({
      code: 'ROUTE_UNKNOWN',
      type: '/problems/ROUTE_UNKNOWN',
      instance: '/nowhere',
      retryable: false,
    });
  });

  test('an unplanned error is a 500 that says nothing of its cause', async () => {
    const answer = await ask(app, { path: '/bug' });
    expect(answer.status).toBe(500);
    expect(answer.text).not.toContain('hunter2');
    expect(problemOf(answer).code).toBe('INTERNAL');
  });

  test('what is away is a 503 that says when to come back', async () => {
    const answer = await ask(app, { path: '/away' });
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBe('3');
    expect(problemOf(answer).retryable).toBe(true);
  });

  test('a path that cannot be decoded is PATH_INVALID', async () => {
    const answer = await ask(app, { path: '/things/%E0%A4%A' });
    expect(answer.status).toBe(400);
    expect(problemOf(answer).code).toBe('PATH_INVALID');
  });
});

describe('answers of every app', () => {
  test('carry security headers, a request id, and no trace of the framework', async () => {
    const { headers } = await ask(app, { path: '/healthz' });
    expect(headers['x-powered-by']).toBeUndefined();
    expect(headers['strict-transport-security']).toContain('max-age=');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('repeat a harmless request id and replace any other', async () => {
    const kept = await ask(app, { path: '/healthz', headers: { 'x-request-id': 'abc-12345' } });
    const replaced = await ask(app, { path: '/healthz', headers: { 'x-request-id': 'a b{}' } });
    expect(kept.headers['x-request-id']).toBe('abc-12345');
    expect(replaced.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  });

  test('another method on a known path is 405 with the list of those it has', async () => {
    const answer = await ask(app, { method: 'POST', path: '/healthz' });
    expect(answer.status).toBe(405);
    expect(answer.headers.allow).toBe('GET, HEAD');
  });

  test('readiness names what is missing and why', async () => {
    const own = createHealth();
    own.check('temporal', () => Promise.resolve());
    own.check('redis', () => Promise.reject(new Error('connect redis://user:pw@host refused')));
    expect(await own.readiness()).toEqual({
      ready: false,
      checks: {
        temporal: { ready: true },
        redis: { ready: false, reason: 'connect redis://[removed]@host refused' },
      },
    });
    own.drain();
    expect((await own.readiness()).checks).toEqual({
      process: { ready: false, reason: 'stopping' },
    });
  });

  test('a scanner adds one series, not one per path', async () => {
    for (let index = 0; index < 30; index++) await ask(app, { path: `/scan/${index}` });
    const text = await metrics.registry.metrics();
    const routes = new Set(text.match(/route="[^"]*"/g));
    expect(routes).toContain('route="unmatched"');
    expect([...routes].filter((route) => route.includes('scan'))).toEqual([]);
  });
});

describe('validation', () => {
  const schema = z.strictObject({
    orderId: z.string().regex(/^[a-z]+$/),
    lines: orderLines,
    payment: z.strictObject({ amountCents: z.int().min(1).max(100), currency: z.enum(['EUR']) }),
  });
  const good = {
    orderId: 'abc',
    lines: [{ sku: 'tea', quantity: 1 }],
    payment: { amountCents: 5, currency: 'EUR' },
  };
  const partsOf = (input: unknown): string[] => {
    try {
      parseRequest(schema, input, 'BODY_INVALID');
      return [];
    } catch (error) {
      return (error as Problem).errors.map((part) => `${part.code} ${part.pointer}`);
    }
  };

  test.each<[string, unknown, string[]]>([
    ['nothing wrong', good, []],
    ['an unknown field', { ...good, status: 'x' }, ['UNKNOWN_FIELD /status']],
    ['a missing field', { ...good, orderId: undefined }, ['FIELD_MISSING /orderId']],
    ['a wrong type', { ...good, orderId: 7 }, ['WRONG_TYPE /orderId']],
    ['an operator in place of a text', { ...good, orderId: { $gt: '' } }, ['WRONG_TYPE /orderId']],
    ['a bad id', { ...good, orderId: 'A B' }, ['FORMAT_INVALID /orderId']],
    ['no lines', { ...good, lines: [] }, ['TOO_FEW /lines']],
    [
      'the same product twice',
      { ...good, lines: [...good.lines, ...good.lines] },
      ['DUPLICATE_LINE /lines/1/sku'],
    ],
    [
      'a negative quantity',
      { ...good, lines: [{ sku: 'tea', quantity: -1 }] },
      ['TOO_SMALL /lines/0/quantity'],
    ],
    [
      'a huge amount in an unknown currency',
      { ...good, payment: { amountCents: 101, currency: 'XXX' } },
      ['TOO_LARGE /payment/amountCents', 'VALUE_UNKNOWN /payment/currency'],
    ],
    ['no body at all', undefined, ['FIELD_MISSING ']],
  ])('%s', (_name, input, expected) => {
    expect(partsOf(input)).toEqual(expected);
  });

  test('1,000 lines are one problem, not a thousand', () => {
    const lines = Array.from({ length: 1_000 }, (_, index) => ({ sku: `s${index}`, quantity: 1 }));
    expect(partsOf({ ...good, lines })).toEqual(['TOO_MANY /lines']);
  });

  test('a pointer escapes the characters it is made of', () => {
    expect(pointerOf(['a/b', '~c', 0])).toBe('/a~1b/~0c/0');
  });
});
