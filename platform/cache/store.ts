/**
 * How new something is: texts of one length, compared as texts. Of two builds of a read model the one that is read
 * later is newer, whatever it counts.
 */
export type Version = string & { readonly brand: 'version' };

const digits = { era: 15, count: 12 } as const;

/** `era` grows whenever another build of the read model is read; `count` within one, 0 for what is not there. */
export function versionOf(era: number, count: number): Version {
  return `${padded(era, digits.era)}:${padded(count, digits.count)}` as Version;
}

function padded(number: number, length: number): string {
  const text = String(number);
  const isFine = Number.isSafeInteger(number) && number >= 0 && text.length <= length;
  if (!isFine) throw new RangeError(`${number} is no part of a version`);
  return text.padStart(length, '0');
}

/** Nothing is older. */
export const oldest = versionOf(0, 0);

/** The newest of those that are there. */
export function newest(...versions: readonly (Version | undefined)[]): Version {
  return versions.reduce<Version>((found, one) => (one && one > found ? one : found), oldest);
}

/** How long the store keeps things; milliseconds. */
export const storeLimits = {
  /** A key after it was last begun, put or raised: longer than anything that is put may be served. */
  keptMs: 60_000,
  /** The right to load, so that one who died with it keeps nobody waiting. */
  lockMs: 2_000,
} as const;

/** What the store has of a key. */
export interface Held {
  /** Which life of the key this is. A store that has forgotten it gives it another one. */
  readonly born?: string;
  /** Nothing older may be stored or served. */
  readonly floor?: Version;
  readonly version?: Version;
  /** What was put, sealed. */
  readonly text?: string;
}

/** Where a load begins. */
export interface Begun extends Held {
  readonly born: string;
  /** Nobody else loads just now. */
  readonly hasLock: boolean;
}

/** A loaded value on its way into the store. */
export interface Put {
  /** The key's life that the load began in. */
  readonly born: string;
  readonly version: Version;
  readonly text: string;
  /** Whose lock is given back. */
  readonly token: string;
  /** There is nothing: not kept while something is expected. */
  readonly isMissing: boolean;
}

/** `older`: the store knows of something newer. `gone`: it has forgotten the key meanwhile, and what it knew of it. */
export const putOutcomes = ['stored', 'older', 'expected', 'gone'] as const;
export type PutOutcome = (typeof putOutcomes)[number];

/** `unread`: nobody has asked for it of late, so that nothing old can be there or on its way. */
export const raiseOutcomes = ['raised', 'late', 'unread'] as const;
export type RaiseOutcome = (typeof raiseOutcomes)[number];

/**
 * What the cache needs of Redis. Every call is one step that nothing comes between, and may reject. All that is known
 * of a key is one thing in it, so that what is forgotten is forgotten together.
 */
export interface CacheStore {
  look(key: string): Promise<Held>;
  /** What {@link look} tells, and the right to load where nobody has it. `token` becomes the life of a new key. */
  begin(key: string, token: string): Promise<Begun>;
  /** Keeps a value unless something newer is known, and gives the lock back. */
  put(key: string, put: Put): Promise<PutOutcome>;
  /** Gives the lock back when nothing was loaded. */
  release(key: string, token: string): Promise<unknown>;
  /** From now on nothing older than the version is stored or served. */
  raise(key: string, version: Version): Promise<RaiseOutcome>;
  /**
   * Forgets what is there, and what is on its way; for a minute nobody is told from here that there is nothing. What is
   * newest stays known. `token` becomes the key's life.
   */
  expect(key: string, token: string): Promise<unknown>;
}
