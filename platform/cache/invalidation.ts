import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import { fromZero } from '../runtime/from-zero';
import type { Log } from '../runtime/log';
import { metricNames } from '../runtime/metric-names';
import { behindBreaker } from './breaker';
import { raiseOutcomes } from './store';
import type { CacheStore, Version } from './store';

/** Changes that Redis is told of at the same time; beyond that, times to live are the bound. */
export const atOnceMax = 5_000;

/** Tells the cache what has changed. */
export interface Invalidation {
  /**
   * From now on nothing older is served of the key. Answers at once and never fails: nobody waits for the cache, and
   * where it cannot be told, what it has runs out by itself.
   */
  changed(key: string, version: Version): void;
}

/** Invalidation behind a breaker of its own; every outcome is counted. */
export function createInvalidation(options: {
  readonly store: Pick<CacheStore, 'raise'>;
  readonly log: Log;
  readonly registry: Registry;
  /** That of the caches. */
  readonly prefix: string;
}): Invalidation {
  const ask = behindBreaker(options.store, options.log);
  const raises = new Counter({
    name: metricNames.cacheRaises,
    help: 'Changes that the cache was told of, by what became of that',
    labelNames: ['outcome'],
    registers: [options.registry],
  });
  fromZero(raises, { outcome: [...raiseOutcomes, 'failed'] });
  let underWay = 0;
  async function tell(key: string, version: Version): Promise<void> {
    underWay += 1;
    const told = await ask((store) => store.raise(`${options.prefix}${key}`, version));
    underWay -= 1;
    raises.inc({ outcome: told ?? 'failed' });
  }
  return {
    changed(key, version) {
      if (underWay >= atOnceMax) raises.inc({ outcome: 'failed' });
      else void tell(key, version);
    },
  };
}
