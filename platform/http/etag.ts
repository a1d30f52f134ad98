import { createHash } from 'node:crypto';
import { canonicalJson } from '../kernel/json';
import type { Json } from '../kernel/json';

/** Members that say when and by whom something was looked up, and nothing of what it is. */
const passing: ReadonlySet<string> = new Set(['asOf', 'source', 'links']);

/** Of bodies that are answered as the same object each time, as documents are. */
const tags = new WeakMap<object, string>();

/**
 * Strong validator of an answer: the same for the same content, however it was found out. 22 characters of base64url
 * are 132 bits of SHA-256.
 */
export function tagOf(body: object): string {
  const known = tags.get(body);
  if (known !== undefined) return known;
  const entries = Object.entries(body).filter(([name]) => !passing.has(name));
  // What is undefined is no part of the JSON that is sent.
  const lasting = JSON.parse(JSON.stringify(Object.fromEntries(entries))) as Json;
  const hash = createHash('sha256').update(canonicalJson(lasting)).digest('base64url');
  const tag = `"${hash.slice(0, 22)}"`;
  tags.set(body, tag);
  return tag;
}

/** True when a client says by `If-None-Match` that it has this content (RFC 9110, 13.1.2: the weak comparison). */
export function isHeld(ifNoneMatch: string | undefined, tag: string): boolean {
  if (ifNoneMatch === undefined) return false;
  const held = ifNoneMatch.split(',').map((one) => one.trim().replace(/^W\//, ''));
  return held.includes('*') || held.includes(tag);
}
