import fc from 'fast-check';
import { scaleLimits, timeScaleOf } from '../../../console/src/saga/time-scale';
import type { Span } from '../../../console/src/saga/lane-spans';

const whole = (lengthMs: number): Span => ({ fromMs: 0, toMs: lengthMs });

test('an axis of bars of like length is even', () => {
  const scale = timeScaleOf([{ fromMs: 10, toMs: 40 }], whole(100));
  expect(scale.isLinear).toBe(true);
  expect(scale.at(50)).toBeCloseTo(50);
  expect(scale.ticks[0]).toEqual({ at: 0, text: 'start', isMain: true });
});

test('an hour of waiting does not hide a step of milliseconds', () => {
  const hourMs = 3_600_000;
  const bars = [
    { fromMs: 10, toMs: 30 },
    { fromMs: 40, toMs: hourMs },
  ];
  const scale = timeScaleOf(bars, whole(hourMs));
  expect(scale.isLinear).toBe(false);
  expect(scale.at(30) - scale.at(10)).toBeGreaterThan(3);
  expect(scale.shortened.map(({ text }) => text)).toEqual(['59 min 59 s']);
});

test('ticks have room, and no two say the same', () => {
  const bars = [
    { fromMs: 0, toMs: 60_210 },
    { fromMs: 60_210, toMs: 60_900 },
    { fromMs: 60_900, toMs: 10_800_000 },
  ];
  const { ticks } = timeScaleOf([...bars, { fromMs: 0, toMs: 8 }], whole(10_800_000));
  expect(new Set(ticks.map(({ text }) => text)).size).toBe(ticks.length);
  for (const [index, tick] of ticks.entries())
    if (index > 0 && index < ticks.length - 1)
      expect(tick.at - (ticks[index - 1]?.at ?? 0)).toBeGreaterThanOrEqual(
        scaleLimits.tickGapPercent,
      );
});

const someBars = fc.array(
  fc.tuple(fc.nat(1_000_000), fc.nat(1_000_000)).map(([from, length]) => ({
    fromMs: from,
    toMs: from + length,
  })),
  { maxLength: 8 },
);

test('later is never further left, and nothing lies outside of the axis', () => {
  fc.assert(
    fc.property(someBars, fc.array(fc.nat(2_000_000), { minLength: 2 }), (bars, moments) => {
      const toMs = Math.max(1, ...bars.map((bar) => bar.toMs));
      const scale = timeScaleOf(bars, whole(toMs));
      const places = [...moments].sort((one, other) => one - other).map(scale.at);
      expect(places).toEqual([...places].sort((one, other) => one - other));
      expect(Math.min(...places)).toBeGreaterThanOrEqual(0);
      expect(Math.max(...places)).toBeLessThanOrEqual(100.000001);
    }),
  );
});
