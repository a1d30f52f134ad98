import type { Log } from '../runtime/log';

/** When a breaker opens and for how long; milliseconds. */
export const breakerLimits = { failuresMax: 3, openMs: 1_000 } as const;

/** Stops asking something that keeps failing, and lets one question through after a while. */
export interface Breaker {
  /** False while open: do not ask. Half-open, it says true to one caller at a time. */
  allows(): boolean;
  succeeded(): void;
  failed(): void;
}

/** Opens after three failures in a row, for a second; then one trial decides. `now` is monotonic milliseconds. */
export function createBreaker(now: () => number = performance.now.bind(performance)): Breaker {
  let failures = 0;
  let closedAtMs = 0;
  return {
    allows: () => {
      if (failures < breakerLimits.failuresMax) return true;
      if (now() < closedAtMs) return false;
      closedAtMs = now() + breakerLimits.openMs;
      return true;
    },
    succeeded: () => {
      failures = 0;
    },
    failed: () => {
      failures += 1;
      if (failures >= breakerLimits.failuresMax) closedAtMs = now() + breakerLimits.openMs;
    },
  };
}

/** Asks something behind a breaker; undefined where it did not answer, or was not asked. */
export type Ask<Store> = <Found>(
  call: (store: Store) => Promise<Found>,
) => Promise<Found | undefined>;

/** A store of which nobody waits for failing calls: they turn into undefined, and soon at once. */
export function behindBreaker<Store>(store: Store, log: Log, now?: () => number): Ask<Store> {
  const breaker = createBreaker(now);
  return async (call) => {
    if (!breaker.allows()) return undefined;
    try {
      const found = await call(store);
      breaker.succeeded();
      return found;
    } catch (error) {
      breaker.failed();
      log.debug('the cache did not answer', { error });
      return undefined;
    }
  };
}
