/** Pages of a rolling comparison: how often one is taken, and how often a round begins. Milliseconds. */
export interface PaceLimits {
  readonly pageMs: number;
  readonly roundMs: number;
}

/** When a rolling comparison takes its next page. */
export interface Pace {
  /** Whether one is due; `isNewRound` where it would be the first of a round. Asking changes nothing. */
  isDue(isNewRound: boolean): boolean;
  /** One was taken. A step that fails takes none, so that the next one meets the same. */
  took(isNewRound: boolean): void;
}

/**
 * Keeps a rolling comparison to its pace, however fast steps follow each other: they do where there is much to read,
 * and that is when a database has least time for being looked at. A service with few rows is not looked at again and
 * again: its next round begins when the time of a round has passed.
 */
export function openPace(now: () => number, { pageMs, roundMs }: PaceLimits): Pace {
  let pageAtMs = -Infinity;
  let roundAtMs = -Infinity;
  return {
    isDue(isNewRound) {
      const nowMs = now();
      if (nowMs - pageAtMs < pageMs) return false;
      return !isNewRound || nowMs - roundAtMs >= roundMs;
    },
    took(isNewRound) {
      pageAtMs = now();
      if (isNewRound) roundAtMs = pageAtMs;
    },
  };
}
