import { createHash } from 'node:crypto';
import { canonicalJson } from '../../platform/kernel/json';

export { pseudonymOf } from '../../platform/security/pseudonym';

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * Workflow id of a start: the saga and a hash of issuer, subject and key, so that equal keys of two
 * people are two sagas and no key can be guessed from an id. The parts cannot run into each other:
 * lengths go in too.
 */
export function workflowIdOf(
  saga: string,
  caller: { readonly issuer: string; readonly subject: string; readonly key: string },
): string {
  const parts = canonicalJson([caller.issuer, caller.subject, caller.key]);
  return `${saga}:${sha256(parts).slice(0, 32)}`;
}

/** Hash of what was asked for, whatever the order its members came in. */
export function requestHashOf(body: unknown): string {
  return sha256(canonicalJson(body));
}

/** What a used key means: the answer of the first request again, or a refusal. */
export function decideRepeat(
  earlier: { readonly requestHash: string },
  requestHash: string,
): 'replay' | 'reused' {
  return earlier.requestHash === requestHash ? 'replay' : 'reused';
}
