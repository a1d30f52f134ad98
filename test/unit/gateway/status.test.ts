import { createStatus, statusLimits, statusOf } from '../../../gateway/status/status';
import { createHealth } from '../../../platform/http/health';
import { openGateway } from './world';

const well = [
  ...['temporal', 'keys', 'read-model', 'auth-server', 'services', 'redis', 'consul'],
  'service inventory',
];
const asOf = new Date(0);

/** What does not work, by part, while these are away. */
function without(...gone: readonly string[]) {
  const checks = Object.fromEntries(
    well.map((name) => [name, { ready: !gone.includes(name), reason: 'password=hunter2' }]),
  );
  const { state, parts } = statusOf({ ready: gone.length === 0, checks }, asOf);
  const broken = parts.filter((part) => part.state !== 'works');
  return [state, ...broken.map((part) => `${part.name}: ${part.state}`)];
}

test.each<[gone: string[], state: string, ...broken: string[]]>([
  [[], 'works'],
  [['redis'], 'degraded', 'Cache and shared counters: slowed'],
  [['consul'], 'degraded', 'Finding services: slowed'],
  [['read-model'], 'degraded', 'Look at sagas and orders: away'],
  [['temporal'], 'degraded', 'Start a saga: away', 'Act on a saga: away'],
  [['service inventory'], 'degraded', 'Service inventory: away'],
  [['auth-server'], 'degraded', 'Sign in: away'],
  [
    ['services', 'read-model'],
    ...(['away', 'Start a saga: away', 'Look at sagas and orders: away'] as const),
  ],
])('without %j the platform %s', (gone, ...expected) => {
  expect(without(...gone)).toEqual(expected);
});

test('why a part is away is not for everybody: no reason is in it', () => {
  const checks = { temporal: { ready: false, reason: 'password=hunter2' } };
  expect(JSON.stringify(statusOf({ ready: false, checks }, asOf))).not.toContain('hunter2');
});

test('dependencies are asked once in two seconds, however many want to know', async () => {
  const clock = { ms: 0, asked: 0 };
  const status = createStatus(
    () => {
      clock.asked += 1;
      return Promise.resolve({ ready: true, checks: {} });
    },
    () => clock.ms,
  );
  await Promise.all(Array.from({ length: 100 }, status));
  clock.ms += statusLimits.keptMs - 1;
  await status();
  expect(clock.asked).toBe(1);
  clock.ms += 1;
  await status();
  expect(clock.asked).toBe(2);
});

test('browsers get a page without scripts, everybody else JSON, and nobody needs a token', async () => {
  const { call } = openGateway();
  const json = await call({ path: '/status' });
  expect([json.status, typeof json.json().state]).toEqual([200, 'string']);
  const accept = 'text/html,application/xhtml+xml,*/*;q=0.8';
  const page = await call({ path: '/status', headers: { accept } });
  expect(page.headers['content-type']).toContain('text/html');
  expect(page.headers['content-security-policy']).toMatch(
    /^default-src 'none'; style-src 'sha256-/,
  );
  expect(page.text).not.toContain('<script');
  expect(page.text).toContain('Start a saga');
});

test('a process has started once it was ready, and stays so when it is not any more', async () => {
  const health = createHealth();
  let isThere = false;
  health.check('store', () => (isThere ? Promise.resolve() : Promise.reject(new Error('away'))));
  const ask = async () => {
    const seen: { status?: number; body?: unknown } = {};
    const response = {
      status: (status: number) => Object.assign(response, (seen.status = status) && {}),
      set: () => response,
      json: (body: unknown) => void (seen.body = body),
    };
    await health.startupHandler({} as never, response as never, () => undefined);
    return seen;
  };
  expect(await ask()).toMatchObject({ status: 503, body: { status: 'starting' } });
  isThere = true;
  expect(await ask()).toMatchObject({ status: 200, body: { status: 'started' } });
  isThere = false;
  expect((await ask()).status).toBe(200);
});
