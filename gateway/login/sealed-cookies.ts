import type { Request } from 'express';
import { isFault } from '../../platform/kernel/faults';
import type { Json } from '../../platform/kernel/json';
import type { Vault } from '../../platform/security/keys/vault';
import { gatewayProblem } from '../problems';
import { cookieOf } from './cookies';

/** What cookies keep: any gateway can open what another one sealed, and nobody else can. */
export interface SealedCookies {
  /** Throws the problem KEYS_UNAVAILABLE. */
  seal(value: Json, place: readonly string[]): string;
  /** Undefined without a cookie of that name that can be opened at its place. */
  open(
    request: Request,
    name: string,
    place: readonly string[],
  ): Readonly<Record<string, string>> | undefined;
}

/** Seals and opens with a vault, in which a cookie of one place is none of another. */
export function sealedCookies(vault: Vault): SealedCookies {
  return {
    seal(value, place) {
      try {
        return vault.seal(value, place);
      } catch (error) {
        throw isFault(error) ? gatewayProblem('KEYS_UNAVAILABLE') : error;
      }
    },
    open(request, name, place) {
      const sealed = cookieOf(request, name);
      if (sealed === undefined) return undefined;
      try {
        return vault.open(sealed, place) as Record<string, string>;
      } catch (error) {
        if (isFault(error)) return undefined;
        throw error;
      }
    },
  };
}
