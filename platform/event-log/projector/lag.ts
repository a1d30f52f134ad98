/** Ends of the log that are remembered at most; from then on they are remembered less closely. */
const endsMax = 1_000;

interface SeenEnd {
  readonly high: bigint;
  readonly atMs: number;
}

/** How far behind a projection is at one partition. */
export interface Lag {
  readonly records: number;
  /** For how long at least the oldest record it lacks has been in the log. */
  readonly seconds: number;
}

/**
 * Tells how far behind a partition is, in records and in time. Times of records are of other clocks, and after a quiet
 * night the last one applied is hours old: what counts is when this process first saw an end of the log that is not
 * reached yet. Exact to the distance of two looks; of what was there before the first look only that look is known.
 */
export function createLagWatch(
  nowMs: () => number = () => performance.now(),
): (place: string, end: { readonly high: bigint; readonly nextOffset: bigint }) => Lag {
  const seen = new Map<string, SeenEnd[]>();
  return (place, { high, nextOffset }) => {
    const atMs = nowMs();
    const ends = (seen.get(place) ?? []).filter((end) => end.high > nextOffset);
    const last = ends.at(-1);
    if (high > nextOffset && (last === undefined || last.high < high)) ends.push({ high, atMs });
    // Every second one goes; the oldest, which the answer is made of, stays.
    seen.set(place, ends.length > endsMax ? ends.filter((_, index) => index % 2 === 0) : ends);
    const [oldest] = ends;
    return {
      records: Number(high - nextOffset),
      seconds: oldest === undefined ? 0 : (atMs - oldest.atMs) / 1_000,
    };
  };
}
