import { breakerLimits, createBreaker } from '../../../platform/cache/breaker';
import { cacheWorld, reader } from '../../support/cache-world';

describe('a change that somebody has asked for', () => {
  test('makes what was there be forgotten, also that there was nothing', async () => {
    const { cache, open } = cacheWorld();
    const { read } = reader(['one', 'two']);
    const nothing = reader([undefined, 'there']);
    await Promise.all([cache.read(read), cache.read({ ...nothing.read, key: 'n' })]);
    await open().expect('k');
    await open().expect('n');
    expect(await cache.read(read)).toMatchObject({ value: 'two', result: 'miss' });
    expect((await cache.read({ ...nothing.read, key: 'n' })).value).toBe('there');
  });

  test('keeps the cache from remembering that there is nothing yet', async () => {
    const { cache } = cacheWorld();
    const { read } = reader([undefined, undefined, 'there']);
    await cache.expect('k');
    expect((await cache.read(read)).value).toBeUndefined();
    expect((await cache.read(read)).value).toBeUndefined();
    expect((await cache.read(read)).value).toBe('there');
  });

  test('is remembered here where Redis could not be told', async () => {
    const { cache, redis, open } = cacheWorld();
    const { read } = reader(['one', 'two', 'three']);
    await open().read(read);
    redis.away = true;
    await cache.expect('k');
    redis.away = false;
    expect((await cache.read(read)).value).toBe('two');
    expect((await cache.read(read)).value).toBe('three');
  });
});

describe('Redis away', () => {
  test('is a bypass, never an error, and soon not even asked', async () => {
    const { cache, redis } = cacheWorld();
    redis.away = true;
    const { read, reads } = reader(['one']);
    for (let index = 0; index < 50; index++) {
      expect(await cache.read(read)).toMatchObject({ value: 'one', result: 'bypass' });
    }
    expect(reads.count).toBe(50);
    expect(redis.calls).toBe(breakerLimits.failuresMax);
    await cache.expect('k');
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
