import { webhookLimits } from '../../../platform/webhooks/limits';
import { nextPauseMs, retryAfterMsOf } from '../../../platform/webhooks/pace';

const middle = () => 0.5;
const pauses = (random: () => number) =>
  Array.from({ length: webhookLimits.attemptsMax }, (_, index) =>
    nextPauseMs({ attempts: index + 1, random }),
  );

test('pauses grow five times each until a day, and after nine attempts there is none', () => {
  const seconds = pauses(middle).map((ms) => ms && ms / 1_000);
  expect(seconds).toEqual([5, 25, 125, 625, 3_125, 15_625, 78_125, 86_400, undefined]);
});

test('all of them together take between one and three days', () => {
  const sum = (random: () => number) =>
    pauses(random).reduce<number>((all, ms = 0) => all + ms, 0) / 86_400_000;
  expect(sum(() => 0)).toBeGreaterThan(1);
  expect(sum(() => 1)).toBeLessThan(3);
});

test('a pause is a fifth shorter or longer, so that not all come back at once', () => {
  expect(nextPauseMs({ attempts: 1, random: () => 0 })).toBe(4_000);
  expect(nextPauseMs({ attempts: 1, random: () => 1 })).toBe(6_000);
});

test.each([
  ['as the receiver asks', 120_000, 120_000],
  ['never at once', 0, 1_000],
  ['never later than in a day', 1e9, 86_400_000],
])('after a Retry-After it is tried %s', (_how, retryAfterMs, expected) => {
  expect(nextPauseMs({ attempts: 3, retryAfterMs })).toBe(expected);
});

test('no Retry-After makes an attempt more than there are', () => {
  const { attemptsMax: attempts } = webhookLimits;
  expect(nextPauseMs({ attempts, retryAfterMs: 1_000 })).toBeUndefined();
});

const nowMs = Date.parse('2026-11-28T10:00:00Z');
test.each([
  ['120', 120_000],
  ['Sat, 28 Nov 2026 10:01:00 GMT', 60_000],
  ['Sat, 28 Nov 2026 09:00:00 GMT', 0],
  ['soon', undefined],
  ['-5', undefined],
  ['1e3', undefined],
  [undefined, undefined],
])('a Retry-After of %s is read', (header, expected) => {
  expect(retryAfterMsOf(header, nowMs)).toBe(expected);
});
