import { isFault } from '../kernel/faults';
import type { Json } from '../kernel/json';
import type { Vault } from '../security/keys/vault';
import type { Held, Version } from './store';

/** Milliseconds, but for what says otherwise. Together they stay below the time the store keeps a key. */
export const cacheLimits = {
  /** Times to live vary by this part. */
  jitter: 0.1,
  freshMsMax: 20_000,
  /** A value that is no longer fresh is served for so long while one reader reads it anew. */
  agingMs: 1_500,
  /** And for so long while it cannot be read anew. */
  staleMs: 30_000,
  negativeTtlMs: 500,
  /** Somebody else is loading: how often and how long that is waited for. */
  pollMs: 25,
  waitMs: 250,
  /** Loads of one answer, where the store forgets each time what it was told. */
  attemptsMax: 3,
} as const;

export type CacheLimits = { readonly [Name in keyof typeof cacheLimits]: number };

/** A value as it is kept, sealed. Times are of the moment its load began: what happened later is not in it. */
export interface Entry {
  /** Absent when there was nothing. */
  readonly value?: unknown;
  readonly version: Version;
  readonly readAtMs: number;
  /** How long the load took. */
  readonly tookMs: number;
  readonly freshUntilMs: number;
  /** Until then it may be served while it is read anew. */
  readonly agingUntilMs: number;
  /** Until then it may be served while it cannot be read anew. */
  readonly goodUntilMs: number;
}

const numbers = ['readAtMs', 'tookMs', 'freshUntilMs', 'agingUntilMs', 'goodUntilMs'] as const;
const placeOf = (key: string): readonly string[] => ['cache', key];

/** Undefined while there is no key: a value that cannot be sealed is not kept. */
export function sealEntry(entry: Entry, key: string, vault: Vault): string | undefined {
  try {
    return vault.seal(entry as unknown as Json, placeOf(key));
  } catch (error) {
    if (isFault(error)) return undefined;
    throw error;
  }
}

/** The entry that is held, if it is what was put there: nobody believes the version beside it. */
export function openEntry(held: Held, key: string, vault: Vault): Entry | undefined {
  if (held.text === undefined) return undefined;
  try {
    const entry = vault.open(held.text, placeOf(key)) as Partial<Entry> | null;
    const isWhole = numbers.every((name) => typeof entry?.[name] === 'number');
    return isWhole && entry?.version === held.version ? (entry as Entry) : undefined;
  } catch {
    // Not ours, cut short, another key's, or sealed with a key that is gone: as good as missing.
    return undefined;
  }
}

/** What an entry may be used for: served, served while it is read anew, served where that fails, or nothing. */
export type Stage = 'fresh' | 'aging' | 'good' | 'over';

/** How entries age. `now` is milliseconds since 1970, `random` from 0 to below 1. */
export function entryTimes(told: {
  readonly now: () => number;
  readonly random: () => number;
  readonly limits: CacheLimits;
}) {
  const { now, random, limits } = told;
  return {
    stageOf: (entry: Entry | undefined): Stage => {
      if (entry === undefined || now() >= entry.goodUntilMs) return 'over';
      if (now() < entry.freshUntilMs) return 'fresh';
      return now() < entry.agingUntilMs ? 'aging' : 'good';
    },
    /** The closer to its end and the longer a load takes, the likelier one reader reads anew before all have to. */
    isDueEarly: ({ freshUntilMs, tookMs }: Entry): boolean =>
      now() - tookMs * Math.log(Math.max(random(), Number.EPSILON)) >= freshUntilMs,
    /** Times of what has just been loaded. That there is nothing does not age. */
    timesOf: (readAtMs: number, of: { readonly freshMs: number; readonly isMissing: boolean }) => {
      const { jitter, freshMsMax, agingMs, staleMs } = limits;
      const varied = Math.min(of.freshMs, freshMsMax) * (1 + jitter * (2 * random() - 1));
      const freshUntilMs = readAtMs + Math.round(varied);
      const [aging, good] = of.isMissing ? [0, 0] : [agingMs, staleMs];
      return {
        ...{ readAtMs, tookMs: now() - readAtMs, freshUntilMs },
        ...{ agingUntilMs: freshUntilMs + aging, goodUntilMs: freshUntilMs + good },
      };
    },
  };
}
