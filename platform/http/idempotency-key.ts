import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { problem } from './problem';

/** Visible ASCII, 1 to 255 characters: it becomes part of keys in every store. */
const keyPattern = /^[\x21-\x7e]{1,255}$/;

/** The caller's `Idempotency-Key`; throws a 400 problem when it is missing or unusable. */
export function idempotencyKeyOf(request: { readonly headers: IncomingHttpHeaders }): string {
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '') throw problem('IDEMPOTENCY_KEY_MISSING');
  // A header that comes twice is joined with a comma and a space, which no key may hold.
  if (typeof key !== 'string' || !keyPattern.test(key)) {
    throw problem('IDEMPOTENCY_KEY_INVALID', { detail: '1 to 255 visible ASCII characters' });
  }
  return key;
}

/** The same where a key is optional: without one each request is its own, under a key that nobody else has. */
export function keyOrOwn(request: { readonly headers: IncomingHttpHeaders }): string {
  return request.headers['idempotency-key'] === undefined
    ? randomUUID()
    : idempotencyKeyOf(request);
}
