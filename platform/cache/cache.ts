import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import { isFault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { Log } from '../runtime/log';
import { metricNames } from '../runtime/metric-names';
import type { Vault } from '../security/keys/vault';
import { createBreaker } from './breaker';

/** Where an answer came from, as the header X-Cache says it. */
export type CacheResult = 'hit' | 'miss' | 'stale' | 'bypass';

/** What the cache needs of Redis. Every call may reject. */
export interface CacheStore {
  get(key: string): Promise<string | null>;
  set(key: string, value: string, mode: 'PX', ttlMs: number): Promise<unknown>;
  del(key: string): Promise<unknown>;
}

export interface CacheRead<Value> {
  /** Version of the value's shape, then whose and what: `v1:order:<id>`. */
  readonly key: string;
  /** Milliseconds a value stays fresh; it may depend on the value. */
  readonly ttlMs: number | ((value: Value) => number);
  /** Milliseconds a missing value is remembered as missing; short, since it may appear any moment. */
  readonly negativeTtlMs?: number;
  /** Reads the real thing; undefined when there is none. */
  load(): Promise<Value | undefined>;
}

export interface CacheAnswer<Value> {
  readonly value: Value | undefined;
  readonly result: CacheResult;
  /** Milliseconds since the value was loaded. */
  readonly ageMs: number;
}

export interface Cache {
  /** The cached value, or the loaded one. Rejects only when loading fails and nothing stale is left. */
  read<Value>(read: CacheRead<Value>): Promise<CacheAnswer<Value>>;
  /** Forgets a value; when Redis is away it runs out by itself. */
  forget(key: string): Promise<void>;
}

/** How far a time to live is varied, and how long a value may be served when the real thing is away. */
export const cacheLimits = { jitter: 0.1, staleMs: 30_000, negativeTtlMs: 500 } as const;

interface Entry {
  readonly value?: unknown;
  readonly loadedAtMs: number;
  readonly freshUntilMs: number;
}

export interface CacheOptions {
  readonly store: CacheStore;
  readonly log: Log;
  readonly registry: Registry;
  /** Seals what Redis is given, each value for its key; while it has no key, the cache is passed by. */
  readonly vault: Vault;
  /** Prefix that keeps several worlds on one Redis apart. */
  readonly prefix: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly random?: () => number;
}

function parseEntry(text: string | null, key: string, vault: Vault): Entry | undefined {
  if (text === null) return undefined;
  try {
    const entry = vault.open(text, placeOf(key)) as Partial<Entry> | null;
    const whole = typeof entry?.loadedAtMs === 'number' && typeof entry.freshUntilMs === 'number';
    return whole ? (entry as Entry) : undefined;
  } catch {
    // Not ours, cut short, another key's, or sealed with a key that is gone: as good as missing.
    return undefined;
  }
}

/** Undefined while there is no key: a value that cannot be sealed is not kept. */
function sealEntry(entry: Entry, key: string, vault: Vault): string | undefined {
  try {
    return vault.seal(entry as unknown as Json, placeOf(key));
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

const placeOf = (key: string): readonly string[] => ['cache', key];

/** Redis behind a breaker: failing calls turn into nothing, quickly. */
function guardedStore({ store, log }: CacheOptions) {
  const breaker = createBreaker();
  return async function ask<Found>(
    call: (store: CacheStore) => Promise<Found>,
  ): Promise<{ readonly found: Found } | undefined> {
    if (!breaker.allows()) return undefined;
    try {
      const found = await call(store);
      breaker.succeeded();
      return { found };
    } catch (error) {
      breaker.failed();
      log.debug('the cache did not answer', { error });
      return undefined;
    }
  };
}

/**
 * A read-through cache. One load at a time per key and process; times to live vary by a tenth, so that values made
 * together do not run out together. Redis away is never an error: answers then say `bypass`.
 */
export function createCache(options: CacheOptions): Cache {
  const now = options.now ?? Date.now;
  const random = options.random ?? Math.random;
  const ask = guardedStore(options);
  const flights = new Map<string, Promise<CacheAnswer<unknown>>>();
  const requests = new Counter({
    name: metricNames.cacheRequests,
    help: 'Reads through the cache by result',
    labelNames: ['result'],
    registers: [options.registry],
  });

  function ttlOf<Value>(read: CacheRead<Value>, value: Value | undefined): number {
    const negative = read.negativeTtlMs ?? cacheLimits.negativeTtlMs;
    const own = typeof read.ttlMs === 'number' ? () => read.ttlMs as number : read.ttlMs;
    const ttlMs = value === undefined ? negative : own(value);
    return Math.round(ttlMs * (1 + cacheLimits.jitter * (2 * random() - 1)));
  }

  async function load<Value>(read: CacheRead<Value>, key: string): Promise<CacheAnswer<Value>> {
    const value = await read.load();
    const loadedAtMs = now();
    const ttlMs = ttlOf(read, value);
    const entry: Entry = { value, loadedAtMs, freshUntilMs: loadedAtMs + ttlMs };
    const keepMs = ttlMs + (value === undefined ? 0 : cacheLimits.staleMs);
    const sealed = sealEntry(entry, key, options.vault);
    if (sealed !== undefined) {
      await ask((store) => store.set(key, sealed, 'PX', Math.max(1, keepMs)));
    }
    return { value, result: 'miss', ageMs: 0 };
  }

  async function find<Value>(read: CacheRead<Value>, key: string): Promise<CacheAnswer<Value>> {
    const asked = await ask((store) => store.get(key));
    const entry = parseEntry(asked?.found ?? null, key, options.vault);
    const held = (result: CacheResult): CacheAnswer<Value> => ({
      value: entry?.value as Value | undefined,
      result,
      ageMs: now() - (entry?.loadedAtMs ?? now()),
    });
    if (entry !== undefined && now() < entry.freshUntilMs) return held('hit');
    try {
      const loaded = await load(read, key);
      return asked === undefined ? { ...loaded, result: 'bypass' } : loaded;
    } catch (error) {
      if (entry?.value === undefined) throw error;
      return held('stale');
    }
  }

  return {
    async read<Value>(read: CacheRead<Value>) {
      const key = `${options.prefix}${read.key}`;
      const open = flights.get(key) as Promise<CacheAnswer<Value>> | undefined;
      const flight = open ?? find(read, key).finally(() => flights.delete(key));
      if (open === undefined) flights.set(key, flight);
      const answer = await flight;
      requests.inc({ result: answer.result });
      return answer;
    },
    forget: async (key) => {
      await ask((store) => store.del(`${options.prefix}${key}`));
    },
  };
}
