import { Registry } from 'prom-client';
import { breakerLimits, createBreaker } from '../../../platform/cache/breaker';
import { createCache } from '../../../platform/cache/cache';
import type { CacheStore } from '../../../platform/cache/cache';
import { silentLog } from '../../../platform/runtime/log';
import { createVault, fixedKeys } from '../../../platform/security/keys/vault';
import { testVault } from '../../support/vault';

interface Kept {
  readonly value: string;
  readonly untilMs: number;
}

function world(random = () => 0.5, vault = testVault()) {
  const clock = { ms: 1_000_000 };
  const kept = new Map<string, Kept>();
  const redis = { away: false, calls: 0 };
  const call = <Found>(found: () => Found): Promise<Found> => {
    redis.calls += 1;
    return redis.away ? Promise.reject(new Error('away')) : Promise.resolve(found());
  };
  const store: CacheStore = {
    get: (key) =>
      call(() => {
        const entry = kept.get(key);
        return entry !== undefined && entry.untilMs > clock.ms ? entry.value : null;
      }),
    set: (key, value, _mode, ttlMs) =>
      call(() => kept.set(key, { value, untilMs: clock.ms + ttlMs })),
    del: (key) => call(() => kept.delete(key)),
  };
  const cache = createCache({
    store,
    log: silentLog,
    registry: new Registry(),
    vault,
    prefix: 'p:',
    now: () => clock.ms,
    random,
  });
  return { clock, kept, redis, cache };
}

const reader = (values: unknown[], ttlMs = 1_000) => {
  const reads = { count: 0 };
  const read = {
    key: 'k',
    ttlMs,
    load: () => {
      reads.count += 1;
      const next = values.length > 1 ? values.shift() : values[0];
      return next instanceof Error ? Promise.reject(next) : Promise.resolve(next);
    },
  };
  return { reads, read };
};

describe('reading through the cache', () => {
  test('loads once, then hits until the value is no longer fresh', async () => {
    const { cache, clock } = world();
    const { read } = reader(['one', 'two']);
    expect(await cache.read(read)).toMatchObject({ value: 'one', result: 'miss' });
    clock.ms += 999;
    expect(await cache.read(read)).toMatchObject({ value: 'one', result: 'hit', ageMs: 999 });
    clock.ms += 2;
    expect(await cache.read(read)).toMatchObject({ value: 'two', result: 'miss' });
  });

  test('a thousand parallel misses load once', async () => {
    const { cache } = world();
    const { read, reads } = reader(['one']);
    const answers = await Promise.all(Array.from({ length: 1_000 }, () => cache.read(read)));
    expect(reads.count).toBe(1);
    expect(new Set(answers.map(({ value }) => value))).toEqual(new Set(['one']));
  });

  test('remembers for a short time that there is nothing', async () => {
    const { cache, clock } = world();
    const { read, reads } = reader([undefined, 'late']);
    expect((await cache.read(read)).value).toBeUndefined();
    expect(await cache.read(read)).toMatchObject({ value: undefined, result: 'hit' });
    expect(reads.count).toBe(1);
    clock.ms += 501;
    expect(await cache.read(read)).toMatchObject({ value: 'late', result: 'miss' });
  });

  test('varies times to live by a tenth either way', async () => {
    for (const [random, ttlMs] of [
      [() => 0, 900],
      [() => 1, 1_100],
    ] as const) {
      const { cache, clock } = world(random);
      const { read } = reader(['one', 'two']);
      await cache.read(read);
      clock.ms += ttlMs - 1;
      expect((await cache.read(read)).result).toBe('hit');
      clock.ms += 2;
      expect((await cache.read(read)).result).toBe('miss');
    }
  });

  test('serves the old value while the real thing is away, and only for half a minute', async () => {
    const { cache, clock } = world();
    const { read } = reader(['one', new Error('database away')]);
    await cache.read(read);
    clock.ms += 20_000;
    expect(await cache.read(read)).toMatchObject({ value: 'one', result: 'stale', ageMs: 20_000 });
    clock.ms += 20_000;
    await expect(cache.read(read)).rejects.toThrow('database away');
  });

  test('a failed load is not remembered', async () => {
    const { cache } = world();
    const { read } = reader([new Error('away'), 'back']);
    await expect(cache.read(read)).rejects.toThrow('away');
    expect(await cache.read(read)).toMatchObject({ value: 'back', result: 'miss' });
  });

  test('what somebody else wrote under the key is as good as nothing', async () => {
    const { cache, kept, clock } = world();
    kept.set('p:k', { value: '{"broken', untilMs: clock.ms + 1_000 });
    expect(await cache.read(reader(['one']).read)).toMatchObject({ value: 'one', result: 'miss' });
  });

  test.each([
    ['plaintext', () => JSON.stringify({ value: 'forged', loadedAtMs: 0, freshUntilMs: 1e15 })],
    ['the value of another key', (of: (key: string) => string) => of('p:other')],
  ])('is not fooled by %s in Redis', async (_name, forged) => {
    const { cache, kept, clock } = world();
    await cache.read({ ...reader(['another']).read, key: 'other' });
    const value = forged((key) => kept.get(key)?.value ?? '');
    kept.set('p:k', { value, untilMs: clock.ms + 1_000 });
    expect(await cache.read(reader(['one']).read)).toMatchObject({ value: 'one', result: 'miss' });
  });

  test('gives Redis nothing that can be read', async () => {
    const { cache, kept } = world();
    await cache.read(reader(['canary']).read);
    expect(kept.size).toBe(1);
    expect(JSON.stringify([...kept])).not.toContain('canary');
  });

  test('keeps nothing while there is no key, and reads on', async () => {
    const { cache, kept } = world(undefined, createVault({ keys: fixedKeys([]) }));
    const { read, reads } = reader(['one']);
    expect((await cache.read(read)).value).toBe('one');
    expect((await cache.read(read)).value).toBe('one');
    expect([kept.size, reads.count]).toEqual([0, 2]);
  });

  test('forgets on demand', async () => {
    const { cache } = world();
    const { read } = reader(['one', 'two']);
    await cache.read(read);
    await cache.forget('k');
    expect(await cache.read(read)).toMatchObject({ value: 'two', result: 'miss' });
  });
});

describe('Redis away', () => {
  test('is a bypass, never an error, and soon not even asked', async () => {
    const { cache, redis } = world();
    redis.away = true;
    const { read, reads } = reader(['one']);
    for (let index = 0; index < 50; index++) {
      expect(await cache.read(read)).toMatchObject({ value: 'one', result: 'bypass' });
    }
    expect(reads.count).toBe(50);
    expect(redis.calls).toBe(breakerLimits.failuresMax);
    await cache.forget('k');
  });

  test('the breaker lets one trial through per second and closes on success', () => {
    const clock = { ms: 0 };
    const breaker = createBreaker(() => clock.ms);
    for (let index = 0; index < breakerLimits.failuresMax; index++) breaker.failed();
    expect(breaker.allows()).toBe(false);
    clock.ms += breakerLimits.openMs;
    expect([breaker.allows(), breaker.allows()]).toEqual([true, false]);
    breaker.succeeded();
    expect([breaker.allows(), breaker.allows()]).toEqual([true, true]);
  });
});
