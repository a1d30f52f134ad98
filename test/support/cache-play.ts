import { Registry } from 'prom-client';
import { createCache } from '../../platform/cache/cache';
import type { Cache, CacheAnswer, Loaded } from '../../platform/cache/cache';
import { cacheLimits } from '../../platform/cache/entry';
import type { CacheLimits } from '../../platform/cache/entry';
import { newest, oldest, versionOf } from '../../platform/cache/store';
import type { CacheStore, Version } from '../../platform/cache/store';
import { silentLog } from '../../platform/runtime/log';
import type { Vault } from '../../platform/security/keys/vault';
import type { Random } from '../../platform/testing/random';

/** Where a play takes place: real servers and time, or neither. */
export interface Stage {
  readonly random: Random;
  /** One for each gateway; they are views of the same. */
  readonly stores: readonly CacheStore[];
  readonly vault: Vault;
  readonly prefix: string;
  readonly now: () => number;
  /** How long this stage takes for a millisecond of the play: limits of the cache are as many. */
  readonly scale: number;
  /** Lets others go on; for how long is up to chance, `ms` of the play at most. */
  readonly rest: (ms: number) => Promise<void>;
  /** The store loses everything. */
  readonly flush: () => Promise<unknown>;
}

export interface Script {
  readonly users: number;
  readonly reads: number;
  readonly writes: number;
  /** Users stay with the gateway they began with. */
  readonly isSticky?: boolean;
  /** Calls of the store that fail, after they did their work or before, from 0 to 1. */
  readonly failing?: number;
  /** Times that the store loses everything. */
  readonly flushes?: number;
  /** Changes that the cache is never told of, from 0 to 1. */
  readonly lost?: number;
}

/** What was seen in a play. */
export interface Played {
  /** What must never be, in words. */
  readonly broken: string[];
  readonly results: Record<string, number>;
  readonly puts: Record<string, number>;
}

const keys = ['a', 'a', 'a', 'b'] as const;
const ttlMs = 300;

/** The real thing: what is there of a key only ever grows newer. */
function truth() {
  const rows = new Map<string, { era: number; count: number }>();
  const of = (key: string) => rows.get(key) ?? { era: 0, count: 0 };
  const versionNow = (key: string): Version => versionOf(of(key).era, of(key).count);
  return {
    versionNow,
    /** Another event, or a switch to a build of the read model in which the row counts fewer. */
    change: (key: string, isSwitch: boolean): Version => {
      const { era, count } = of(key);
      rows.set(key, isSwitch ? { era: era + 1, count: 1 } : { era, count: count + 1 });
      return versionNow(key);
    },
    read: (key: string): Loaded<string> => {
      const version = versionNow(key);
      return { value: of(key).count === 0 ? undefined : `value of ${version}`, version };
    },
  };
}

/** A store behind a network: what is asked takes its time to get there, and the answer to come back. */
function faraway(store: CacheStore, { random, rest }: Stage, failing: number): CacheStore {
  const fail = () => {
    if (random.chance(failing)) throw new Error('the connection was lost');
  };
  const over = async <Found>(call: () => Promise<Found>): Promise<Found> => {
    await rest(8);
    fail();
    const found = await call();
    await rest(8);
    fail();
    return found;
  };
  return {
    look: (key) => over(() => store.look(key)),
    begin: (key, token) => over(() => store.begin(key, token)),
    put: (key, put) => over(() => store.put(key, put)),
    release: (key, token) => over(() => store.release(key, token)),
    raise: (key, version) => over(() => store.raise(key, version)),
    expect: (key, token) => over(() => store.expect(key, token)),
  };
}

/**
 * Users read through several gateways while rows change, the cache is told late, out of order or never, and the store
 * forgets. No user may be answered older than before, nor older than a change that the cache was told of before the
 * question, nor older than what there was when somebody's start was answered.
 */
export async function playCache(stage: Stage, script: Script): Promise<Played> {
  const { random, rest } = stage;
  const { failing = 0, lost = 0.4, flushes = 0, isSticky = false } = script;
  const registry = new Registry();
  const real = truth();
  const told = new Map<string, Version>();
  const played: Played = { broken: [], results: {}, puts: {} };
  const stores = stage.stores.map((store) => faraway(store, stage, failing));
  const registries = stores.map(() => new Registry());
  const gateways = stores.map((store, index) =>
    createCache({
      ...{ store, log: silentLog, registry: registries[index] ?? registry },
      ...{ vault: stage.vault, prefix: stage.prefix, now: stage.now },
      random: () => random.next(),
      pause: (ms) => rest((2 * ms) / stage.scale),
      limits: scaled(stage.scale),
    }),
  );
  const load = async (key: string): Promise<Loaded<string>> => {
    await rest(20);
    const loaded = real.read(key);
    // At times for longer than others wait for who has the right to load.
    await rest(random.chance(0.5) ? 900 : 10);
    return loaded;
  };
  const acknowledge = (key: string, version: Version) =>
    void told.set(key, newest(told.get(key), version));

  async function tell(key: string, version: Version): Promise<void> {
    await rest(random.chance(0.2) ? 1_500 : 30);
    const store = random.pick(stores);
    const outcome = await store?.raise(`${stage.prefix}${key}`, version).catch(() => undefined);
    if (outcome !== undefined) acknowledge(key, version);
  }

  async function change(): Promise<void> {
    const telling: Promise<void>[] = [];
    for (let written = 0; written < script.writes; written++) {
      await rest(400);
      const key = random.pick(keys) ?? 'a';
      const version = real.change(key, random.chance(0.1));
      if (!random.chance(lost)) telling.push(tell(key, version));
    }
    await Promise.all(telling);
  }

  async function start(gateway: Cache, key: string): Promise<void> {
    const version = real.versionNow(key);
    await gateway.expect(key);
    // Where the store could not be told, others may still have what was there before.
    if (failing === 0) acknowledge(key, version);
  }

  async function use(user: number): Promise<void> {
    const seen = new Map<string, Version>();
    for (let asked = 0; asked < script.reads; asked++) {
      await rest(random.chance(0.3) ? 4_000 : 40);
      const index = isSticky ? user % gateways.length : Math.floor(random.next() * gateways.length);
      const gateway = gateways[index];
      const key = random.pick(keys) ?? 'a';
      if (gateway === undefined) continue;
      if (random.chance(0.05)) await start(gateway, key);
      const least = isSticky ? oldest : newest(told.get(key));
      const answer = await gateway.read({ key, ttlMs: ttlMs * stage.scale, load: () => load(key) });
      const before = newest(seen.get(key));
      const who = `user ${user} at gateway ${index}, key ${key}`;
      if (answer.version < before) played.broken.push(`${who}: ${answer.version} after ${before}`);
      if (answer.version < least) played.broken.push(`${who}: ${answer.version}, told ${least}`);
      if (!isWhole(answer)) played.broken.push(`${who}: ${answer.value} of ${answer.version}`);
      seen.set(key, newest(before, answer.version));
      played.results[answer.result] = (played.results[answer.result] ?? 0) + 1;
    }
  }

  async function forget(): Promise<void> {
    for (let done = 0; done < flushes; done++) {
      await rest(1_500);
      await stage.flush();
    }
  }

  await Promise.all([
    ...Array.from({ length: script.users }, (_, user) => use(user)),
    change(),
    forget(),
  ]);
  for (const one of registries) await countPuts(one, played.puts);
  return played;
}

const scaled = (scale: number): Partial<CacheLimits> => {
  const { agingMs, staleMs, negativeTtlMs, pollMs, waitMs } = cacheLimits;
  const all = Object.entries({ agingMs, staleMs, negativeTtlMs, pollMs, waitMs });
  return Object.fromEntries(all.map(([name, ms]) => [name, ms * scale]));
};

const isWhole = ({ value, version }: CacheAnswer<string>): boolean =>
  value === undefined ? version.endsWith(':000000000000') : value === `value of ${version}`;

async function countPuts(registry: Registry, puts: Record<string, number>): Promise<void> {
  const [found] = (await registry.getMetricsAsJSON()).filter(
    ({ name }) => name === 'cache_puts_total',
  );
  for (const { labels, value } of (found?.values ?? []) as {
    labels: { outcome: string };
    value: number;
  }[]) {
    puts[labels.outcome] = (puts[labels.outcome] ?? 0) + value;
  }
}
