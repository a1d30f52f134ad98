import { setImmediate as turn } from 'node:timers/promises';
import { cacheLimits } from '../../../platform/cache/entry';
import { versionOf } from '../../../platform/cache/store';
import { createVault, fixedKeys } from '../../../platform/security/keys/vault';
import { cacheWorld, forge, reader } from '../../support/cache-world';
import type { memoryCacheStore } from '../../support/memory-cache-store';

type CacheStoreOf = ReturnType<typeof memoryCacheStore>;

describe('reading through the cache', () => {
  test('loads once, then hits until the value is no longer fresh', async () => {
    const { cache, clock } = cacheWorld();
    const { read } = reader(['one', 'two']);
    expect(await cache.read(read)).toMatchObject({ value: 'one', result: 'miss' });
    clock.ms += 999;
    expect(await cache.read(read)).toMatchObject({ value: 'one', result: 'hit', ageMs: 999 });
    clock.ms += 2 + cacheLimits.agingMs;
    expect(await cache.read(read)).toMatchObject({ value: 'two', result: 'miss' });
  });

  test('a thousand parallel misses of two processes load once', async () => {
    const { cache, open } = cacheWorld();
    const { read, reads } = reader(['one']);
    const other = open();
    const slow = { ...read, load: () => turn().then(read.load) };
    const ask = (_: unknown, index: number) => (index % 2 ? cache : other).read(slow);
    const answers = await Promise.all(Array.from({ length: 1_000 }, ask));
    expect(reads.count).toBe(1);
    expect(new Set(answers.map(({ value }) => value))).toEqual(new Set(['one']));
  });

  test('waits for another process that loads, and not for one that died with the right to', async () => {
    const { cache, memory, clock } = cacheWorld();
    const { read, reads } = reader(['one']);
    await memory.store.begin('p:k', 'a process that died');
    const before = clock.ms;
    expect(await cache.read(read)).toMatchObject({ value: 'one', result: 'miss' });
    expect([clock.ms - before, reads.count]).toEqual([cacheLimits.waitMs, 1]);
  });

  test('answers with what has aged a little, and reads it anew once meanwhile', async () => {
    const { cache, clock } = cacheWorld();
    const { read, reads } = reader(['one', 'two']);
    await cache.read(read);
    clock.ms += 1_100;
    const answers = await Promise.all([1, 2, 3].map(() => cache.read(read)));
    expect(answers.map(({ value, result }) => [value, result])).toEqual(
      Array.from({ length: 3 }, () => ['one', 'stale']),
    );
    await turn();
    expect(await cache.read(read)).toMatchObject({ value: 'two', result: 'hit' });
    expect(reads.count).toBe(2);
  });

  test('reads what takes long to load anew before it ages', async () => {
    const { cache, clock } = cacheWorld(() => 0.5);
    const { read, reads } = reader(['one', 'two']);
    const slow = {
      ...read,
      load: () => {
        clock.ms += 300;
        return read.load();
      },
    };
    await cache.read(slow);
    // With this chance, 0.69 times what a load takes before its end: of the 1,000 ms from its beginning, 793.
    clock.ms += 480;
    expect(await cache.read(slow)).toMatchObject({ value: 'one', result: 'hit' });
    expect(reads.count).toBe(1);
    clock.ms += 20;
    expect(await cache.read(slow)).toMatchObject({ value: 'one', result: 'hit' });
    await turn();
    expect(await cache.read(slow)).toMatchObject({ value: 'two', result: 'hit' });
    expect(reads.count).toBe(2);
  });

  test('loads again what was loaded before the store forgot everything', async () => {
    const { cache, memory } = cacheWorld();
    const { read, reads } = reader(['one', 'two']);
    const load = () => {
      if (reads.count === 0) memory.flush();
      return read.load();
    };
    expect(await cache.read({ ...read, load })).toMatchObject({ value: 'two', result: 'miss' });
  });

  test('takes no load that began before the question', async () => {
    const { cache } = cacheWorld();
    const { read } = reader(['one', 'two']);
    const gate = { open: () => undefined as void };
    const held = new Promise<void>((resolve) => (gate.open = resolve));
    const nothingKept = { ...read, negativeTtlMs: 0, ttlMs: 0, key: 'held' };
    const first = cache.read({ ...nothingKept, load: () => held.then(read.load) });
    await turn();
    const second = cache.read(nothingKept);
    gate.open();
    expect([(await first).version, (await second).version].map(String).sort()).toEqual([
      versionOf(0, 1),
      versionOf(0, 2),
    ]);
  });

  test('serves nothing older than it has served, whatever the store holds', async () => {
    const { cache, open, redis } = cacheWorld();
    const { read } = reader(['one', 'two', 'three']);
    await open().read(read);
    redis.away = true;
    expect(await cache.read(read)).toMatchObject({ value: 'two', result: 'bypass' });
    redis.away = false;
    expect(await open().read(read)).toMatchObject({ value: 'one', result: 'hit' });
    expect(await cache.read(read)).toMatchObject({ value: 'three', result: 'miss' });
  });

  test('remembers for a short time that there is nothing', async () => {
    const { cache, clock } = cacheWorld();
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
      const { cache, clock } = cacheWorld(random);
      const { read } = reader(['one', 'two']);
      await cache.read(read);
      clock.ms += ttlMs - 1;
      expect((await cache.read(read)).result).toBe('hit');
      clock.ms += 2;
      expect((await cache.read(read)).result).toBe('stale');
    }
  });

  test('serves the old value while the real thing is away, and only for half a minute', async () => {
    const { cache, clock } = cacheWorld();
    const { read } = reader(['one', new Error('database away')]);
    await cache.read(read);
    clock.ms += 20_000;
    expect(await cache.read(read)).toMatchObject({ value: 'one', result: 'stale', ageMs: 20_000 });
    clock.ms += 20_000;
    await expect(cache.read(read)).rejects.toThrow('database away');
  });

  test('a failed load is not remembered', async () => {
    const { cache } = cacheWorld();
    const { read } = reader([new Error('away'), 'back']);
    await expect(cache.read(read)).rejects.toThrow('away');
    expect(await cache.read(read)).toMatchObject({ value: 'back', result: 'miss' });
  });

  test('what somebody else wrote under the key is as good as nothing', async () => {
    const { cache, memory } = cacheWorld();
    await forge(memory, 'p:k', '{"broken');
    expect(await cache.read(reader(['one']).read)).toMatchObject({ value: 'one', result: 'miss' });
  });

  const forged = { value: 'forged', version: versionOf(0, 1), freshUntilMs: 1e15 };
  test.each([
    ['plaintext', async () => JSON.stringify(forged)],
    [
      'the value of another key',
      async ({ store }: CacheStoreOf) => (await store.look('p:other')).text,
    ],
  ])('is not fooled by %s in Redis', async (_name, textOf) => {
    const { cache, memory } = cacheWorld();
    await cache.read({ ...reader(['another']).read, key: 'other' });
    await forge(memory, 'p:k', (await textOf(memory)) ?? '');
    expect(await cache.read(reader(['one']).read)).toMatchObject({ value: 'one', result: 'miss' });
  });

  test('believes no version that stands beside a value', async () => {
    const { cache, memory, open } = cacheWorld();
    await open().read(reader(['one']).read);
    const { text = '' } = await memory.store.look('p:k');
    memory.flush();
    const { born } = await memory.store.begin('p:k', 'forger');
    const version = versionOf(9, 9);
    await memory.store.put('p:k', { born, version, text, token: 'forger', isMissing: false });
    expect((await cache.read(reader(['two']).read)).value).toBe('two');
  });

  test('gives Redis nothing that can be read', async () => {
    const { cache, memory } = cacheWorld();
    await cache.read(reader(['canary']).read);
    expect(memory.size()).toBe(1);
    expect(memory.dump()).not.toContain('canary');
  });

  test('keeps nothing while there is no key, and reads on', async () => {
    const { cache, memory } = cacheWorld(undefined, createVault({ keys: fixedKeys([]) }));
    const { read, reads } = reader(['one']);
    expect((await cache.read(read)).value).toBe('one');
    expect((await cache.read(read)).value).toBe('one');
    expect([memory.dump().includes('text'), reads.count]).toEqual([false, 2]);
  });
});
