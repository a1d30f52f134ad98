import { versionOf } from '../../../platform/cache/store';
import { cacheStoreContract } from '../../support/cache-store-contract';
import { memoryCacheStore } from '../../support/memory-cache-store';

const clock = { ms: 1_000_000 };
const memory = memoryCacheStore(() => clock.ms);

cacheStoreContract('the store of the cache, in memory', () => ({
  store: memory.store,
  flush: async () => memory.flush(),
  pass: async (ms) => void (clock.ms += ms),
}));

test('a version is no larger than its places, and no part of it is less than nothing', () => {
  expect(versionOf(1, 9) < versionOf(1, 10)).toBe(true);
  for (const count of [-1, 1.5, 1e12]) expect(() => versionOf(0, count)).toThrow(RangeError);
});
