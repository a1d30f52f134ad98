import { asOf, inOrder, missingNumbers } from '../../../console/src/events/as-of';
import {
  changesBetween,
  differencesBetween,
  valueText,
} from '../../../console/src/events/difference';
import { event } from './sagas';

const payment = (seq: number, type: string, data: unknown) =>
  event(['payment/o-1', seq], type, { data });

const history = [
  payment(1, 'payment.requested', { orderId: 'o-1', amountCents: 500, heldBy: 's-1' }),
  payment(2, 'payment.declined', { orderId: 'o-1', amountCents: 500, reason: 'CARD_DECLINED' }),
  payment(3, 'payment.requested', { orderId: 'o-1', amountCents: 700, heldBy: 's-2' }),
];

test('as of an event is what the events up to it have said last', () => {
  expect(asOf(history, 2)?.said).toEqual({
    ...{ orderId: 'o-1', amountCents: 500, heldBy: 's-1', reason: 'CARD_DECLINED' },
  });
  expect(asOf(history, 3)).toMatchObject({
    said: { amountCents: 700, heldBy: 's-2' },
    toldBy: { amountCents: 3, reason: 2, heldBy: 3 },
  });
});

test('the order of the answer does not matter, and an event told twice counts once', () => {
  const [first, second, third] = history;
  const mixed = [third, first, second, third].filter((one) => one !== undefined);
  expect(inOrder(mixed).map(({ seq }) => seq)).toEqual([1, 2, 3]);
  expect(asOf(mixed, 3)).toEqual(asOf(history, 3));
});

test('there is nothing as of an event that is not there', () => {
  expect(asOf(history, 4)).toBeUndefined();
  expect(asOf([], 1)).toBeUndefined();
});

test('content that is no object says nothing', () => {
  expect(asOf([payment(1, 'payment.odd', 'sealed')], 1)?.said).toEqual({});
});

test('a gap in the numbers is found, what is older than the answer is none', () => {
  expect(missingNumbers(history)).toEqual([]);
  const gap = [payment(5, 'a', {}), payment(8, 'b', {})];
  expect(missingNumbers(gap)).toEqual([6, 7]);
});

test('between two events stands what changed, in either order', () => {
  const changes = changesBetween(history, 1, 3);
  expect(changes).toEqual([
    { pointer: '/amountCents', kind: 'changed', before: 500, after: 700 },
    { pointer: '/heldBy', kind: 'changed', before: 's-1', after: 's-2' },
    { pointer: '/reason', kind: 'added', before: undefined, after: 'CARD_DECLINED' },
  ]);
  expect(changesBetween(history, 3, 1)).toEqual(changes);
  expect(changesBetween(history, 2, 2)).toEqual([]);
});

test('lists are compared place by place', () => {
  const changes = differencesBetween(
    { lines: [{ sku: 'tea' }, { sku: 'cup' }] },
    { lines: [{ sku: 'tea' }] },
  );
  expect(changes).toEqual([
    { pointer: '/lines/1', kind: 'removed', before: { sku: 'cup' }, after: undefined },
  ]);
});

test('values are shown in one line', () => {
  expect(valueText({ a: [1] })).toBe('{"a":[1]}');
  expect(valueText(undefined)).toBe('–');
});
