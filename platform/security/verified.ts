import { createHash } from 'node:crypto';
import type { JWTPayload } from 'jose';

/** Tokens that are remembered at most; those verified longest ago are forgotten first. */
export const verifiedMax = 1_000;

/** What a token says, and the key it was found good by: a thing that is compared and never used. */
export interface Verified {
  readonly key: unknown;
  readonly payload: JWTPayload;
}

/** Tokens that were found good of late. */
export interface VerifiedTokens {
  /** What it says; undefined where it has to be looked at as if it had never been seen. */
  of(token: string, key: unknown, nowMs: number): JWTPayload | undefined;
  keep(token: string, verified: Verified, nowMs: number): void;
}

/**
 * Whoever asks again and again shows the same token each time, and a signature that was good under a key is good under
 * it later, too. Only that is remembered, and what the token says: until it ends, for the very key that it was found
 * good by, and by a hash, so that nobody finds tokens here. What depends on who shows it is not in it.
 */
export function createVerifiedTokens(max: number = verifiedMax): VerifiedTokens {
  const known = new Map<string, Verified & { readonly sinceMs: number }>();
  const nameOf = (token: string): string => createHash('sha256').update(token).digest('base64');
  return {
    of(token, key, nowMs) {
      const found = known.get(nameOf(token));
      if (found === undefined || found.key !== key) return undefined;
      const endsMs = (found.payload.exp ?? 0) * 1_000;
      // A clock that was put back may be before the time from which the token is good.
      return found.sinceMs <= nowMs && nowMs < endsMs ? found.payload : undefined;
    },
    keep(token, verified, nowMs) {
      // No key but a reason why there is none: it was there a moment later.
      if (typeof verified.key === 'string') return;
      const name = nameOf(token);
      known.delete(name);
      known.set(name, { ...verified, sinceMs: nowMs });
      const [oldest] = known.keys();
      if (known.size > max && oldest !== undefined) known.delete(oldest);
    },
  };
}
