import { measured, parts } from '../../../cli/plan/measured';
import { planAssumptions, planOf } from '../../../cli/plan/model';
import type { Load } from '../../../cli/plan/model';
import { planCommand } from '../../../cli/plan/command';

const load: Load = { sagasPerSecond: 10, steps: 3, way: 'queue', compensatedPercent: 0 };
const needOf = (change: Partial<Load>, part = 'orchestrator') =>
  planOf({ ...load, ...change }).needs.find((need) => need.part === part)!;

test('the load that was measured costs what was measured, and cores have room', () => {
  const { cpuMsPerSaga, cores } = needOf({});
  expect(cpuMsPerSaga).toBe(measured.cpuMs.queue.orchestrator);
  expect(cores).toBeCloseTo((10 * cpuMsPerSaga) / 1_000 / planAssumptions.utilization);
  expect(planOf(load).needs.map(({ part }) => part)).toEqual(parts);
});

test('ten times the load needs ten times the cores, more steps and steps back need more', () => {
  expect(needOf({ sagasPerSecond: 100 }).cores).toBeCloseTo(10 * needOf({}).cores);
  // Eight messages in place of five.
  expect(needOf({ steps: 6 }).cores).toBeCloseTo((8 / 5) * needOf({}).cores);
  expect(needOf({ compensatedPercent: 100 }).cores).toBeCloseTo((8 / 5) * needOf({}).cores);
  expect(needOf({ way: 'direct' }, 'temporal').cores).toBeLessThan(needOf({}, 'temporal').cores);
});

test('there are two of each process at least, and as many as its cores take', () => {
  expect(needOf({ sagasPerSecond: 1 }).processes).toBe(2);
  const { cores, processes } = needOf({ sagasPerSecond: 500 });
  expect(processes).toBe(Math.ceil(cores / planAssumptions.coresPerProcess.orchestrator));
  expect(needOf({}, 'kafka')).not.toHaveProperty('processes');
});

test('every message is an event', () => {
  expect(planOf(load).eventsPerSecond).toBe(50);
  expect(planOf(load).eventsPerDay).toBe(50 * 86_400);
});

function said(...args: string[]): string {
  const written = jest.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    planCommand().parse(['node', 'plan', ...args]);
    return written.mock.calls.map(([text]) => String(text)).join('');
  } finally {
    written.mockRestore();
  }
}

test('it is drawn as a table with what it assumes, or as JSON', () => {
  const table = said('--sagas-per-second', '50', '--compensated', '5');
  expect(table).toMatch(/^part +CPU ms a saga +cores +processes\norchestrator +\d/);
  expect(table).toContain(`- measured: ${measured.when}`);
  expect(JSON.parse(said('--sagas-per-second', '50', '--json'))).toMatchObject({
    needs: expect.arrayContaining([expect.objectContaining({ part: 'kafka' })]) as unknown,
  });
});

test.each([
  ['no load', []],
  ['no whole number', ['--sagas-per-second', '1.5']],
  ['another way', ['--sagas-per-second', '5', '--way', 'post']],
])('%s is wrong usage', (_title, args) => {
  const quiet = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  expect(() => planCommand().parse(['node', 'plan', ...args])).toThrow();
  quiet.mockRestore();
});
