import { once } from 'node:events';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { Registry } from 'prom-client';
import { createCache } from '../../platform/cache/cache';
import { connectRedis } from '../../platform/cache/redis';
import { redisStore } from '../../platform/cache/redis-store';
import { versionOf } from '../../platform/cache/store';
import { silentLog } from '../../platform/runtime/log';
import { Random } from '../../platform/testing/random';
import { playCache } from '../support/cache-play';
import { cacheStoreContract } from '../support/cache-store-contract';
import { testVault } from '../support/vault';
import { configFor } from '../support/world';

/** Two gateways and the projector, each with a connection of its own. */
const clients = ['gateway', 'gateway', 'projector'].map((name) =>
  connectRedis(configFor(name), silentLog),
);
const stores = clients.map(redisStore);
const [redis] = clients;
const [store] = stores;
const vault = testVault();
/** A minute of the play takes a second and a half. */
const scale = 1 / 40;
const prefix = `cache-test-${process.pid}:`;

/** Loses what these tests have put, and no more: others count their requests beside them. */
async function flush(): Promise<void> {
  const keys = await redis!.keys('suite:*');
  const played = await redis!.keys(`${prefix}*`);
  if (keys.length + played.length > 0) await redis!.del(...keys, ...played);
}

beforeAll(() => Promise.all(clients.map((client) => once(client, 'ready'))));
afterAll(async () => {
  await flush();
  clients.forEach((client) => client.disconnect());
});

cacheStoreContract('the store of the cache, in Redis', () => ({
  store: store!,
  flush,
  pass: async (ms) => void (await pauseFor(ms)),
}));

describe('the cache over Redis', () => {
  test('no reader of two gateways goes back, however reads, changes, news and losses fall together', async () => {
    const seed = Number(process.env.HOLDFAST_TEST_SEED ?? Math.floor(Math.random() * 2 ** 31));
    const random = new Random(seed);
    const stage = {
      ...{ random, stores, vault, prefix, now: Date.now, flush },
      scale,
      rest: async (ms: number) => void (await pauseFor(random.next() * ms * scale)),
    };
    const script = { users: 16, reads: 60, writes: 400, flushes: 40 };
    const { broken, puts } = await playCache(stage, script);
    expect({ seed, broken }).toEqual({ seed, broken: [] });
    expect([puts.stored, puts.older, puts.gone]).not.toContain(0);
  });

  test('a thousand parallel misses of two gateways load once', async () => {
    const loads = { count: 0 };
    const load = async () => {
      loads.count += 1;
      await pauseFor(50);
      return { value: 'one', version: versionOf(0, 1) };
    };
    const gateways = stores.map((one) =>
      createCache({ store: one, log: silentLog, registry: new Registry(), vault, prefix }),
    );
    const ask = (_: unknown, index: number) =>
      gateways[index % 2]!.read({ key: 'crowd', ttlMs: 5_000, load });
    const answers = await Promise.all(Array.from({ length: 1_000 }, ask));
    expect(loads.count).toBe(1);
    expect(new Set(answers.map(({ value }) => value))).toEqual(new Set(['one']));
  });

  test('goes on when Redis has forgotten its scripts', async () => {
    const key = `${prefix}scripts`;
    const { born } = await store!.begin(key, 'a');
    await redis!.script('FLUSH');
    const put = { born, token: 'a', text: 'text', version: versionOf(0, 2), isMissing: false };
    expect(await store!.put(key, put)).toBe('stored');
    await redis!.script('FLUSH');
    expect(await store!.raise(key, versionOf(0, 3))).toBe('raised');
    expect(await store!.look(key)).toEqual({ born: 'a', floor: versionOf(0, 3) });
  });
});
