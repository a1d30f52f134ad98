import { projections } from '../../../projections';
import { foldCodeOf } from '../../../projections/fold-code';
import { orderStatus } from '../../../projections/order-status';

test('code that is the same is known again, and code that is not is not', () => {
  const codes = projections.map(foldCodeOf);
  expect(projections.map(foldCodeOf)).toEqual(codes);
  expect(new Set(codes).size).toBe(projections.length);
  const other = { ...orderStatus, fold: () => ({}) as never };
  expect(codes).not.toContain(foldCodeOf(other));
});
