import { simulate } from '../../../platform/testing/simulate';
import { sagaOf } from '../../simulate/sagas';
import type * as fenceTable from '../../../platform/participant/fence-table';
import { breakable, breakableFence } from './broken-fence';

jest.mock('../../../platform/participant/fence-table', () => {
  const real = jest.requireActual<typeof fenceTable>('../../../platform/participant/fence-table');
  const consultFence: typeof real.consultFence = (row, message) =>
    breakableFence(real.consultFence)(row, message);
  return { ...real, consultFence };
});

afterEach(() => {
  breakable.isBroken = false;
});

const seedsOf = (seed: number, seeds: number) =>
  simulate(sagaOf(seed).definition, { input: sagaOf(seed).input, from: seed, seeds });

test('histories drawn by a few seeds keep every promise', async () => {
  for (const seed of [0, 1, 2]) {
    const result = await seedsOf(seed, 40);
    expect(result.failed).toEqual([]);
    expect(Object.keys(result.seen).length).toBeGreaterThan(60);
  }
});

test('a seed is a history: the same again, line by line', async () => {
  const lines = async (): Promise<string[]> => {
    const told: string[] = [];
    const { definition, input } = sagaOf(7);
    const onStory = (line: string): unknown => told.push(line);
    await simulate(definition, { input, from: 7, seeds: 5, onStory });
    return told;
  };
  const first = await lines();
  expect(first.length).toBeGreaterThan(30);
  expect(await lines()).toEqual(first);
});

test('a fence with a hole breaks a promise in some history', async () => {
  breakable.isBroken = true;
  const { failed } = await seedsOf(1, 400);
  expect(failed.length).toBeGreaterThan(0);
  expect(failed[0]?.story.length).toBeGreaterThan(0);
});
