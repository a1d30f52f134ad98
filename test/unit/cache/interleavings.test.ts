import fc from 'fast-check';
import { Random } from '../../../platform/testing/random';
import { playCache } from '../../support/cache-play';
import type { Played, Script } from '../../support/cache-play';
import { memoryCacheStore } from '../../support/memory-cache-store';
import { testVault } from '../../support/vault';
import { virtualTime } from '../../support/virtual-time';

const vault = testVault();

async function play(seed: number, script: Partial<Script>): Promise<Played> {
  const random = new Random(seed);
  const time = virtualTime(random);
  const memory = memoryCacheStore(time.now);
  const { store } = memory;
  const stage = {
    ...{ random, vault, stores: [store, store, store], prefix: 'p:', scale: 1, ...time },
    flush: async () => memory.flush(),
  };
  return time.run(playCache(stage, { users: 5, reads: 16, writes: 24, ...script }));
}

/** Sums of all plays: what never happened was not tried. */
async function playAll(script: Partial<Script>): Promise<Played> {
  const all: Played = { broken: [], results: {}, puts: {} };
  const add = (to: Record<string, number>, more: Record<string, number>) => {
    for (const [name, count] of Object.entries(more)) to[name] = (to[name] ?? 0) + count;
  };
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const { broken, results, puts } = await play(seed, script);
      add(all.results, results);
      add(all.puts, puts);
      expect({ seed, broken }).toEqual({ seed, broken: [] });
    }),
    { numRuns: 25, endOnFailure: true },
  );
  return all;
}

describe('however reads, changes, news of changes and delays fall together', () => {
  test('no reader of several gateways goes back, and none is answered older than what was told', async () => {
    const { results, puts } = await playAll({});
    expect(Object.keys(results).sort()).toEqual(['hit', 'miss', 'stale']);
    expect([puts.older, puts.stored]).not.toContain(0);
  });

  test('no reader goes back where the cache is told of nothing', async () => {
    await playAll({ lost: 1, users: 8 });
  });

  test('nor where the store forgets everything in between', async () => {
    const { puts } = await playAll({ flushes: 6 });
    expect(puts.gone).toBeGreaterThan(0);
  });

  test('nor at one gateway where the store fails at any moment', async () => {
    const { results, puts } = await playAll({ isSticky: true, failing: 0.2, flushes: 2 });
    expect(results.bypass).toBeGreaterThan(0);
    expect(puts.failed).toBeGreaterThan(0);
  });
});
