import { randomUUID } from 'node:crypto';
import { setTimeout as pauseFor } from 'node:timers/promises';
import { Counter } from 'prom-client';
import type { Registry } from 'prom-client';
import { fromZero } from '../runtime/from-zero';
import type { Log } from '../runtime/log';
import { metricNames } from '../runtime/metric-names';
import type { Vault } from '../security/keys/vault';
import { behindBreaker } from './breaker';
import { cacheLimits, entryTimes, openEntry, sealEntry } from './entry';
import type { CacheLimits, Entry } from './entry';
import { createFlights } from './flights';
import { createServed } from './served';
import { newest, putOutcomes } from './store';
import type { Begun, CacheStore, Held, Version } from './store';

/** Where an answer came from, as the header X-Cache says it. */
export const cacheResults = ['hit', 'miss', 'stale', 'bypass'] as const;
export type CacheResult = (typeof cacheResults)[number];

/** What was read of the real thing; the version says how new that is, also where there is nothing. */
export interface Loaded<Value> {
  readonly value: Value | undefined;
  readonly version: Version;
}

export interface CacheRead<Value> {
  /** Version of the value's shape, then whose and what: `v2:order-status:<id>`. */
  readonly key: string;
  /** Milliseconds a value stays fresh; it may depend on the value. */
  readonly ttlMs: number | ((value: Value) => number);
  /** Milliseconds a missing value is remembered as missing; short, since it may appear any moment. */
  readonly negativeTtlMs?: number;
  /** Reads the real thing, which never goes back: a later call finds the same version or a newer one. */
  load(): Promise<Loaded<Value>>;
}

export interface CacheAnswer<Value> extends Loaded<Value> {
  readonly result: CacheResult;
  /** Milliseconds since the value began to be loaded. */
  readonly ageMs: number;
}

export interface Cache {
  /** The cached value, or the loaded one. Rejects only when loading fails and nothing stale is left. */
  read<Value>(read: CacheRead<Value>): Promise<CacheAnswer<Value>>;
  /** Somebody has asked for a change of it: what is cached is forgotten; that there is nothing is not remembered. */
  expect(key: string): Promise<void>;
}

export interface CacheOptions {
  readonly store: CacheStore;
  readonly log: Log;
  readonly registry: Registry;
  /** Seals what Redis is given, each value for its key; while it has no key, nothing is kept. */
  readonly vault: Vault;
  /** Prefix that keeps several worlds on one Redis apart. */
  readonly prefix: string;
  /** Milliseconds since 1970. */
  readonly now?: () => number;
  readonly random?: () => number;
  readonly pause?: (ms: number) => Promise<unknown>;
  readonly limits?: Partial<CacheLimits>;
}

/**
 * A read-through cache over a store that several processes share. No reader goes back: an answer is what the store held
 * after the question was asked, or was loaded after it; the store takes nothing older than what it has or was told of.
 * Redis away is never an error: answers then say `bypass`.
 */
export function createCache(options: CacheOptions): Cache {
  const limits = { ...cacheLimits, ...options.limits };
  const { vault, now = Date.now, random = Math.random, pause = pauseFor } = options;
  const ask = behindBreaker(options.store, options.log, options.now);
  const flights = createFlights();
  const served = createServed(now);
  const { stageOf, isDueEarly, timesOf } = entryTimes({ now, random, limits });
  const counted = countersIn(options.registry);

  /** What may be served of what is held. */
  function entryOf(held: Held | undefined, key: string): Entry | undefined {
    const entry = held && openEntry(held, key, vault);
    if (entry === undefined || served.isPassed(key)) return undefined;
    return entry.version < newest(held?.floor, served.least(key)) ? undefined : entry;
  }

  const answerOf = <Value>(entry: Entry, result: CacheResult): CacheAnswer<Value> => ({
    value: entry.value as Value | undefined,
    version: entry.version,
    ...{ result, ageMs: now() - entry.readAtMs },
  });

  async function load<Value>(read: CacheRead<Value>): Promise<Entry> {
    const readAtMs = now();
    const { value, version } = await read.load();
    const { ttlMs } = read;
    const freshMs =
      value === undefined
        ? (read.negativeTtlMs ?? limits.negativeTtlMs)
        : typeof ttlMs === 'number'
          ? ttlMs
          : ttlMs(value);
    return { value, version, ...timesOf(readAtMs, { freshMs, isMissing: value === undefined }) };
  }

  /** Undefined where the store does not answer. */
  async function keep(key: string, entry: Entry, turn: Turn) {
    const text = sealEntry(entry, key, vault);
    if (text === undefined) {
      await ask((store) => store.release(key, turn.token));
      return 'unsealed';
    }
    const { born, token } = turn;
    const put = { born, token, text, version: entry.version, isMissing: entry.value === undefined };
    const outcome = await ask((store) => store.put(key, put));
    counted.puts.inc({ outcome: outcome ?? 'failed' });
    return outcome;
  }

  /** Waits shortly while another process loads; then does the same. */
  async function takeTurn(key: string): Promise<Turn | undefined> {
    const token = randomUUID();
    for (let waitedMs = 0; ; waitedMs += limits.pollMs) {
      const begun = await ask((store) => store.begin(key, token));
      if (begun === undefined) return undefined;
      const turn = { ...begun, token };
      if (begun.hasLock || waitedMs >= limits.waitMs) return turn;
      if (stageOf(entryOf(begun, key)) === 'fresh') return turn;
      await pause(limits.pollMs);
    }
  }

  async function fetch<Value>(read: CacheRead<Value>, key: string): Promise<CacheAnswer<Value>> {
    for (let attempt = 1; ; attempt++) {
      const turn = await takeTurn(key);
      const entry = entryOf(turn, key);
      const giveBack = () => ask(async (store) => turn && store.release(key, turn.token));
      if (entry && stageOf(entry) === 'fresh') {
        if (turn?.hasLock) void giveBack();
        return answerOf(entry, 'hit');
      }
      const loaded = await load(read).catch(async (error: unknown) => {
        await giveBack();
        if (entry?.value === undefined || stageOf(entry) === 'over') throw error;
        return undefined;
      });
      if (loaded === undefined && entry) return answerOf(entry, 'stale');
      if (loaded === undefined) continue;
      const outcome = turn && (await keep(key, loaded, turn));
      // Whoever was served something newer by what is forgotten must not be given this by others.
      if (outcome === 'gone' && attempt < limits.attemptsMax) continue;
      const isKept = outcome !== undefined && outcome !== 'gone';
      return answerOf(loaded, isKept ? 'miss' : 'bypass');
    }
  }

  /** Reads anew what is still served, in the background, unless somebody is at it. */
  function renew<Value>(read: CacheRead<Value>, key: string): void {
    if (flights.has(key)) return;
    const work = async () => {
      const token = randomUUID();
      const begun = await ask((store) => store.begin(key, token));
      if (!begun?.hasLock) return;
      try {
        await keep(key, await load(read), { ...begun, token });
      } catch (error) {
        options.log.debug('a value was not read anew', { error });
        await ask((store) => store.release(key, token));
      }
    };
    void flights.fly(key, work);
  }

  async function find<Value>(read: CacheRead<Value>, key: string): Promise<CacheAnswer<Value>> {
    const entry = entryOf(await ask((store) => store.look(key)), key);
    const stage = stageOf(entry);
    if (entry === undefined || stage === 'over' || stage === 'good') {
      return flights.fly(key, () => fetch(read, key));
    }
    if (stage === 'aging' || isDueEarly(entry)) renew(read, key);
    return answerOf(entry, stage === 'fresh' ? 'hit' : 'stale');
  }

  return {
    async read<Value>(read: CacheRead<Value>) {
      const key = `${options.prefix}${read.key}`;
      const answer = await find(read, key);
      served.note(key, answer.version);
      counted.requests.inc({ result: answer.result });
      return answer;
    },
    async expect(name) {
      const key = `${options.prefix}${name}`;
      const done = await ask(async (store) => (await store.expect(key, randomUUID()), true));
      if (!done) served.pass(key);
    },
  };
}

interface Turn extends Begun {
  readonly token: string;
}

function countersIn(registry: Registry) {
  const registers = [registry];
  const requests = new Counter({
    name: metricNames.cacheRequests,
    help: 'Reads through the cache by result',
    ...{ labelNames: ['result'], registers },
  });
  const puts = new Counter({
    name: metricNames.cachePuts,
    help: 'Loaded values that were to be kept, by what became of them',
    ...{ labelNames: ['outcome'], registers },
  });
  return {
    requests: fromZero(requests, { result: cacheResults }),
    puts: fromZero(puts, { outcome: [...putOutcomes, 'failed'] }),
  };
}
