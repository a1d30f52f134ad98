import { Counter, Gauge, Registry } from 'prom-client';
import { Fault } from '../../kernel/faults';
import type { Log } from '../../runtime/log';
import { metricNames } from '../../runtime/metric-names';
import { keySource, keyStoreClient } from './client';
import type { GivenKeys, KeySource, KeyStoreConfig } from './client';
import type { DataKey } from './envelope';
import { createVault } from './vault';
import type { KeyPurpose, Keyring, KeySet, Vault } from './vault';

/** How fresh keys are; milliseconds. */
export const keyringLimits = {
  refreshMs: 60_000,
  /** Keys are used this long after the key store last confirmed them, then `KEYS_UNAVAILABLE`. */
  unconfirmedMsMax: 600_000,
  /** Between two questions for an unknown key. */
  askAgainMs: 1_000,
  /** Unknown ids that are remembered until the key store has been asked. */
  missedMax: 1_000,
} as const;

/** Time as a keyring sees it; replaced in tests. */
export interface KeyringClock {
  /** Milliseconds that never go back. */
  now(): number;
  /** Calls again and again, and answers how to stop. */
  every(ms: number, work: () => void): () => void;
}

const systemClock: KeyringClock = {
  now: () => performance.now(),
  every(ms, work) {
    const timer = setInterval(work, ms).unref();
    return () => clearInterval(timer);
  },
};

export interface KeyringOptions {
  readonly log: Log;
  /** Where refusals, calls and the age of the keys are shown. */
  readonly registry?: Registry;
}

/** Keys of one purpose and how fresh they are. */
interface Held extends KeySet {
  isAbsent(id: string): boolean;
  /** Seconds since the key store confirmed them; undefined while it never did. */
  ageSeconds(): number | undefined;
  refresh(): Promise<void>;
  /** The same, in the background and at most once a second. */
  refreshSoon(): void;
  find(id: string): Promise<DataKey | undefined>;
  sealed(keyId: string): void;
  /** Tells the key store what was sealed since the last time, if anything. */
  report(): Promise<void>;
}

function hold(
  purpose: KeyPurpose,
  { source, clock, log }: { source: KeySource; clock: KeyringClock; log: Log },
): Held {
  let given: { readonly current: string; readonly byId: Map<string, DataKey> } | undefined;
  let [confirmedMs, askedMs] = [-Infinity, -Infinity];
  let asking: Promise<void> | undefined;
  let failing = false;
  const counts = new Map<string, number>();
  /** When an id that nobody here has was met first. */
  const missed = new Map<string, number>();
  const add = (id: string, count: number) => counts.set(id, (counts.get(id) ?? 0) + count);
  const ageMs = () => clock.now() - confirmedMs;
  const usable = () => (ageMs() <= keyringLimits.unconfirmedMsMax ? given : undefined);

  async function ask(): Promise<void> {
    askedMs = clock.now();
    const sealed = Object.fromEntries(counts);
    counts.clear();
    try {
      take(await source.give(purpose, sealed));
    } catch (error) {
      for (const [id, count] of Object.entries(sealed)) add(id, count);
      if (!failing) log.warn('the keys could not be read again', { purpose, error });
      failing = true;
      throw error;
    }
  }

  /** What was asked at a moment is as old as that moment, however long the answer took. */
  function take({ current, keys }: GivenKeys): void {
    given = { current, byId: new Map(keys.map((key) => [key.id, key])) };
    for (const { id } of keys) missed.delete(id);
    confirmedMs = askedMs;
    failing = false;
  }

  const refresh = () => (asking ??= ask().finally(() => (asking = undefined)));
  const held: Held = {
    current: () => {
      const now = usable();
      if (now === undefined) held.refreshSoon();
      return now?.byId.get(now.current);
    },
    byId: (id) => usable()?.byId.get(id),
    isAbsent(id) {
      const metMs = missed.get(id);
      // Whoever sealed with it had it from the key store: a question that began later would have found it.
      if (metMs !== undefined) return usable() !== undefined && confirmedMs > metMs;
      missed.set(id, clock.now());
      const [oldest] = missed.keys();
      if (missed.size > keyringLimits.missedMax && oldest !== undefined) missed.delete(oldest);
      return false;
    },
    ageSeconds: () => (given === undefined ? undefined : ageMs() / 1_000),
    refresh,
    refreshSoon() {
      if (clock.now() - askedMs < keyringLimits.askAgainMs) return;
      refresh().catch(() => undefined); // told by the log and by whoever uses a key
    },
    async find(id) {
      const known = held.byId(id);
      if (known !== undefined) return known;
      // A look that began before this question, or a moment ago, may have missed a key that is newer still.
      const isNew = asking === undefined && clock.now() - askedMs >= keyringLimits.askAgainMs;
      if (isNew || asking !== undefined) await refresh();
      const found = held.byId(id);
      if (found !== undefined || isNew) return found;
      throw new Fault('KEYS_UNAVAILABLE', 'a key is not known here, and is asked for in a moment');
    },
    sealed: (id) => void add(id, 1),
    report: async () => (counts.size === 0 ? undefined : refresh()),
  };
  return held;
}

/**
 * The keys of this process over the API of the key store. Nothing connects before {@link Keyring.ready} or the first
 * use; retrying `ready` is the caller's. Keys are read again every minute and soon after one was not known.
 */
export function openKeyring(config: KeyStoreConfig, options: KeyringOptions): Keyring {
  return createKeyring({ ...options, source: keySource(keyStoreClient(config, options)) });
}

/** The same over any source and clock. */
export function createKeyring(
  options: KeyringOptions & { readonly source: KeySource; readonly clock?: KeyringClock },
): Keyring {
  const { log, source, clock = systemClock, registry = new Registry() } = options;
  const held = new Map<KeyPurpose, Held>();
  const vaults = new Map<KeyPurpose, Vault>();
  const failures = failureCounter(registry);
  showAges(registry, held);
  const of = (purpose: KeyPurpose): Held => {
    const known = held.get(purpose) ?? hold(purpose, { source, clock, log });
    held.set(purpose, known);
    return known;
  };
  const refused: Keyring['refused'] = (purpose, reason) => {
    failures.inc({ purpose, reason: reason.toLowerCase() });
    if (reason === 'KEY') of(purpose).refreshSoon();
  };
  const stop = clock.every(keyringLimits.refreshMs, () => {
    for (const one of held.values()) one.refresh().catch(() => undefined); // told by the log
  });
  return {
    vault(purpose) {
      const keys = of(purpose);
      // From zero on: the alert looks for a rise, and the first refusal must be one.
      for (const reason of ['format', 'key', 'key_absent', 'authentication'])
        failures.inc({ purpose, reason }, 0);
      const vault =
        vaults.get(purpose) ??
        createVault({
          keys,
          sealed: (id) => keys.sealed(id),
          refused: (reason) => refused(purpose, reason),
        });
      vaults.set(purpose, vault);
      return vault;
    },
    keys: of,
    find: (purpose, id) => of(purpose).find(id),
    refused,
    async ready() {
      const missing = [...held.values()].filter((one) => one.ageSeconds() === undefined);
      await Promise.all(missing.map((one) => one.refresh()));
    },
    async close() {
      stop();
      // A count that is lost is less than a minute's; the budget has room for that.
      await Promise.allSettled([...held.values()].map((one) => one.report()));
      await source.close();
    },
  };
}

/** Counts stored values that were not opened; one counter for each registry. */
export function failureCounter(registry: Registry): Counter {
  const name = metricNames.cryptoFailures;
  const known = registry.getSingleMetric(name) as Counter | undefined;
  const help = 'Stored values that were not opened, by purpose and reason';
  return (
    known ?? new Counter({ name, help, labelNames: ['purpose', 'reason'], registers: [registry] })
  );
}

function showAges(registry: Registry, held: ReadonlyMap<KeyPurpose, Held>): void {
  if (registry.getSingleMetric(metricNames.keysAge) !== undefined) return;
  new Gauge({
    name: metricNames.keysAge,
    help: 'Seconds since the key store confirmed the keys of a purpose',
    labelNames: ['purpose'],
    registers: [registry],
    collect() {
      for (const [purpose, one] of held) this.set({ purpose }, one.ageSeconds() ?? 1e9);
    },
  });
}
