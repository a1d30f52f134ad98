import {
  outcomeRows,
  objectiveState,
  plotColumns,
  withNeighbours,
} from '../../../console/src/overview/figures';
import { groupFilter, progressText, withFirst } from '../../../console/src/incidents/bulk-words';
import { lagLook } from '../../../console/src/projections/lag';
import { agoText, durationText, localText, percentText } from '../../../console/src/parts/times';
import { counted } from '../../../console/src/parts/counted';
import { payloadFault, readJson } from '../../../console/src/parts/json-text';
import { certificateLook } from '../../../console/src/system/certificate';
import { at, startMs } from './sagas';

test.each([
  [0.4, '0 ms'],
  [142, '142 ms'],
  [1_380, '1.38 s'],
  [61_200, '1 min 1 s'],
  [3_600_000, '1 h'],
  [90_061_000, '1 d 1 h'],
  [null, '–'],
])('%p milliseconds are %s', (ms, text) => {
  expect(durationText(ms)).toBe(text);
});

test('how long ago something was, in whole seconds', () => {
  expect(agoText(at(0), startMs + 300)).toBe('now');
  expect(agoText(at(0), startMs + 5_400)).toBe('5 s ago');
  expect(agoText(at(0), startMs + 185_000)).toBe('3 min 5 s ago');
  expect(agoText('never', startMs)).toBe('–');
});

test('a time of today has no date, one of another day has', () => {
  const now = new Date(2026, 2, 1, 15);
  const today = new Date(2026, 2, 1, 9, 5, 7, 12).toISOString();
  expect(localText(today, now)).toBe('09:05:07');
  expect(localText(today, now, true)).toBe('09:05:07.012');
  expect(localText(today, new Date(2026, 2, 2))).toBe('2026-03-01 09:05:07');
  expect(localText('soon', now)).toBe('soon');
});

test('shares and counts are written as people say them', () => {
  expect(percentText(0.99947)).toBe('99.95 %');
  expect(percentText(null)).toBe('–');
  expect([counted(1, 'event'), counted(0, 'event')]).toEqual(['1 event', '0 events']);
});

test('outcomes stand by saga, the most frequent first', () => {
  const rows = outcomeRows([
    { saga: 'return-order', outcome: 'completed', count: 2 },
    { saga: 'place-order', outcome: 'completed', count: 5 },
    { saga: 'place-order', outcome: 'cancelled', count: 1 },
  ]);
  expect(rows.map(({ saga, all }) => [saga, all])).toEqual([
    ['place-order', 6],
    ['return-order', 2],
  ]);
  expect(rows[0]?.counts).toEqual({ completed: 5, compensated: 0, cancelled: 1 });
});

test('an objective of which nothing is known is neither met nor missed', () => {
  expect(objectiveState({ name: 'x', target: 0.999, met: null })).toBe('unknown');
  expect(objectiveState({ name: 'x', target: 0.999, met: 0.999 })).toBe('met');
  expect(objectiveState({ name: 'x', target: 0.999, met: 0.99 })).toBe('missed');
});

test('bars are stacked: each column holds those drawn over it', () => {
  const minute = { at: at(0), completed: 5, compensated: 2, cancelled: 1, p99Ms: 120 };
  expect(plotColumns([minute])).toEqual([[startMs / 1_000], [8], [3], [1], [120]]);
});

test('a minute alone is drawn among its neighbours, and several as they are', () => {
  const minute = { at: at(0), completed: 5, compensated: 2, cancelled: 1, p99Ms: 120 };
  const drawn = withNeighbours([minute]);
  expect(drawn.map(({ completed }) => completed)).toEqual([0, 5, 0]);
  const [before = 0, own = 0, after = 0] = drawn.map((one) => Date.parse(one.at));
  expect([own - before, after - own]).toEqual([60_000, 60_000]);
  expect(withNeighbours([minute, minute])).toEqual([minute, minute]);
  expect(withNeighbours([])).toEqual([]);
});

const group = { saga: 'place-order', step: 'ship stock', reason: 'BUSY', count: 3, since: at(0) };

test('a bulk run is for one group alone', () => {
  expect(groupFilter(group)).toEqual({
    ...{ saga: 'place-order', step: 'ship stock', parkedReason: 'BUSY', state: 'parked' },
  });
});

test('the group that the address names stands first', () => {
  const other = { ...group, step: 'open order' };
  expect(withFirst([other, group], group)).toEqual([group, other]);
  expect(withFirst([other, group], {})).toEqual([other, group]);
});

test.each([
  ['running', 'Under way: 4 of 6 taken, 1 refused.'],
  ['stopped', 'Stopped at the first new failure: 4 of 6 taken, 1 refused.'],
  ['cancelled', 'Ended by a person: 4 of 6 taken, 1 refused.'],
  ['done', 'Done: 4 of 6 taken, 1 refused.'],
] as const)('a bulk run that is %s says so', (state, says) => {
  const known = { id: 'a', verb: 'retry', reason: 'r', startedAt: at(0), links: {} } as const;
  const counts = { total: 6, accepted: 4, failed: 1, failures: [] };
  expect(progressText({ ...known, ...counts, state })).toBe(says);
});

test('a halt says more than any number of records', () => {
  const place = { topic: 't', partition: 0, nextOffset: 1, records: 0, movedAt: at(0) };
  const lag = { name: 'p', generation: 1, movedAt: at(0), letters: 0, partitions: [place] };
  expect(lagLook({ ...lag, records: 0 }).state).toBe('abreast');
  expect(lagLook({ ...lag, records: 200 }).state).toBe('behind');
  const halt = { code: 'SEQUENCE_GAP', detail: 'd', since: at(0) };
  const halted = { ...lag, records: 1, partitions: [{ ...place, halt }] };
  expect(lagLook(halted)).toEqual({
    ...{ state: 'halted', says: 'One partition stands still, 1 record behind' },
  });
});

const hourMs = 3_600_000;

test.each([
  ['a day’s certificate with eight hours left', 8, 'good', '8 h left'],
  ['a day’s certificate nobody renewed', 3, 'soon', '3 h left'],
  ['one of months with a week left', 6 * 24, 'soon', '6 days left'],
  ['one of months', 30 * 24, 'good', '30 days left'],
  ['one that is over', 0, 'over', 'expired'],
])('%s', (_title, hours, state, text) => {
  expect(certificateLook({ notAfter: at(hours * hourMs) }, startMs)).toMatchObject({ state, text });
});

test('where the lifetime is told, a quarter of it is when to worry', () => {
  const twoHours = { notBefore: at(-90 * 60_000), notAfter: at(30 * 60_000 + 1) };
  expect(certificateLook(twoHours, startMs).state).toBe('good');
  expect(certificateLook(twoHours, startMs + 60_000).state).toBe('soon');
});

test('typed JSON is a value, nothing, or wrong', () => {
  expect(readJson('{"a":1}')).toEqual({ kind: 'value', value: { a: 1 } });
  expect(readJson('  ')).toEqual({ kind: 'empty' });
  expect(readJson('{')).toMatchObject({ kind: 'wrong' });
});

test('a payload is an object, or it is not sent', () => {
  expect(payloadFault('{"a":1}')).toBeUndefined();
  expect(payloadFault('[1]')).toBe('A payload is a JSON object.');
  expect(payloadFault('null')).toBe('A payload is a JSON object.');
  expect(payloadFault('')).toBe('Give the whole payload.');
  expect(payloadFault('{')).toMatch(/^This is not JSON/);
});
