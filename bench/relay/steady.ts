import { setTimeout as delay } from 'node:timers/promises';
import { quantile } from '../measure/numbers';
import type { Outbox } from './outbox';
import { until } from './relaying';

export interface SteadyTask {
  readonly outbox: Outbox;
  readonly ratePerSecond: number;
  readonly seconds: number;
  readonly signal: AbortSignal;
}

/** How long after a commit its event was somewhere, milliseconds. */
export interface Lateness {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** Commits under way at the same moment, at most: what a store does not take in time is asked for later. */
const commitsAtOnce = 50;
const tickEveryMs = 10;

/**
 * Commits at a steady rate, and waits until every event has arrived at each place: `arrived` says when it did, by its
 * aggregate. Answers as many commits a second as there were.
 */
export async function commitSteadily<Place extends string>(
  { outbox, ratePerSecond, seconds, signal }: SteadyTask,
  arrived: Readonly<Record<Place, ReadonlyMap<string, number>>>,
): Promise<{
  readonly commitsPerSecond: number;
  readonly late: Readonly<Record<Place, Lateness>>;
}> {
  const committed = new Map<string, number>();
  const underWay = new Set<Promise<unknown>>();
  const beganMs = performance.now();
  let begun = 0;
  const elapsed = () => (performance.now() - beganMs) / 1_000;
  const commit = async (): Promise<void> => {
    const id = await outbox.commit();
    committed.set(id, performance.now());
  };
  while (elapsed() < seconds) {
    signal.throwIfAborted();
    const due = elapsed() * ratePerSecond;
    for (; begun < due && underWay.size < commitsAtOnce; begun += 1) {
      const one = commit();
      underWay.add(one);
      void one.finally(() => underWay.delete(one)).catch(() => undefined);
    }
    await delay(tickEveryMs);
  }
  await Promise.all(underWay);
  const commitsPerSecond = committed.size / elapsed();
  const places = Object.entries<ReadonlyMap<string, number>>(arrived);
  const isThere = () => places.every(([, at]) => [...committed.keys()].every((id) => at.has(id)));
  await until(isThere, signal);
  const late = places.map(([place, at]) => [place, latenessOf(committed, at)] as const);
  return { commitsPerSecond, late: Object.fromEntries(late) as Record<Place, Lateness> };
}

/** An event may arrive before its commit was answered: then it was not late at all. */
function latenessOf(
  committed: ReadonlyMap<string, number>,
  arrived: ReadonlyMap<string, number>,
): Lateness {
  const late = [...committed].map(([id, atMs]) => Math.max(0, (arrived.get(id) ?? NaN) - atMs));
  return { p50Ms: quantile(late, 0.5), p99Ms: quantile(late, 0.99) };
}
