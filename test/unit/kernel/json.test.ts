import fc from 'fast-check';
import { canonicalJson } from '../../../platform/kernel/json';

test('members are sorted by code unit at every level, and absent ones are left out', () => {
  const value = {
    b: [{ z: 1, a: undefined }],
    a: null,
    é: 'ü"',
    Z: true,
    '10': 1,
    '9': 2,
    _: undefined,
  };
  expect(canonicalJson(value)).toBe('{"10":1,"9":2,"Z":true,"a":null,"b":[{"z":1}],"é":"ü\\""}');
  expect(canonicalJson({ a: undefined })).toBe('{}');
  expect(canonicalJson(undefined)).toBe('null');
});

test('the text says the value, and is the same whatever the order of its members', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const plain = JSON.parse(JSON.stringify(value)) as unknown;
      const text = canonicalJson(plain);
      expect(JSON.parse(text)).toEqual(plain);
      expect(canonicalJson(reversed(plain))).toBe(text);
    }),
  );
});

function reversed(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(reversed);
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).reverse();
  return Object.fromEntries(members.map(([name, member]) => [name, reversed(member)]));
}
