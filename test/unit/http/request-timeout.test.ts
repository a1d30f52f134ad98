import { createApp } from '../../../platform/http/app';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { requestTimeoutMs } from '../../../platform/http/request-timeout';
import { silentLog } from '../../../platform/runtime/log';
import { defineOperations } from '../../../platform/security/operations';
import { mountOperations } from '../../../platform/security/rbac';
import { waitSeconds } from '../../../gateway/sagas/patience';
import { spokenTokens } from '../../support/spoken-tokens';
import { ask } from './in-process';

const anyone = { summary: '', roles: 'anyone', callers: 'anyone' } as const;
const table = defineOperations({
  hang: { ...anyone, method: 'GET', path: '/hang' },
  left: { ...anyone, method: 'GET', path: '/left' },
});

/** An app with an operation that never answers, and one that says how long its caller waits. */
function open() {
  const aborted: unknown[] = [];
  const metrics = createMetrics({ defaults: false });
  const app = createApp({
    ...{ log: silentLog, metrics, health: createHealth() },
    mount: (express) => {
      const guard = { tokens: spokenTokens, log: silentLog, registry: metrics.registry };
      const handlers = {
        hang: ({ signal }: { readonly signal: AbortSignal }) =>
          new Promise<never>((_resolve, reject) =>
            signal.addEventListener('abort', () => {
              aborted.push((signal.reason as Error).name);
              reject(new Error('its client was cut'));
            }),
          ),
        left: ({ leftMs }: { readonly leftMs: () => number }) => ({
          body: { leftMs: Number.isFinite(leftMs()) ? leftMs() : 'for ever' },
        }),
      };
      mountOperations(express, table, handlers, guard);
    },
  });
  const call = (path: string, timeout?: string) =>
    ask(app, { path, headers: timeout === undefined ? {} : { 'x-request-timeout': timeout } });
  return { call, aborted };
}

test('who waits no longer is told so at once, and what was done for it is called off', async () => {
  const { call, aborted } = open();
  const beganMs = performance.now();
  const answer = await call('/hang', '0.05');
  expect([answer.status, answer.json().code, answer.json().retryable]).toEqual([
    ...[504, 'DEADLINE_EXCEEDED', true],
  ]);
  expect(performance.now() - beganMs).toBeGreaterThanOrEqual(49);
  expect(aborted).toEqual(['TimeoutError']);
});

test('an operation knows how long its caller still waits, at most half a minute', async () => {
  const { call } = open();
  expect((await call('/left')).json().leftMs).toBe('for ever');
  const left = Number((await call('/left', '2.5')).json().leftMs);
  expect(left).toBeGreaterThan(0);
  expect(left).toBeLessThanOrEqual(2_500);
  expect(Number((await call('/left', '99999')).json().leftMs)).toBeLessThanOrEqual(30_000);
});

test.each(['0', '0.0', '-1', '1e3', '1.2345', 'soon', '', '2s', '100000'])(
  'X-Request-Timeout: %j is a mistake and not a time',
  async (text) => {
    const answer = await open().call('/left', text);
    expect([answer.status, answer.json().code]).toEqual([400, 'REQUEST_TIMEOUT_INVALID']);
  },
);

test.each([
  ['2.5', 2_500],
  ['0.001', 1],
  ['30', 30_000],
  ['31', 30_000],
])('X-Request-Timeout: %s is %d ms', (text, ms) => {
  expect(requestTimeoutMs({ get: () => text as never })).toBe(ms);
});

test.each([
  ['wait=10', Infinity, 10],
  ['wait=10', 4_000, 3],
  ['wait=2', 4_000, 2],
  ['wait=10', 100, 0],
])('%s of a caller who waits %d ms is a wait of %d s', (prefer, leftMs, seconds) => {
  expect(waitSeconds({ request: { get: () => prefer as never }, leftMs: () => leftMs })).toBe(
    seconds,
  );
});
