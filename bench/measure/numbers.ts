/** Value in the middle; the mean of both where there are two. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((left, right) => left - right);
  const middle = sorted.length / 2;
  const upper = sorted[Math.floor(middle)] ?? Number.NaN;
  if (sorted.length % 2 === 1) return upper;
  return (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The smallest value that at least `share` of all do not exceed (nearest rank); NaN of nothing. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = [...values].sort((left, right) => left - right);
  const rank = Math.max(1, Math.ceil(share * sorted.length));
  return sorted[rank - 1] ?? Number.NaN;
}

/** What rounds say of one figure: the median, and how far they are apart. */
export interface Spread {
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /** How many rounds had it. */
  readonly rounds: number;
}

/** Rounds without a value (no saga ended, nothing to divide by) are left out; undefined where none is left. */
export function spreadOf(values: readonly number[]): Spread | undefined {
  const known = values.filter(Number.isFinite);
  if (known.length === 0) return undefined;
  return {
    median: median(known),
    min: Math.min(...known),
    max: Math.max(...known),
    rounds: known.length,
  };
}
