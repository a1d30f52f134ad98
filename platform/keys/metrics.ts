import { Gauge } from 'prom-client';
import type { Registry } from 'prom-client';
import { metricNames } from '../runtime/metric-names';
import type { KeyRow, KeyRows } from './rows';

const states = ['active', 'retired'] as const;

/**
 * Shows how many data keys each purpose has and how old the one is that seals now, asked at each scrape; a database
 * that is away leaves the last known values. Keys of people are in no metric: there is one for each.
 */
export function observeDataKeys(registry: Registry, rows: Pick<KeyRows, 'keys'>): void {
  const age = new Gauge({
    name: metricNames.keyAge,
    help: 'Age of the key that values of a purpose are sealed with now, seconds',
    labelNames: ['purpose'] as const,
    registers: [registry],
  });
  new Gauge({
    name: metricNames.keysOfPurpose,
    help: 'Data keys by purpose and state',
    labelNames: ['purpose', 'state'] as const,
    registers: [registry],
    async collect() {
      const keys = await rows.keys().catch(() => undefined);
      if (keys === undefined) return;
      this.reset();
      age.reset();
      for (const [purpose, mine] of byPurpose(keys)) {
        for (const state of states)
          this.set({ purpose, state }, mine.filter((key) => key.state === state).length);
        const newest = mine.at(-1);
        if (newest) age.set({ purpose }, (Date.now() - newest.createdAt.getTime()) / 1_000);
      }
    },
  });
}

function byPurpose(keys: readonly KeyRow[]): ReadonlyMap<string, readonly KeyRow[]> {
  const found = new Map<string, KeyRow[]>();
  for (const key of keys) found.set(key.purpose, [...(found.get(key.purpose) ?? []), key]);
  return found;
}
