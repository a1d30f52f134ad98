import { durationText } from '../parts/times';
import type { Span } from './lane-spans';

export interface Tick {
  /** Percent of the width. */
  readonly at: number;
  readonly text: string;
}

/** One axis for all lanes. */
export interface TimeScale extends Span {
  /** False where long waits are drawn shorter than they were. */
  readonly isLinear: boolean;
  /** Percent of the width at which a moment lies; never outside of the axis. */
  readonly at: (timeMs: number) => number;
  readonly ticks: readonly Tick[];
  /** Stretches that are drawn much shorter than they were, with how long they were. */
  readonly shortened: readonly Tick[];
}

export const scaleLimits = {
  /** A bar that would be narrower than this part of a linear axis makes it one by stretches. */
  narrowestPart: 0.012,
  /** Ticks lie at least so many percent apart. */
  tickGapPercent: 11,
  ticksMax: 9,
} as const;

/** Weight of a stretch on the axis: longer is wider, but an hour does not hide milliseconds. */
function weightOf(lengthMs: number): number {
  return 0.7 + Math.log2(1 + lengthMs / 4);
}

interface Stretch extends Span {
  readonly atFrom: number;
  readonly atTo: number;
}

function stretchesOf(moments: readonly number[], isLinear: boolean): readonly Stretch[] {
  const pairs = moments.slice(1).map((toMs, index) => ({ fromMs: moments[index] ?? toMs, toMs }));
  const weights = pairs.map(({ fromMs, toMs }) =>
    isLinear ? toMs - fromMs : weightOf(toMs - fromMs),
  );
  const all = weights.reduce((sum, weight) => sum + weight, 0) || 1;
  let at = 0;
  return pairs.map((pair, index) => {
    const atFrom = at;
    at += ((weights[index] ?? 0) / all) * 100;
    return { ...pair, atFrom, atTo: at };
  });
}

function positionIn(stretches: readonly Stretch[], timeMs: number): number {
  const first = stretches[0];
  if (first === undefined || timeMs <= first.fromMs) return 0;
  const found = stretches.find(({ toMs }) => timeMs <= toMs);
  if (found === undefined) return 100;
  const part = (timeMs - found.fromMs) / (found.toMs - found.fromMs || 1);
  return found.atFrom + part * (found.atTo - found.atFrom);
}

/** 1, 2 or 5 times a power of ten: what people count in. */
function niceStepMs(lengthMs: number): number {
  const rough = lengthMs / 6 || 1;
  const power = 10 ** Math.floor(Math.log10(rough));
  return power * ([1, 2, 5, 10].find((times) => times * power >= rough) ?? 10);
}

function tickMoments(moments: readonly number[], isLinear: boolean): readonly number[] {
  const [fromMs = 0] = moments;
  const lengthMs = (moments.at(-1) ?? fromMs) - fromMs;
  if (!isLinear) return moments;
  const stepMs = niceStepMs(lengthMs);
  return Array.from(
    { length: Math.floor(lengthMs / stepMs) + 1 },
    (_, index) => index * stepMs,
  ).map((sinceMs) => fromMs + sinceMs);
}

/** The first and the last moment are always named; of the others those with room. */
function spacedTicks(moments: readonly number[], fromMs: number, at: TimeScale['at']): Tick[] {
  const { tickGapPercent, ticksMax } = scaleLimits;
  const ticks: Tick[] = [];
  for (const moment of moments) {
    const place = at(moment);
    const last = ticks.at(-1)?.at ?? -tickGapPercent;
    const isLast = moment === moments.at(-1);
    if (place - last < tickGapPercent && !(isLast && ticks.length > 1)) continue;
    if (isLast && place - last < tickGapPercent) ticks.pop();
    ticks.push({
      at: place,
      text: moment === fromMs ? 'start' : `+${durationText(moment - fromMs)}`,
    });
  }
  return ticks.slice(0, ticksMax);
}

/** A time axis over the given bars. Within a stretch between two moments it is even, and later is always further right. */
export function timeScaleOf(bars: readonly Span[], whole: Span): TimeScale {
  const { fromMs, toMs } = whole;
  const edges = bars.flatMap((bar) => [bar.fromMs, bar.toMs]);
  const inside = edges.filter((moment) => moment > fromMs && moment < toMs);
  const moments = [...new Set([fromMs, ...inside, Math.max(toMs, fromMs + 1)])].sort(
    (one, other) => one - other,
  );
  const lengths = bars.map((bar) => bar.toMs - bar.fromMs).filter((lengthMs) => lengthMs > 0);
  const narrowest = Math.min(...lengths, toMs - fromMs) / (toMs - fromMs || 1);
  const isLinear = narrowest >= scaleLimits.narrowestPart;
  const stretches = stretchesOf(moments, isLinear);
  const at = (timeMs: number): number => positionIn(stretches, timeMs);
  const shortened = stretches
    .filter((one) => {
      const part = (one.toMs - one.fromMs) / (toMs - fromMs || 1);
      return part > 0.25 && (one.atTo - one.atFrom) / 100 < part / 2;
    })
    .map((one) => ({
      at: (one.atFrom + one.atTo) / 2,
      text: durationText(one.toMs - one.fromMs),
    }));
  const ticks = spacedTicks(tickMoments(moments, isLinear), fromMs, at);
  return { fromMs, toMs, isLinear, at, ticks, shortened };
}
