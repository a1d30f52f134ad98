import { z } from 'zod';
import { spreadOf } from '../measure/numbers';
import type { Spread } from '../measure/numbers';

/** What is compared: the same members in the reports of all revisions that have one. */
export const measures = {
  cpuSumMs: 'CPU ms a saga',
  p50Ms: 'p50 ms',
  sagasPerSecond: 'sagas/s',
} as const;

export type Measure = keyof typeof measures;

const figure = z.number().nullable();

/** As much of a report of the scenario as is read here; other members come and go with revisions. */
export const reportShape = z.object({
  samples: z.array(
    z.object({
      variant: z.string(),
      ending: z.string(),
      callers: z.number(),
      ...{ cpuSumMs: figure, p50Ms: figure, sagasPerSecond: figure },
    }),
  ),
  problems: z.array(z.string()),
});

export type RunReport = z.infer<typeof reportShape>;

/** Both revisions, one behind the other. */
export interface Pair {
  readonly before: RunReport;
  readonly now: RunReport;
}

/** One figure of one cell: what it was, what it is, and how far both are apart. */
export interface Difference {
  readonly variant: string;
  readonly ending: string;
  readonly callers: number;
  readonly measure: Measure;
  readonly before: Spread;
  readonly now: Spread;
  /** Now divided by before, pair by pair. */
  readonly ratio: Spread;
  /**
   * The same after each was divided by the empty workflow of its own run: what the machine did between them cancels.
   */
  readonly besideEmpty?: Spread | undefined;
  /** Whether all pairs fall on one side: `no` where some say more and some less. */
  readonly toldApart: 'more' | 'less' | 'no';
}

type Sample = RunReport['samples'][number];

const sameCell = (one: Sample) => (other: Sample) =>
  one.variant === other.variant && one.ending === other.ending && one.callers === other.callers;

function valueOf({ samples }: RunReport, cell: Sample, measure: Measure): number {
  const values = samples.filter(sameCell(cell)).map((one) => one[measure] ?? Number.NaN);
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** All differences of all cells that both revisions have measured. */
export function differencesOf(pairs: readonly Pair[]): readonly Difference[] {
  const samples = pairs[0]?.now.samples ?? [];
  const cells = samples.filter((cell, at) => samples.findIndex(sameCell(cell)) === at);
  return cells.flatMap((cell) =>
    (Object.keys(measures) as Measure[]).flatMap((measure) => {
      const found = difference(pairs, cell, measure);
      return found === undefined ? [] : [found];
    }),
  );
}

function difference(
  pairs: readonly Pair[],
  cell: Sample,
  measure: Measure,
): Difference | undefined {
  const { variant, ending, callers } = cell;
  const empty: Sample = { ...cell, variant: 'empty', ending: 'success' };
  const of = (report: RunReport) => valueOf(report, cell, measure);
  const ratio = ({ now, before }: Pair) => of(now) / of(before);
  const emptyRatio = ({ now, before }: Pair) =>
    valueOf(now, empty, measure) / valueOf(before, empty, measure);
  const [before, now, plain] = [
    spreadOf(pairs.map((pair) => of(pair.before))),
    spreadOf(pairs.map((pair) => of(pair.now))),
    spreadOf(pairs.map(ratio)),
  ];
  if (before === undefined || now === undefined || plain === undefined) return undefined;
  const besideEmpty =
    variant === 'empty' ? undefined : spreadOf(pairs.map((pair) => ratio(pair) / emptyRatio(pair)));
  const toldApart = sideOf(besideEmpty ?? plain);
  return {
    ...{ variant, ending, callers, measure, before, now, ratio: plain, toldApart },
    ...(besideEmpty && { besideEmpty }),
  };
}

function sideOf({ min, max, rounds }: Spread): Difference['toldApart'] {
  if (rounds < 2) return 'no';
  if (min > 1) return 'more';
  return max < 1 ? 'less' : 'no';
}
