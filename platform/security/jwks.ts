import { importJWK } from 'jose';
import type { CryptoKey, JWK } from 'jose';
import { z } from 'zod';

/** How long keys are believed, and how seldom the auth server is asked for them; milliseconds. */
export const jwksLimits = {
  freshMs: 10 * 60_000,
  /** Known keys stay usable this long after the last success when the auth server is away. */
  staleMsMax: 60 * 60_000,
  /** Between two questions while keys are held that may be used, whatever caused them and however they went. */
  coolDownMs: 30_000,
  /** Without such a key nothing can be answered, so after a failure it is asked again sooner, later each time. */
  failureBackoffMs: 1_000,
  failureBackoffMsMax: 30_000,
  unknownKidsMax: 1_000,
  unknownKidMs: 60_000,
} as const;

const keySet = z.object({ keys: z.array(z.record(z.string(), z.unknown())).max(100) });

/** Why no key can be given: the id is not known, or nobody can be asked and what is known is too old. */
export type KeyMiss = 'unknown' | 'unavailable';

/** Reads the key set of the auth server; rejects when it is away or answers nonsense. */
export type ReadKeys = () => Promise<unknown>;

/** The public keys of the auth server, cached so that neither a flood of unknown ids nor an outage reaches it. */
export interface KeySource {
  find(kid: string, algorithm: string): Promise<CryptoKey | KeyMiss>;
  /** Reads the keys if they were never read; rejects when they still are not. */
  ready(): Promise<void>;
  /** Milliseconds since the keys were read; undefined while they never were. */
  ageMs(): number | undefined;
  /** How often the auth server was asked since the start, by how it went. */
  asked(): Readonly<Record<KeyReadOutcome, number>>;
}

/** How a question to the auth server went. */
export type KeyReadOutcome = 'read' | 'failed';

/** A key as it was read, and made ready for the algorithm it was last asked for with. */
interface HeldKey {
  readonly jwk: JWK;
  ready?: { readonly algorithm: string; readonly key: Promise<CryptoKey | 'unknown'> };
}

interface State {
  keys: Map<string, HeldKey>;
  readAtMs: number | undefined;
  askedAtMs: number | undefined;
  /** In a row. */
  failures: number;
  readonly asked: Record<KeyReadOutcome, number>;
  pending: Promise<void> | undefined;
  readonly unknown: Map<string, number>;
}

function usable(key: JWK): boolean {
  return typeof key.kid === 'string' && (key.use ?? 'sig') === 'sig' && !('d' in key);
}

function fits(key: JWK, algorithm: string): boolean {
  if (key.alg !== undefined && key.alg !== algorithm) return false;
  return key.kty === (algorithm.startsWith('ES') ? 'EC' : 'RSA');
}

/**
 * Every token is verified with it: making a key ready takes about as long as verifying does, so it is done once. One
 * that cannot be made ready for an algorithm verifies nothing under it: that is as if there were none.
 */
function readyKey(held: HeldKey, algorithm: string): Promise<CryptoKey | 'unknown'> {
  if (held.ready?.algorithm === algorithm) return held.ready.key;
  const key = importJWK({ ...held.jwk }, algorithm).then(
    (made) => made as CryptoKey,
    () => 'unknown' as const,
  );
  held.ready = { algorithm, key };
  return key;
}

function backoffMs(failures: number): number {
  const { failureBackoffMs, failureBackoffMsMax } = jwksLimits;
  return Math.min(failureBackoffMs * 2 ** Math.max(0, failures - 1), failureBackoffMsMax);
}

/** Keeps the list of key ids that are known not to exist short and young. */
function remember(unknown: Map<string, number>, kid: string, now: number): void {
  unknown.set(kid, now);
  const [oldest] = unknown.keys();
  if (unknown.size > jwksLimits.unknownKidsMax && oldest !== undefined) unknown.delete(oldest);
}

/** Opens a key source over `read`. `now` gives milliseconds; nothing is asked before the first token arrives. */
export function createKeySource(read: ReadKeys, now: () => number = Date.now): KeySource {
  const state: State = {
    keys: new Map(),
    readAtMs: undefined,
    askedAtMs: undefined,
    failures: 0,
    asked: { read: 0, failed: 0 },
    pending: undefined,
    unknown: new Map(),
  };
  const age = (): number => now() - (state.readAtMs ?? -Infinity);

  async function ask(): Promise<void> {
    state.askedAtMs = now();
    try {
      const { keys } = keySet.parse(await read());
      const found = keys.map((key) => key as JWK).filter(usable);
      state.keys = new Map(found.map((jwk) => [jwk.kid as string, { jwk }]));
      state.readAtMs = now();
      state.failures = 0;
      state.asked.read += 1;
    } catch {
      // The reader reports the cause; here only the pace of the next question changes.
      state.failures += 1;
      state.asked.failed += 1;
    }
  }

  function mayAsk(): boolean {
    if (state.askedAtMs === undefined) return true;
    const holdsKeys = age() <= jwksLimits.staleMsMax;
    return (
      now() - state.askedAtMs >= (holdsKeys ? jwksLimits.coolDownMs : backoffMs(state.failures))
    );
  }

  async function refresh(): Promise<void> {
    if (state.pending === undefined && mayAsk()) {
      state.pending = ask().finally(() => (state.pending = undefined));
    }
    await state.pending;
  }

  function knownMissing(kid: string): boolean {
    const since = state.unknown.get(kid);
    return since !== undefined && now() - since < jwksLimits.unknownKidMs;
  }

  async function find(kid: string, algorithm: string): Promise<CryptoKey | KeyMiss> {
    const known = state.keys.has(kid);
    const readBefore = state.readAtMs;
    if (age() > jwksLimits.freshMs || (!known && !knownMissing(kid))) await refresh();
    if (age() > jwksLimits.staleMsMax) return 'unavailable';
    const held = state.keys.get(kid);
    if (held === undefined) {
      // Only an answer says that there is no such key; being too early to ask says nothing.
      if (state.readAtMs !== readBefore) remember(state.unknown, kid, now());
      return 'unknown';
    }
    if (!fits(held.jwk, algorithm)) return 'unknown';
    return readyKey(held, algorithm);
  }

  async function ready(): Promise<void> {
    if (state.readAtMs === undefined) await refresh();
    if (age() > jwksLimits.staleMsMax) throw new Error('the keys of the auth server are not known');
  }

  return {
    ...{ find, ready },
    ageMs: () => (state.readAtMs === undefined ? undefined : age()),
    asked: () => ({ ...state.asked }),
  };
}
