import { median, quantile, spreadOf } from '../../../bench/measure/numbers';

test('the median of an even number of rounds lies between the two in the middle', () => {
  expect(median([9, 1, 5])).toBe(5);
  expect(median([8, 1, 2, 4])).toBe(3);
  expect(median([])).toBeNaN();
});

test('a quantile is a value that was measured, the last one at most', () => {
  const hundred = Array.from({ length: 100 }, (_, at) => 100 - at);
  expect(quantile(hundred, 0.5)).toBe(50);
  expect(quantile(hundred, 0.99)).toBe(99);
  expect(quantile([7], 0.99)).toBe(7);
  expect(quantile([], 0.5)).toBeNaN();
});

test('rounds that have no value are left out of a spread, and none makes none', () => {
  expect(spreadOf([3, Number.NaN, 1, Number.POSITIVE_INFINITY, 2])).toEqual({
    ...{ median: 2, min: 1, max: 3, rounds: 3 },
  });
  expect(spreadOf([Number.NaN])).toBeUndefined();
});
