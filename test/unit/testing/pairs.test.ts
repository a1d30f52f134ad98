import { verifyPairs } from '../../../platform/testing/pairs';
import { placeOrder } from '../../../workflows/place-order.saga';
import { returnOrder } from '../../../workflows/return-order.saga';
import { orderInput, returnInput } from '../../saga/support/requests';
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

test('return-order keeps its promises under a sample of the pairs, and says what it ran', async () => {
  const seen: number[] = [];
  const result = await verifyPairs(returnOrder, {
    input: returnInput,
    every: 11,
    onProgress: ({ done }) => seen.push(done),
  });
  expect(result.violations).toEqual([]);
  expect(result).toMatchObject({ saga: 'return-order', cells: 62 });
  expect(result.runs).toBeGreaterThan(190);
  expect(seen.at(-1)).toBe(result.runs);
  expect(Object.keys(result.outcomes).sort()).toEqual(['cancelled', 'compensated', 'completed']);
  expect(JSON.parse(JSON.stringify(result))).toEqual(result);
});

test('place-order has more pairs: parallel branches, and three undos', async () => {
  const result = await verifyPairs(placeOrder, { input: orderInput(), every: 61 });
  expect(result.violations).toEqual([]);
  expect(result).toMatchObject({ cells: 108 });
});

test('a fence with a hole is found out, and the run that shows it can be replayed alone', async () => {
  breakable.isBroken = true;
  const broken = await verifyPairs(returnOrder, { input: returnInput, every: 3 });
  const [violation] = broken.violations;
  expect(violation?.problems.join()).toMatch(/^I1: /);
  const again = await verifyPairs(returnOrder, { input: returnInput, only: violation!.run });
  expect(again.violations).toEqual([violation]);
});

test('a name that is no run is an error, not a pass', async () => {
  const input = returnInput;
  await expect(verifyPairs(returnOrder, { input, only: 'nothing' })).rejects.toThrow('nothing');
});
