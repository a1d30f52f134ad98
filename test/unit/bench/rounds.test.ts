import { cellsOf } from '../../../bench/saga/rounds';
import { variantNames } from '../../../bench/saga/variants';

const plan = { variants: variantNames, callers: [1, 32] };
const orderIn = (round: number) =>
  cellsOf(plan, round)
    .filter(({ ending, callers }) => ending === 'success' && callers === 32)
    .map(({ variant }) => variant);

test('the floor is at both ends of a round, with every number of callers and both endings', () => {
  const cells = cellsOf(plan, 3);
  const floors = [1, 1, 32, 32].map((callers) => expect.objectContaining({ callers }) as object);
  expect(cells.slice(0, 4)).toEqual(floors);
  expect(cells.slice(-4)).toEqual(cells.slice(0, 4));
  expect(cells.filter(({ variant }) => variant === 'floor')).toHaveLength(8);
});

test('each round begins with another variant, and none is left out', () => {
  const others = variantNames.length - 1;
  const first = Array.from({ length: others }, (_, round) => orderIn(round)[1]);
  expect(new Set(first).size).toBe(others);
  for (const round of [0, 1, 5, 6]) expect(new Set(orderIn(round)).size).toBe(variantNames.length);
  expect(orderIn(others)).toEqual(orderIn(0));
});

test('an empty workflow has nothing to fail at', () => {
  const empties = cellsOf(plan, 0).filter(({ variant }) => variant === 'empty');
  expect(empties.map(({ ending }) => ending)).toEqual(['success', 'success']);
});

test('the floor alone is a round, too', () => {
  expect(cellsOf({ variants: ['floor'], callers: [1] }, 0)).toHaveLength(4);
});
