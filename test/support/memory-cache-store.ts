import { newest, storeLimits } from '../../platform/cache/store';
import type { CacheStore, Held, Version } from '../../platform/cache/store';

/** What is known of a key, as Redis keeps it. */
interface Known {
  readonly born?: string;
  readonly floor?: Version;
  readonly version?: Version;
  readonly text?: string;
  readonly lock?: { readonly token: string; readonly untilMs: number };
  readonly expectedUntilMs?: number;
  readonly untilMs: number;
}

/** The store of the cache in memory, step by step what the scripts in Redis do. */
export function memoryCacheStore(now: () => number = Date.now) {
  const all = new Map<string, Known>();
  const knownOf = (key: string): Known | undefined => {
    const known = all.get(key);
    return known !== undefined && known.untilMs > now() ? known : undefined;
  };
  const write = (key: string, changed: Omit<Known, 'untilMs'>): void => {
    all.set(key, { ...changed, untilMs: now() + storeLimits.keptMs });
  };
  const heldOf = ({ born, floor, version, text }: Partial<Known> = {}): Held => ({
    ...(born === undefined ? {} : { born }),
    ...(floor === undefined ? {} : { floor }),
    ...(version === undefined ? {} : { version }),
    ...(text === undefined ? {} : { text }),
  });
  const unlocked = (known: Known, token: string): Known => {
    const { lock, ...rest } = known;
    return lock === undefined || lock.token === token ? rest : known;
  };
  const raised = (known: Known, least: Version): Known => {
    const { version, text, ...rest } = known;
    const isKept = version !== undefined && text !== undefined && version >= least;
    const floor = newest(known.floor, least);
    return isKept ? { ...rest, version, text, floor } : { ...rest, floor };
  };

  const store: CacheStore = {
    look: async (key) => heldOf(knownOf(key)),
    async begin(key, token) {
      const known = { born: token, ...knownOf(key) };
      const hasLock = known.lock === undefined || known.lock.untilMs <= now();
      const lock = hasLock ? { token, untilMs: now() + storeLimits.lockMs } : known.lock;
      write(key, { ...known, ...(lock === undefined ? {} : { lock }) });
      return { ...heldOf(known), born: known.born, hasLock };
    },
    async put(key, { born, version, text, token, isMissing }) {
      const before = knownOf(key);
      if (before === undefined) return 'gone';
      const known = unlocked(before, token);
      all.set(key, known);
      if (known.born !== born) return 'gone';
      if (version < newest(known.floor, known.version)) return 'older';
      if (isMissing && (known.expectedUntilMs ?? 0) > now()) return 'expected';
      write(key, { ...known, version, text });
      return 'stored';
    },
    async release(key, token) {
      const known = knownOf(key);
      if (known !== undefined) all.set(key, unlocked(known, token));
    },
    async raise(key, version) {
      const known = knownOf(key);
      if (known === undefined) return 'unread';
      if (known.floor !== undefined && known.floor >= version) return 'late';
      write(key, raised(known, version));
      return 'raised';
    },
    async expect(key, token) {
      const known: Known = { untilMs: 0, ...knownOf(key), born: token };
      const { version, text, ...rest } = known;
      const floor = text === undefined ? {} : { floor: newest(known.floor, version) };
      write(key, { ...rest, ...floor, expectedUntilMs: now() + storeLimits.keptMs });
    },
  };
  /** Everything that is there, as one text. */
  const dump = (): string => JSON.stringify([...all]);
  return { store, dump, flush: () => all.clear(), size: () => all.size };
}
