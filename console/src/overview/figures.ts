import type { Minute, Outcome, Overview } from '../gateway/answers';

export const outcomes: readonly Outcome[] = ['completed', 'compensated', 'cancelled'];

/** Ends of one type of sagas, and of all. */
export interface OutcomeRow {
  readonly saga: string;
  readonly counts: Readonly<Record<Outcome, number>>;
  readonly all: number;
}

const none: Readonly<Record<Outcome, number>> = { completed: 0, compensated: 0, cancelled: 0 };

/** One row for each type of sagas that ended, the most frequent first. */
export function outcomeRows(ended: Overview['ended']): readonly OutcomeRow[] {
  const rows = new Map<string, Record<Outcome, number>>();
  for (const { saga, outcome, count } of ended) {
    const counts = rows.get(saga) ?? { ...none };
    counts[outcome] += count;
    rows.set(saga, counts);
  }
  return [...rows]
    .map(([saga, counts]) => ({ saga, counts, all: sumOf(counts) }))
    .sort((one, other) => other.all - one.all || (one.saga < other.saga ? -1 : 1));
}

function sumOf(counts: Readonly<Record<Outcome, number>>): number {
  return outcomes.reduce((sum, outcome) => sum + counts[outcome], 0);
}

/** How an objective stands; `unknown` where nothing has ended. */
export function objectiveState({ target, met }: Overview['objective']) {
  if (met === null) return 'unknown' as const;
  return met >= target ? ('met' as const) : ('missed' as const);
}

/** Heights of the stacked bars of one minute, from the lowest, and what it counts. */
export type PlotColumns = [
  seconds: number[],
  all: number[],
  withoutCompleted: number[],
  cancelled: number[],
  p99Ms: number[],
];

/** A minute alone has no width to be drawn in: it is given an empty one on either side. */
export function withNeighbours(perMinute: readonly Minute[]): readonly Minute[] {
  const [only] = perMinute;
  if (only === undefined || perMinute.length > 1) return perMinute;
  const empty = (byMs: number): Minute => ({
    ...{ ...none, at: new Date(Date.parse(only.at) + byMs).toISOString() },
    p99Ms: only.p99Ms,
  });
  return [empty(-60_000), only, empty(60_000)];
}

/** Columns for the plot. Bars are stacked by drawing each over the one that holds it and those below it. */
export function plotColumns(perMinute: readonly Minute[]): PlotColumns {
  return [
    perMinute.map(({ at }) => Date.parse(at) / 1_000),
    perMinute.map(sumOf),
    perMinute.map(({ compensated, cancelled }) => compensated + cancelled),
    perMinute.map(({ cancelled }) => cancelled),
    perMinute.map(({ p99Ms }) => p99Ms),
  ];
}
