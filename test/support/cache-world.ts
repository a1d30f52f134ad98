import { setImmediate as turn } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { createCache } from '../../platform/cache/cache';
import { versionOf } from '../../platform/cache/store';
import type { CacheStore } from '../../platform/cache/store';
import { silentLog } from '../../platform/runtime/log';
import { memoryCacheStore } from './memory-cache-store';
import { testVault } from './vault';

/** Gateways' caches over one store, at a time of their own. */
export function cacheWorld(random = () => 0.5, vault = testVault()) {
  const clock = { ms: 1_000_000 };
  const memory = memoryCacheStore(() => clock.ms);
  const redis = { away: false, calls: 0 };
  const store = new Proxy(memory.store, {
    get:
      (of, name: keyof CacheStore) =>
      (...told: never[]) => {
        redis.calls += 1;
        return redis.away
          ? Promise.reject(new Error('away'))
          : of[name](...(told as [never, never]));
      },
  });
  const open = () =>
    createCache({
      ...{ store, log: silentLog, registry: new Registry(), vault, prefix: 'p:' },
      ...{ now: () => clock.ms, random },
      pause: async (ms) => {
        clock.ms += ms;
        await turn();
      },
    });
  return { clock, memory, redis, open, cache: open() };
}

/** Reads what is next each time, each a version newer; nothing is version 0. */
export const reader = (values: unknown[], ttlMs = 1_000) => {
  const reads = { count: 0 };
  const read = {
    key: 'k',
    ttlMs,
    load: () => {
      reads.count += 1;
      const value = values.length > 1 ? values.shift() : values[0];
      if (value instanceof Error) return Promise.reject(value);
      const version = versionOf(0, value === undefined ? 0 : reads.count);
      return Promise.resolve({ value, version });
    },
  };
  return { reads, read };
};

/** Puts a text where the value of `key` belongs, as somebody else could who writes to Redis. */
export async function forge(
  { store }: ReturnType<typeof memoryCacheStore>,
  key: string,
  text: string,
) {
  const { born } = await store.begin(key, 'forger');
  const put = { born, token: 'forger', text, version: versionOf(0, 1), isMissing: false };
  expect(await store.put(key, put)).toBe('stored');
}
