import { setImmediate as turn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { atOnceMax, createInvalidation } from '../../../platform/cache/invalidation';
import { versionOf } from '../../../platform/cache/store';
import type { CacheStore } from '../../../platform/cache/store';
import { silentLog } from '../../../platform/runtime/log';
import { announcing } from '../../../projections/announcing';
import { memoryCacheStore } from '../../support/memory-cache-store';

const version = versionOf(0, 2);

function world(store: Pick<CacheStore, 'raise'>) {
  const registry = new Registry();
  const cache = createInvalidation({ store, log: silentLog, registry, prefix: 'p:' });
  const outcomes = async () => {
    const [found] = await registry.getMetricsAsJSON();
    const values = (found?.values ?? []) as { labels: { outcome: string }; value: number }[];
    return Object.fromEntries(values.map(({ labels, value }) => [labels.outcome, value]));
  };
  return { cache, outcomes };
}

describe('telling the cache of changes', () => {
  test('takes away what is older, and counts what became of it, from zero on', async () => {
    const { store } = memoryCacheStore();
    const { cache, outcomes } = world(store);
    expect(await outcomes()).toEqual({ raised: 0, late: 0, unread: 0, failed: 0 });
    await store.begin('p:k', 'a');
    for (const key of ['k', 'k', 'never read']) cache.changed(key, version);
    await turn();
    expect(await outcomes()).toEqual({ raised: 1, late: 1, unread: 1, failed: 0 });
    expect(await store.look('p:k')).toMatchObject({ floor: version });
  });

  test('never fails while Redis is away, and soon does not even ask', async () => {
    const asked = { count: 0 };
    const raise = () => {
      asked.count += 1;
      return Promise.reject(new Error('away'));
    };
    const { cache, outcomes } = world({ raise });
    for (let change = 0; change < 20; change++) {
      cache.changed('k', version);
      await turn();
    }
    expect([asked.count, (await outcomes()).failed]).toEqual([3, 20]);
  });

  test('keeps no more waiting for a Redis that does not answer than it can bear', async () => {
    const { cache, outcomes } = world({ raise: () => new Promise(() => undefined) });
    for (let change = 0; change < atOnceMax + 7; change++) cache.changed(`k${change}`, version);
    expect((await outcomes()).failed).toBe(7);
  });
});

describe('a store of read models that tells the cache', () => {
  const row = (count: number) => ({ orderId: 'o-1', version: count });
  const rows = new Map([['o-1', { row: row(3), sources: [], asOf: '' }]]);
  const told: [string, string][] = [];
  const store = announcing(
    {
      apply: async (..._told: unknown[]) => ({ rows }) as never,
      carryOut: async (..._told: unknown[]) =>
        ({ report: { changes: [{ key: 'o-2', after: row(4) }] }, isRepeat: false }) as never,
      eraOf: async () => 9,
    },
    { changed: (key, at) => void told.push([key, at]) },
  );
  const claim = (projection: string) => ({ projection, era: 7 }) as never;
  const nothing = () => undefined as never;
  beforeEach(() => told.splice(0));

  test('says after each transaction how new the rows are that it changed', async () => {
    await store.apply(claim('order-status'), [], nothing);
    expect(told).toEqual([['v2:order-status:o-1', versionOf(7, 3)]]);
  });

  test('does the same after an act on dead letters, and not after a dry run', async () => {
    const act = { projection: 'order-status', aggregateId: 'a', act: {} };
    await store.carryOut({ ...act, dryRun: true }, nothing);
    expect(told).toEqual([]);
    await store.carryOut({ ...act, dryRun: false }, nothing);
    expect(told).toEqual([['v2:order-status:o-2', versionOf(9, 4)]]);
  });

  test('says nothing of read models that nobody caches', async () => {
    await store.apply(claim('customer-orders'), [], nothing);
    expect(told).toEqual([]);
  });
});
