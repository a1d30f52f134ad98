import type { RequestHandler } from 'express';
import { problem } from '../../platform/http/problem';

/**
 * Lets the pages of exactly these origins read answers, with the caller's cookie; a page of any other origin is
 * refused before anything is looked at. What is no page, a program with a token say, names no origin and passes.
 */
export function onlyFrom(origins: readonly string[]): RequestHandler {
  return (request, response, next) => {
    response.vary('origin');
    const origin = request.get('origin');
    if (origin === undefined) return next();
    if (!origins.includes(origin)) throw problem('CALLER_NOT_ALLOWED');
    response.set({
      'access-control-allow-origin': origin,
      'access-control-allow-credentials': 'true',
      // The other resources of ours are for no page at all.
      'cross-origin-resource-policy': 'cross-origin',
    });
    if (request.method !== 'OPTIONS') return next();
    response.set({
      'access-control-allow-methods': 'POST',
      'access-control-allow-headers': 'authorization, content-type, x-namespace',
      'access-control-max-age': '600',
    });
    response.status(204).end();
  };
}
