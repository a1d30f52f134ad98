import { spreadOf } from '../measure/numbers';
import type { Spread } from '../measure/numbers';
import type { Cell } from './rounds';
import type { Sample } from './samples';
import { cpuGroups, endings, floorName, variantNames } from './variants';
import type { CpuGroupName, Ending } from './variants';

/** A figure against that of the same round beside it. */
export interface Ratios {
  readonly p50: number;
  readonly cpu: number;
  /** Sagas a second: above 1 is more. */
  readonly rate: number;
}

/** A sample and how it stands to its own round; undefined where there was nothing to divide by. */
export interface RatedSample extends Sample {
  readonly toFloor?: Ratios;
  readonly toEmpty?: Ratios;
}

/** What all rounds say of one cell. */
export interface CellSummary extends Cell {
  readonly p50Ms?: Spread | undefined;
  readonly p99Ms?: Spread | undefined;
  readonly sagasPerSecond?: Spread | undefined;
  readonly cpuSumMs?: Spread | undefined;
  readonly cpuMs: Readonly<Partial<Record<CpuGroupName, Spread>>>;
  readonly toFloor: SpreadRatios;
  readonly toEmpty: SpreadRatios;
}

export type SpreadRatios = Readonly<Partial<Record<keyof Ratios, Spread>>>;

/**
 * Divides each sample by the floor of its round (the mean of both ends) with as many callers and the same ending, and
 * by the empty workflow of its round, which only succeeds.
 */
export function rated(samples: readonly Sample[]): readonly RatedSample[] {
  return samples.map((sample) => {
    const beside = (variant: string, ending: Ending) =>
      samples.filter(
        (one) =>
          one.variant === variant &&
          one.ending === ending &&
          one.round === sample.round &&
          one.callers === sample.callers,
      );
    const toFloor = ratiosOf(sample, beside(floorName, sample.ending));
    const toEmpty = ratiosOf(sample, beside('empty', 'success'));
    return { ...sample, ...(toFloor && { toFloor }), ...(toEmpty && { toEmpty }) };
  });
}

function ratiosOf(sample: Sample, beside: readonly Sample[]): Ratios | undefined {
  if (beside.length === 0) return undefined;
  const mean = (of: (one: Sample) => number): number =>
    beside.reduce((sum, one) => sum + of(one), 0) / beside.length;
  return {
    p50: sample.p50Ms / mean(({ p50Ms }) => p50Ms),
    cpu: sample.cpuSumMs / mean(({ cpuSumMs }) => cpuSumMs),
    rate: sample.sagasPerSecond / mean(({ sagasPerSecond }) => sagasPerSecond),
  };
}

/** Every cell there are samples of: by callers, ending, and in the order variants are shown in. */
export function summaryOf(samples: readonly RatedSample[]): readonly CellSummary[] {
  const callers = [...new Set(samples.map((one) => one.callers))].sort((one, two) => one - two);
  return callers.flatMap((count) =>
    endings.flatMap((ending) =>
      variantNames.flatMap((variant) => {
        const cell = { variant, ending, callers: count };
        const own = samples.filter(
          (one) => one.variant === variant && one.ending === ending && one.callers === count,
        );
        return own.length === 0 ? [] : [{ ...cell, ...summed(own) }];
      }),
    ),
  );
}

function summed(own: readonly RatedSample[]): Omit<CellSummary, keyof Cell> {
  const spread = (of: (one: RatedSample) => number | undefined) =>
    spreadOf(own.map((one) => of(one) ?? Number.NaN));
  return {
    p50Ms: spread(({ p50Ms }) => p50Ms),
    p99Ms: spread(({ p99Ms }) => p99Ms),
    sagasPerSecond: spread(({ sagasPerSecond }) => sagasPerSecond),
    cpuSumMs: spread(({ cpuSumMs }) => cpuSumMs),
    cpuMs: known(cpuGroups, (name) => spread(({ cpuMs }) => cpuMs[name])),
    toFloor: known(ratioNames, (name) => spread(({ toFloor }) => toFloor?.[name])),
    toEmpty: known(ratioNames, (name) => spread(({ toEmpty }) => toEmpty?.[name])),
  };
}

const ratioNames = ['p50', 'cpu', 'rate'] as const;

function known<Name extends string>(
  names: readonly Name[],
  of: (name: Name) => Spread | undefined,
): Partial<Record<Name, Spread>> {
  const entries = names.map((name) => [name, of(name)] as const);
  return Object.fromEntries(entries.filter(([, value]) => value !== undefined)) as Partial<
    Record<Name, Spread>
  >;
}
