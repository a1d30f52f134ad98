import { keptFor } from '../../platform/runtime/kept-for';
import { inconsistentSince } from '../../projections/saga-metrics';
import { readModelFailed } from '../read-model';
import type { ReadModel, SagaRow } from '../read-model';

/** What an overview is made within. Times in milliseconds. */
export const overviewLimits = {
  /** An answer stands so long for everybody who asks. */
  keptMs: 1_000,
  /** How often a stream looks for something new. */
  everyMs: 2_000,
  /** Sagas whose inconsistency window is looked at: the youngest that have ended. */
  sampledMax: 200,
  /** A saga is expected to end within. */
  objectiveMs: 60_000,
} as const;

/** Of 1,000 sagas so many end in time: `docs/alerts.md` rings by the same. */
const objectiveTarget = 0.999;

/** Milliseconds between the first effect of sagas and their end, in which databases differ. */
interface Windows {
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

/** What people are shown of all sagas together. */
export type Overview = ReturnType<typeof overviewBody>;

/** The value below which that share of them lies; they are sorted. */
const at = (sorted: readonly number[], share: number): number =>
  sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * share) - 1)] ?? 0;

/** Inconsistency windows of sagas that have ended; undefined where none of them changed anything. */
export function windowsOf(rows: readonly SagaRow[]): Windows | undefined {
  const windows = rows.flatMap(({ finishedAt, steps }) => {
    if (finishedAt === undefined) return [];
    const known = steps.flatMap(({ startedAt, kind = '', status }) =>
      startedAt === undefined ? [] : [{ startedAt, kind, status }],
    );
    const sinceMs = inconsistentSince({ steps: known });
    return sinceMs === undefined ? [] : [Math.max(0, Date.parse(finishedAt) - sinceMs)];
  });
  const sorted = windows.sort((one, other) => one - other);
  if (sorted.length === 0) return undefined;
  return { p50Ms: at(sorted, 0.5), p99Ms: at(sorted, 0.99), maxMs: at(sorted, 1) };
}

interface Told {
  readonly found: Awaited<ReturnType<ReadModel['overview']>>;
  readonly rows: readonly SagaRow[];
  readonly minutes: number;
  readonly since: string;
  readonly now: Date;
}

function overviewBody({ found, rows, minutes, since, now }: Told) {
  const { open, ended, perMinute, parked, duration, within, isPartial } = found;
  const done = rows.filter(({ finishedAt }) => finishedAt !== undefined);
  return {
    ...{ asOf: now.toISOString(), since, minutes, open, ended, perMinute, parked, isPartial },
    sampled: done.length,
    duration: duration ?? null,
    inconsistency: windowsOf(done) ?? null,
    objective: {
      name: `ended within ${overviewLimits.objectiveMs / 1_000} s`,
      ...{ target: objectiveTarget, met: within ?? null },
    },
  };
}

/** Makes overviews of the last so many minutes. */
export type Overviews = (minutes: number) => Promise<Overview>;

/** Asks the read model once for everybody who wants to know within a second. */
export function createOverviews(
  readModel: Pick<ReadModel, 'overview' | 'sagas'>,
  now: () => number = Date.now,
): Overviews {
  async function make(minutes: number): Promise<Overview> {
    const atMs = now();
    const since = new Date(atMs - minutes * 60_000).toISOString();
    const { sampledMax: limit, objectiveMs: withinMs } = overviewLimits;
    const [found, page] = await Promise.all([
      readModel.overview({ since, withinMs }),
      readModel.sagas({ startedAfter: since, limit }),
    ]).catch(readModelFailed);
    return overviewBody({ found, rows: page.items, minutes, since, now: new Date(atMs) });
  }
  return keptFor(make, { keptMs: overviewLimits.keptMs, now });
}

/** What makes an overview another one: not when it was made. */
export function contentOf({ asOf: _asOf, since: _since, ...rest }: Overview): string {
  return JSON.stringify(rest);
}
