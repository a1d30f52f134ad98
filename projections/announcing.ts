import type { Invalidation } from '../platform/cache/invalidation';
import type { ReadRow } from '../platform/event-log/projector/projection';
import { cacheKeyOf, isCached, rowVersion } from './cached';
import type { ReadModelStore } from './store';

type Announced = Pick<ReadModelStore, 'apply' | 'carryOut' | 'eraOf'>;

/**
 * The same store, which tells the cache what has changed: after each transaction, and never in the way of the next one.
 * Generations beside the live one are nobody's to read, and are not told of.
 */
export function announcing<Store extends Announced>(store: Store, cache: Invalidation): Store {
  const apply: Announced['apply'] = async (claim, readings, decide) => {
    const plan = await store.apply(claim, readings, decide);
    const named = { name: claim.projection };
    if (isCached(named)) {
      for (const [key, { row }] of plan.rows) {
        cache.changed(cacheKeyOf(named, key), rowVersion(claim.era ?? 0, row));
      }
    }
    return plan;
  };
  const carryOut: Announced['carryOut'] = async (told, decide) => {
    const done = await store.carryOut(told, decide);
    const named = { name: told.projection };
    if (isCached(named) && !told.dryRun && done.report.changes.length > 0) {
      const era = await store.eraOf(named.name);
      for (const { key, after } of done.report.changes) {
        cache.changed(cacheKeyOf(named, key), rowVersion(era, after as ReadRow));
      }
    }
    return done;
  };
  return { ...store, apply, carryOut };
}
