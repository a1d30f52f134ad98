import { lastingHeaders } from '../../../bench/gateway/asking';
import { cellsOf, readNames } from '../../../bench/gateway/reads';
import type { ReadName } from '../../../bench/gateway/reads';
import { asGatewayTable, verdictOf } from '../../../bench/gateway/report';
import { problemsOf } from '../../../bench/gateway/run';
import { compared, takeSample } from '../../../bench/gateway/samples';
import type { OpenRead, ReadSample } from '../../../bench/gateway/samples';

const sample = (read: ReadName, round: number, p50Ms: number, callers = 1): ReadSample => ({
  ...{ read, round, callers, p50Ms, p99Ms: p50Ms * 3, ended: 1_000, windowMs: 1_000 },
  ...{ readsPerSecond: 1_000 / p50Ms, cpuUs: { server: p50Ms * 400, client: 90 }, problems: [] },
});

const samples = compared([
  ...[sample('bare', 1, 0.5), sample('bare-redis', 1, 1), sample('gateway', 1, 2)],
  ...[sample('bare', 2, 1.5), sample('bare-redis', 2, 2), sample('gateway', 2, 4.5)],
]);

test('a read stands against what is read without the gateway in its own round', () => {
  const added = samples.filter(({ read }) => read === 'gateway').map(({ addedMs }) => addedMs);
  expect(added).toEqual([
    { 'bare-redis': 1, bare: 1.5 },
    { 'bare-redis': 2.5, bare: 3 },
  ]);
});

test('other callers and what was not measured are nothing to stand against', () => {
  const [lone] = compared([sample('gateway', 1, 2), sample('bare', 1, 1, 32)]);
  expect(lone?.addedMs).toEqual({});
});

test('a table has the median of the rounds, and between which figures they were', () => {
  const text = asGatewayTable(samples);
  expect(text).toContain('### 1 caller\n');
  expect(text).toMatch(/\| `gateway` \| 3\.25 \(2\.00–4\.50\) \|/);
  expect(text).toMatch(/\| 1\.75 \(1\.00–2\.50\) \| 2\.25 \(1\.50–3\.00\) \|\n/);
  expect(text).toMatch(/\| `bare` \|.*\| −0\.50 \(−0\.50 to −0\.50\) \| 0\.00 \(0\.00–0\.00\) \|/);
  expect(text).not.toContain('`service`');
});

test('the aim is met in every round, by the median, or not at all', () => {
  expect(verdictOf(samples, 1)).toContain('the aim of 2 ms is met by the median of the rounds');
  const first = samples.filter(({ round }) => round === 1);
  expect(verdictOf(first, 1)).toContain('is met in every round');
  const second = samples.filter(({ round }) => round === 2);
  expect(verdictOf(second, 1)).toContain('2.50 ms at the median to `bare-redis`: more than');
  expect(verdictOf(samples, 32)).toBe('');
});

test('each round begins with another read, and has every read with every number of callers', () => {
  const plan = { reads: readNames, callers: [1, 32] };
  const first = readNames.map((_, round) => cellsOf(plan, round)[0]?.read);
  expect(new Set(first).size).toBe(readNames.length);
  const titles = cellsOf(plan, 3).map(({ read, callers }) => `${read} ${callers}`);
  expect(new Set(titles).size).toBe(2 * readNames.length);
});

test('a wrong answer is a problem of its sample, and what was begun is ended', async () => {
  let ended = 0;
  const read: OpenRead = {
    ...{ name: 'gateway', groups: {} },
    begin: async () => ({
      ask: () => Promise.reject(new Error('not answered from the cache')),
      end: async () => void (ended += 1),
    }),
  };
  const times = { leadInMs: 0, windowMs: 60_000 };
  const { problems } = await takeSample(read, 2, { round: 1, times, tickMs: 10 });
  expect(problems[0]).toContain('not answered from the cache');
  expect(ended).toBe(1);
});

test('what goes wrong many times is told once', () => {
  const wrong = { ...sample('gateway', 1, 2), problems: ['late', 'late', 'missed'] };
  expect(problemsOf([wrong])).toEqual([
    'gateway, 1 caller: late (2 times)',
    'gateway, 1 caller: missed',
  ]);
});

test('a bare server answers with the headers of the gateway, but for those of a connection', () => {
  const headers = { 'content-type': 'application/json', date: 'today', connection: 'keep-alive' };
  expect(lastingHeaders(headers)).toEqual({ 'content-type': 'application/json' });
});
