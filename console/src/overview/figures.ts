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

type Column = (number | null)[];

/** Columns for the plot: seconds, the three outcomes, p99 in milliseconds. */
export function plotColumns(
  perMinute: readonly Minute[],
): [number[], Column, Column, Column, Column] {
  return [
    perMinute.map(({ at }) => Date.parse(at) / 1_000),
    ...([
      perMinute.map(({ completed }) => completed),
      perMinute.map(({ compensated }) => compensated),
      perMinute.map(({ cancelled }) => cancelled),
      perMinute.map(({ p99Ms }) => p99Ms),
    ] as const),
  ];
}
