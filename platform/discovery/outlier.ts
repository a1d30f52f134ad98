/** When an instance is left alone, and for how long; times in milliseconds. */
export const outlierLimits = {
  /** Errors in a row, each answered, before an instance counts as sick. One that does not answer does at once. */
  errorsInRowMax: 3,
  /** The first time; the second time twice as long, and so on. */
  ejectedMs: 5_000,
  ejectedMsMax: 60_000,
  /** After so long without a new reason it starts afresh. */
  calmMs: 60_000,
  /** Never more of them than this: the rest would drown in what all of them had to do. */
  ejectedShareMax: 2 / 3,
} as const;

/**
 * What became of a call: `ok`, an answer that is no error of the instance; `error`, an answer that is (5xx);
 * `fault`, no answer, or one of somebody else; `unknown`, where the caller went away first.
 */
export type Outcome = 'ok' | 'error' | 'fault' | 'unknown';

/** Why an instance was left alone. */
export const ejectionReasons = ['fault', 'errors'] as const;
export type EjectionReason = (typeof ejectionReasons)[number];

interface Health {
  errorsInRow: number;
  /** How often it was left alone lately. */
  times: number;
  untilMs: number;
}

/** Knows which instances of one service are sick. Times are monotonic milliseconds. */
export interface Outliers {
  /** Notes what became of a call; answers why the instance is left alone from now on, if it is since this call. */
  note(id: string, outcome: Outcome, nowMs: number): EjectionReason | undefined;
  /** Those of the list to be left alone now: at most the share that may be. */
  ejected(ids: readonly string[], nowMs: number): ReadonlySet<string>;
  /** Forgets every other one. */
  keep(ids: ReadonlySet<string>): void;
}

function reasonOf(health: Health, outcome: Outcome): EjectionReason | undefined {
  if (outcome === 'fault') return 'fault';
  return health.errorsInRow >= outlierLimits.errorsInRowMax ? 'errors' : undefined;
}

export function createOutliers(): Outliers {
  const known = new Map<string, Health>();

  function leaveAlone(health: Health, nowMs: number): void {
    const { ejectedMs, ejectedMsMax, calmMs } = outlierLimits;
    health.times = nowMs - health.untilMs > calmMs ? 1 : health.times + 1;
    health.untilMs = nowMs + Math.min(ejectedMsMax, ejectedMs * health.times);
    health.errorsInRow = 0;
  }

  return {
    note(id, outcome, nowMs) {
      if (outcome === 'unknown') return undefined;
      const health = known.get(id) ?? { errorsInRow: 0, times: 0, untilMs: 0 };
      known.set(id, health);
      health.errorsInRow = outcome === 'error' ? health.errorsInRow + 1 : 0;
      const reason = reasonOf(health, outcome);
      // What was under way when it was ejected tells nothing new.
      if (reason === undefined || nowMs < health.untilMs) return undefined;
      leaveAlone(health, nowMs);
      return reason;
    },
    ejected(ids, nowMs) {
      const untilMs = (id: string) => known.get(id)?.untilMs ?? 0;
      const sick = ids.filter((id) => untilMs(id) > nowMs);
      const most = Math.floor(ids.length * outlierLimits.ejectedShareMax);
      return new Set(sick.toSorted((a, b) => untilMs(b) - untilMs(a)).slice(0, most));
    },
    keep(ids) {
      for (const id of known.keys()) if (!ids.has(id)) known.delete(id);
    },
  };
}
