import { jsonDifferences, valueAt } from '../../../platform/kernel/json-diff';
import { shownValue } from '../../../platform/rebuild/finding/difference';

const pointers = (...[expected, actual]: Parameters<typeof jsonDifferences>) =>
  jsonDifferences(expected, actual).map(({ pointer }) => pointer);

test('equal values have no differences, whatever the order of their members', () => {
  expect(jsonDifferences({ a: 1, b: [1, { c: null }] }, { b: [1, { c: null }], a: 1 })).toEqual([]);
});

test('a difference is named as deep as it lies, in the order of the names', () => {
  const expected = { z: 1, a: { list: [1, 2, 3], same: 'x' } };
  const actual = { z: 2, a: { list: [1, 5, 3], same: 'x' } };
  expect(jsonDifferences(expected, actual)).toEqual([
    { pointer: '/a/list/1', left: 2, right: 5 },
    { pointer: '/z', left: 1, right: 2 },
  ]);
});

test('a member on one side alone, another kind of value, and the whole are differences', () => {
  expect(pointers({ a: 1 }, { b: 1 })).toEqual(['/a', '/b']);
  expect(pointers({ a: [1] }, { a: { 0: 1 } })).toEqual(['/a']);
  expect(pointers([1, 2], [1])).toEqual(['/1']);
  expect(pointers({ a: null }, {})).toEqual(['/a']);
  expect(pointers(undefined, { a: 1 })).toEqual(['']);
});

test('a pointer escapes and leads back', () => {
  const value = { 'a/b': { '~c': [7] } };
  const [found] = jsonDifferences(value, { 'a/b': { '~c': [8] } });
  expect(found?.pointer).toBe('/a~1b/~0c/0');
  expect(valueAt(value, found?.pointer ?? '')).toBe(7);
  expect(valueAt(value, '/no/where')).toBeUndefined();
});

test('what is shown is short, and nothing personal', () => {
  expect(shownValue('open', '/status')).toBe('"open"');
  expect(shownValue(undefined, '/status')).toBe('absent');
  expect(shownValue([1, 2], '/lines')).toBe('a list of 2');
  expect(shownValue({ a: 1 }, '/lines/0')).toBe('1 members');
  expect(shownValue('x'.repeat(1_000), '/note').length).toBeLessThan(100);
  expect(shownValue('Ada', '/personal/name')).toBe('masked');
  expect(shownValue({ personal: 'Ada' }, '/customer')).not.toContain('Ada');
});
