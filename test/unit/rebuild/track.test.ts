import { HashList } from '../../../platform/rebuild/roll/hash-list';
import { follow, gapOf, isBehind, trackOf } from '../../../platform/rebuild/roll/track';
import type { Evolve, Track } from '../../../platform/rebuild/roll/track';
import { aLogEvent } from '../../support/log-events';

const sum: Evolve = (state, { data }) => {
  const { coins } = data as { coins: number };
  if (coins < 0) throw new Error('no such coin');
  return { coins: ((state as { coins: number } | undefined)?.coins ?? 0) + coins };
};
const place = { isOld: true, isTruncated: false, evolve: sum, fromByte: 0, toByte: 100 };
const event = (seq: number, coins = 1) =>
  aLogEvent({ aggregateId: 'box', type: 'box.put', seq, data: { coins } });
const at = (seq: number, coins: number) => trackOf({ seq, state: `{"coins":${coins}}` });
const after = (track: Track, ...events: ReturnType<typeof event>[]) => {
  for (const one of events) follow(track, one, place);
  return track;
};

test('is compared at the number the database held, whatever comes after it', () => {
  expect(after(at(2, 2), event(1), event(2), event(3), event(4)).told).toBeUndefined();
  expect(after(at(2, 3), event(1), event(2), event(3), event(4)).told).toMatchObject({
    ...{ code: 'STATE_DIFFERS', seq: 2, type: 'box.put', folded: '{"coins":2}' },
  });
});

test('waits for the number the database held, and for nothing behind it', () => {
  expect(isBehind(after(at(2, 2), event(1)))).toBe(true);
  expect(isBehind(after(at(2, 2), event(1), event(2)))).toBe(false);
  expect(isBehind(after(at(2, 2), event(1), event(2), event(4)))).toBe(false);
});

test('a repeat is told from a fork by its content, however old it is', () => {
  const track = after(at(3, 3), event(1), event(2), event(3));
  expect(follow(track, event(1), place)).toBe('repeat');
  expect(follow(track, event(1, 2), place)).toBe('ended');
  expect(track.told).toMatchObject({ code: 'HISTORY_FORKED', seq: 1 });
});

test('a hole is a gap, and at the beginning of a log that has forgotten its own it is that', () => {
  const holed = after(at(3, 3), event(1), event(3));
  expect([gapOf(holed), isBehind(holed)]).toMatchObject([{ code: 'SEQUENCE_GAP', seq: 2 }, true]);
  const track = at(3, 3);
  follow(track, event(2), { ...place, isTruncated: true });
  expect(track.told).toMatchObject({ code: 'LOG_TRUNCATED', seq: 1 });
});

test('a number that comes late is folded in its turn, and how late it was is known', () => {
  const track = at(4, 4);
  [event(1), event(3), event(4), event(3), event(2)].forEach((one, index) =>
    follow(track, one, { ...place, fromByte: index * 100, toByte: index * 100 + 100 }),
  );
  expect(track).toMatchObject({ seq: 4, oldSeq: 4, lateEvents: 1, late: { seq: 2, bytes: 400 } });
  expect([track.told, gapOf(track), isBehind(track)]).toEqual([undefined, undefined, false]);
  expect(after(at(4, 5), event(1), event(3), event(4), event(2)).told?.code).toBe('STATE_DIFFERS');
  const forked = after(at(4, 4), event(1), event(3), event(3, 2));
  expect(forked.told).toMatchObject({ code: 'HISTORY_FORKED', seq: 3 });
});

test('what waits for a number that does not come is not gathered without end', () => {
  const track = at(2_000, 2_000);
  for (let seq = 2; seq <= 1_002; seq += 1) follow(track, event(seq), place);
  expect(track.told).toMatchObject({ code: 'SEQUENCE_GAP', seq: 1 });
  expect(track.early.size).toBe(0);
});

test('a fold that throws ends the comparison, and the first thing found stands', () => {
  const track = after(at(3, 3), event(1), event(2, -1), event(2, 9));
  expect(track.told).toMatchObject({ code: 'FOLD_FAILED', seq: 2, detail: 'no such coin' });
});

test('only what stood in the log before the database was asked counts as old', () => {
  const track = after(at(1, 1), event(1), event(2));
  follow(track, event(3), { ...place, isOld: false });
  expect([track.oldSeq, track.seq]).toEqual([2, 3]);
});

test('a list of hashes knows each of many by its number', () => {
  const list = new HashList();
  const hash = (seq: number) => seq.toString(16).padStart(16, '0').padEnd(64, 'f');
  for (let seq = 1; seq <= 100; seq += 1) list.push(hash(seq));
  expect([1, 4, 5, 100].every((seq) => list.has(seq, hash(seq)))).toBe(true);
  expect([list.has(0, hash(0)), list.has(101, hash(101)), list.has(5, hash(6))]).toEqual(
    Array.from({ length: 3 }, () => false),
  );
});
