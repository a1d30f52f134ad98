import { createServer } from 'node:http';
import { duplexPair } from 'node:stream';
import type { Express } from 'express';
import { createApp } from '../../../platform/http/app';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { createAdmission, shedding, sheddingLimits } from '../../../platform/http/shedding';
import type { Admitted } from '../../../platform/http/shedding';
import { priorityOf } from '../../../gateway/priority';
import { silentLog } from '../../../platform/runtime/log';
import { ask } from './in-process';

/** Admission with a clock and an event loop of its own. */
function rehearse(atOnceMax = 1_000) {
  const clock = { ms: 0, lagMs: 0 };
  const admission = createAdmission({
    atOnceMax,
    lagMs: () => clock.lagMs,
    now: () => clock.ms,
  });
  // What came before the first request is not looked at.
  admission.admit('act')?.release(false);
  const fill = (priority: 'start' | 'read' | 'act'): Admitted[] => {
    const letIn: Admitted[] = [];
    for (let next = admission.admit(priority); next; next = admission.admit(priority)) {
      letIn.push(next);
    }
    return letIn;
  };
  const pass = (ticks = 1) => void (clock.ms += ticks * sheddingLimits.tickMs);
  /** One tick later, so that what was measured is looked at. */
  const limitNow = () => {
    admission.admit('act')?.release(false);
    return admission.state().limit;
  };
  return { clock, admission, fill, pass, limitNow };
}

describe('how many are let in', () => {
  test('starts fill eight tenths, reads nine, and what is done to a saga all of it', () => {
    const { fill } = rehearse();
    expect([fill('start'), fill('read'), fill('act')].map(({ length }) => length)).toEqual([
      ...[800, 100, 100],
    ]);
  });

  test('a place is given back once, however often its request ends', () => {
    const { admission, fill } = rehearse();
    const [first] = fill('act');
    first?.release(true);
    first?.release(true);
    expect(admission.state().atOnce).toBe(999);
  });

  test('fewer while the event loop is late, never less than a crowd, and more again by small steps', () => {
    const { clock, pass, limitNow } = rehearse();
    clock.lagMs = 201;
    pass();
    expect(limitNow()).toBe(800);
    pass();
    expect(limitNow()).toBe(640);
    for (let turn = 0; turn < 20; turn += 1) {
      pass();
      limitNow();
    }
    expect(limitNow()).toBe(sheddingLimits.atOnceMin);
    clock.lagMs = 0;
    pass();
    expect(limitNow()).toBe(sheddingLimits.atOnceMin + sheddingLimits.regain);
    pass(1_000);
    expect(limitNow()).toBe(1_000);
  });

  test.each([
    [1, 1_000],
    [2, 800],
  ])('when %i of ten answers took a second: %i', (slow, limit) => {
    const { clock, admission, pass, limitNow } = rehearse();
    const all = Array.from({ length: 10 }, () => admission.admit('read'));
    all.slice(slow).forEach((one) => one?.release(true));
    clock.ms += 200;
    clock.ms += sheddingLimits.slowMs;
    all.slice(0, slow).forEach((one) => one?.release(true));
    pass();
    expect(limitNow()).toBe(limit);
  });
});

test.each([
  ['GET', '/sagas', 'read'],
  ['HEAD', '/orders/o-1', 'read'],
  ['POST', '/sagas/place-order', 'start'],
  ['POST', '/sagas/place-order:x/cancel', 'act'],
  ['POST', '/sagas/bulk', 'act'],
  ['POST', '/sagas/revocations', 'act'],
  ['DELETE', '/sagas/bulk/1', 'act'],
  ['POST', '/products', 'act'],
])('%s %s is a %s', (method, path, priority) => {
  expect(priorityOf({ method, path })).toBe(priority);
});

/** Answers that were given, taken or not. */
const answered = new Set<object>();

describe('a process with too much to do', () => {
  /** Sixteen at most; `/held` answers when it is told to. */
  function open() {
    const metrics = createMetrics({ defaults: false });
    const held: (() => void)[] = [];
    let parsed = 0;
    const app: Express = createApp({
      log: silentLog,
      metrics,
      health: createHealth(),
      shed: shedding({
        atOnceMax: 16,
        registry: metrics.registry,
        priorityOf: ({ method }) => (method === 'GET' ? 'read' : 'act'),
        lagMs: () => 0,
      }),
      mount: (on) => {
        on.get('/held', async (_request, response) => {
          parsed += 1;
          await new Promise<void>((resolve) => held.push(resolve));
          response.json({});
        });
        on.get('/large', (_request, response) => {
          response.send(Buffer.alloc(1_000_000));
          answered.add(response);
        });
        on.post('/act', (_request, response) => void response.json({}));
      },
    });
    return { app, held, metrics, parsed: () => parsed };
  }
  const until = async (reached: () => boolean) => {
    while (!reached()) await new Promise((resolve) => setImmediate(resolve));
  };

  test('refuses reads with a code and a time to come back, and still answers health and acts', async () => {
    const { app, held, metrics, parsed } = open();
    const answers = Array.from({ length: 15 }, () => ask(app, { path: '/held' }));
    await until(() => held.length === 15);
    const refused = await ask(app, { path: '/held' });
    expect([refused.status, refused.json().code, refused.json().retryable]).toEqual([
      ...[503, 'OVERLOADED', true],
    ]);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    expect(parsed()).toBe(15);
    expect((await ask(app, { path: '/healthz' })).status).toBe(200);
    expect((await ask(app, { path: '/act', method: 'POST' })).status).toBe(200);
    const text = await metrics.registry.metrics();
    expect(text).toContain('http_server_shed_total{priority="read",reason="full"} 1');
    expect(text).toContain('http_server_in_flight 15');
    held.forEach((answer) => answer());
    expect((await Promise.all(answers)).map(({ status }) => status)).toEqual(Array(15).fill(200));
    const again = ask(app, { path: '/held' });
    await until(() => held.length === 16);
    held[15]?.();
    expect((await again).status).toBe(200);
  });

  test('a start that would only wait is refused with why, and nothing else is for that', async () => {
    const metrics = createMetrics({ defaults: false });
    const app = createApp({
      ...{ log: silentLog, metrics, health: createHealth() },
      shed: shedding({
        ...{ atOnceMax: 16, registry: metrics.registry, lagMs: () => 0 },
        ...{ priorityOf, refusesStart: () => true },
      }),
      mount: (on) => on.use((_request, response) => void response.json({})),
    });
    const refused = await ask(app, { path: '/sagas/place-order', method: 'POST' });
    expect([refused.status, refused.json().code, refused.json().detail]).toEqual([
      ...[503, 'OVERLOADED', 'sagas under way wait for their next step'],
    ]);
    expect((await ask(app, { path: '/sagas/x/cancel', method: 'POST' })).status).toBe(200);
    expect((await ask(app, { path: '/sagas/x' })).status).toBe(200);
    const text = await metrics.registry.metrics();
    expect(text).toContain('http_server_shed_total{priority="start",reason="behind"} 1');
    expect(text).toContain('http_server_in_flight 0');
  });

  test('a body that never ends and an answer that nobody takes hold no place', async () => {
    const { app, metrics } = open();
    const inFlight = async () => {
      const text = await metrics.registry.metrics();
      return /^http_server_in_flight (\d+)$/m.exec(text)?.[1];
    };
    const server = createServer(app);
    const [client, connection] = duplexPair();
    server.emit('connection', connection);
    const head = 'POST /act HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
    client.write(`${head}content-length: 100000\r\n\r\n{"a":"`);
    // Nobody reads here, so what is answered on this connection goes nowhere.
    const [silent, other] = duplexPair();
    server.emit('connection', other);
    silent.write('GET /large HTTP/1.1\r\nhost: x\r\n\r\n'.repeat(3));
    await until(() => answered.size === 3);
    expect(await inFlight()).toBe('0');
    client.destroy();
    silent.destroy();
    server.close();
  });
});
