import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/json';

function digitsOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(canonicalJson(parts)).digest('hex').slice(0, 32);
}

/** Stable name for a person that does not say who it is: goes into histories, search attributes and logs. */
export function pseudonymOf(issuer: string, subject: string): string {
  return digitsOf([issuer, subject]);
}

/** 32 hexadecimal digits that stand for these parts of an act and no others. */
export function actIdOf(parts: readonly unknown[]): string {
  return digitsOf(parts);
}
