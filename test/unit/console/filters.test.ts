import fc from 'fast-check';
import {
  codeFromInput,
  filterNames,
  inputFromTime,
  queryFromSearch,
  searchOf,
  timeFromInput,
} from '../../../console/src/sagas/filters';
import { eventFilterFrom } from '../../../console/src/events/event-filter';

test('a filter survives its way through the address', () => {
  const text = fc.string({ minLength: 1 }).map((value) => value.trim());
  const one = text.filter((value) => value !== '');
  const filters = fc.record(Object.fromEntries(filterNames.map((name) => [name, one])), {
    requiredKeys: [],
  });
  fc.assert(
    fc.property(filters, fc.option(one, { nil: undefined }), (filter, after) => {
      const query = { filter, ...(after === undefined ? {} : { after }) };
      expect(queryFromSearch(searchOf(query))).toEqual(query);
    }),
  );
});

test('the same filter has the same address, whatever order it was made in', () => {
  const one = searchOf({ filter: { state: 'parked', saga: 'place-order' } });
  expect(one).toBe('?saga=place-order&state=parked');
  expect(searchOf({ filter: { saga: 'place-order', state: 'parked' } })).toBe(one);
});

test('what is empty, or no filter, is left out', () => {
  expect(queryFromSearch('?state=&saga=%20&color=red&after=')).toEqual({ filter: {} });
  expect(searchOf({ filter: { state: ' ' } })).toBe('');
});

test('the place in the list goes with the filter', () => {
  expect(searchOf({ filter: { state: 'parked' }, after: 'c=1' })).toBe('?state=parked&after=c%3D1');
});

test('a code may be typed as people write', () => {
  expect(codeFromInput(' card declined ')).toBe('CARD_DECLINED');
  expect(codeFromInput('store-unavailable')).toBe('STORE_UNAVAILABLE');
});

test('a time of the form is local and comes back as it was', () => {
  const time = timeFromInput('2026-03-01T12:30:15') ?? '';
  expect(new Date(time).getTime()).toBe(new Date(2026, 2, 1, 12, 30, 15).getTime());
  expect(inputFromTime(time)).toBe('2026-03-01T12:30:15');
  expect(timeFromInput('soon')).toBeUndefined();
  expect(inputFromTime(undefined)).toBe('');
});

test('the filter of events is what the address holds of it', () => {
  expect(eventFilterFrom({ service: 'payments', type: ' payment.', x: '1', saga: '' })).toEqual({
    ...{ service: 'payments', type: 'payment.' },
  });
});
