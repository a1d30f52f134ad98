import { asMarkdown } from '../../../bench/report/table';
import { dotPlot, decadesOf } from '../../../bench/report/plot';
import { cpuOfSaga, differences } from '../../../bench/saga/samples';
import type { Sample } from '../../../bench/saga/samples';
import { rated, summaryOf } from '../../../bench/saga/summary';

const sample = (variant: Sample['variant'], round: number, cost: number): Sample => ({
  ...{ variant, round, ending: 'success', callers: 32, ended: 100, windowMs: 1_000 },
  ...{ p50Ms: cost * 10, p99Ms: cost * 20, sagasPerSecond: 1_000 / cost },
  ...{ cpuMs: { database: cost, client: 9 }, cpuSumMs: cost, problems: [] },
});

const samples = [
  ...[sample('floor', 0, 1), sample('empty', 0, 4), sample('bare-local', 0, 20)],
  ...[sample('floor', 0, 3), sample('floor', 1, 4), sample('empty', 1, 16)],
  ...[sample('bare-local', 1, 40), sample('floor', 1, 4)],
];

test('a sample stands against the floor at both ends of its own round, and its empty workflow', () => {
  const [first, second] = rated(samples).filter(({ variant }) => variant === 'bare-local');
  expect(first?.toFloor).toMatchObject({ cpu: 10, p50: 10 });
  expect(first?.toEmpty).toMatchObject({ cpu: 5, rate: 0.2 });
  expect(second?.toFloor).toMatchObject({ cpu: 10 });
  expect(second?.toEmpty).toMatchObject({ cpu: 2.5 });
});

test('without a floor of the same callers there is no ratio', () => {
  const [lone] = rated([{ ...sample('journal', 0, 2), callers: 1 }, sample('floor', 0, 1)]);
  expect(lone?.toFloor).toBeUndefined();
});

test('a summary is the median of the rounds, and says how far they are apart', () => {
  const found = summaryOf(rated(samples)).find(({ variant }) => variant === 'bare-local');
  expect(found?.cpuSumMs).toEqual({ median: 30, min: 20, max: 40, rounds: 2 });
  expect(found?.toEmpty.cpu).toEqual({ median: 3.75, min: 2.5, max: 5, rounds: 2 });
  expect(found?.cpuMs.database?.median).toBe(30);
});

test('CPU of a window is shared out among the sagas that ended in it', () => {
  const process = (own: number) => [{ pid: 7, parent: 1, own, reaped: 0 }];
  const window = { before: process(100), after: process(150), ended: 25 };
  expect(cpuOfSaga({ server: { roots: [7] } }, window, 10)).toEqual({ server: 20 });
});

test('a row too many or too few is a problem', () => {
  expect(differences({ rows: 6, undone: 0 }, { rows: 6, undone: 0 })).toEqual([]);
  expect(differences({ rows: 7 }, { rows: 6, undone: 2 })).toEqual([
    'rows: 7 in place of 6',
    'undone: 0 in place of 2',
  ]);
});

test('the report names machine and load, and every ratio with its spread', () => {
  const all = rated(samples);
  const text = asMarkdown({
    ...{ scenario: 'saga', startedAt: '', rounds: 2, seconds: 1, callers: [32], optIns: false },
    recorded: true,
    machine: {
      ...{ cores: 2, processor: 'X', memoryGiB: 8, system: 'Linux', node: '22.0.0' },
      loadAverage: 3,
    },
    ...{ temporalSettings: [], summary: summaryOf(all), samples: all, problems: [] },
    atRest: { 'bare-local': { server: 12, client: 3 } },
  });
  expect(text).toContain('the load was 3.00 before the start');
  expect(text).toContain('Every step writes a step record and an event');
  expect(text).toContain('### 32 callers, success');
  expect(text).toContain('| `bare-local` | server 12.0 |');
  expect(text).toMatch(/\| `bare-local` \|.*\| 10\.0 \(10\.0–10\.0\) \| 3\.75 \(2\.50–5\.00\) \|/);
});

test('a plot has a dot for every round that has a value', () => {
  expect(decadesOf([0.5, 40])).toEqual([-1, 2]);
  const plot = dotPlot('CPU', [{ name: 'a<b', values: [1, 10, Number.NaN] }]);
  expect(plot.match(/<circle/g)).toHaveLength(2);
  expect(plot).toContain('a&lt;b');
});
