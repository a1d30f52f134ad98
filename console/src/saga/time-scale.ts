import { durationText } from '../parts/times';
import type { Span } from './lane-spans';

export interface Tick {
  /** Percent of the width. */
  readonly at: number;
  readonly text: string;
}

export interface AxisTick extends Tick {
  /** One of the few that have room on a small screen. */
  readonly isMain: boolean;
}

/** One axis for all lanes. */
export interface TimeScale extends Span {
  /** False where long waits are drawn shorter than they were. */
  readonly isLinear: boolean;
  /** Percent of the width at which a moment lies; never outside of the axis. */
  readonly at: (timeMs: number) => number;
  readonly ticks: readonly AxisTick[];
  /** Stretches that are drawn much shorter than they were, with how long they were. */
  readonly shortened: readonly Tick[];
}

export const scaleLimits = {
  /** A bar that would be narrower than this part of a linear axis makes it one by stretches. */
  narrowestPart: 0.012,
  /** Ticks lie at least so many percent apart. */
  tickGapPercent: 11,
  mainGapPercent: 34,
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

function tickText(moment: number, fromMs: number): string {
  return moment === fromMs ? 'start' : `+${durationText(moment - fromMs)}`;
}

/** Moments that have room, from the left; the last of all takes the room of the one before it. */
function spaced(moments: readonly number[], at: TimeScale['at'], gapPercent: number): number[] {
  const chosen: number[] = [];
  for (const moment of moments) {
    const before = chosen.at(-1);
    if (before === undefined || at(moment) - at(before) >= gapPercent) chosen.push(moment);
    else if (moment === moments.at(-1) && chosen.length > 1) chosen.splice(-1, 1, moment);
  }
  return chosen;
}

function ticksOf(moments: readonly number[], fromMs: number, at: TimeScale['at']): AxisTick[] {
  const { tickGapPercent, mainGapPercent, ticksMax } = scaleLimits;
  // Two moments of one name would only confuse.
  const named = moments.filter(
    (moment, index) =>
      index === 0 || tickText(moment, fromMs) !== tickText(moments[index - 1] ?? 0, fromMs),
  );
  const shown = spaced(named, at, tickGapPercent).slice(0, ticksMax);
  const main = new Set(spaced(shown, at, mainGapPercent));
  return shown.map((moment) => ({
    ...{ at: at(moment), text: tickText(moment, fromMs), isMain: main.has(moment) },
  }));
}

/** A time axis over the given bars. Between two moments it is even, and later is always further right. */
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
      return part > 0.25 && (one.atTo - one.atFrom) / 100 < part * 0.75;
    })
    .map((one) => ({
      at: (one.atFrom + one.atTo) / 2,
      text: durationText(one.toMs - one.fromMs),
    }));
  const ticks = ticksOf(tickMoments(moments, isLinear), fromMs, at);
  return { fromMs, toMs, isLinear, at, ticks, shortened };
}
