import express from 'express';
import type { RequestHandler } from 'express';
import { problem } from './problem';

/** What a body may be at most: bytes on the wire, and nesting of objects and arrays. */
export const bodyLimits = { bytesMax: 256 * 1024, depthMax: 16, membersMax: 20_000 } as const;

/** Names that reach into a prototype when merged carelessly; no honest request has them. */
const forbiddenNames = new Set(['__proto__', 'constructor', 'prototype']);

const tooDeep = (): Error => problem('BODY_INVALID', { detail: 'the body is nested too deeply' });
const tooMany = (): Error => problem('BODY_INVALID', { detail: 'the body has too many members' });

/**
 * Refuses bodies that are nested deeper than 16 levels, have more than 20,000 members, or name a prototype.
 * Walks with a stack of its own, so that depth cannot exhaust ours.
 */
export function assertBodyShape(body: unknown): void {
  const open: { value: unknown; depth: number; pointer: string }[] = [
    { value: body, depth: 0, pointer: '' },
  ];
  let members = 0;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (typeof next.value !== 'object' || next.value === null) continue;
    if (next.depth >= bodyLimits.depthMax) throw tooDeep();
    for (const [name, value] of Object.entries(next.value)) {
      if (++members > bodyLimits.membersMax) throw tooMany();
      const pointer = `${next.pointer}/${name}`;
      if (forbiddenNames.has(name) && !Array.isArray(next.value)) {
        const part = { pointer, code: 'UNKNOWN_FIELD', detail: 'this name is not allowed' };
        throw problem('BODY_INVALID', { errors: [part] });
      }
      open.push({ value, depth: next.depth + 1, pointer });
    }
  }
}

/** True when a request brings a body, whatever its method. */
function bringsBody(headers: { [name: string]: string | string[] | undefined }): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

const onlyJson: RequestHandler = (request, _response, next) => {
  if (bringsBody(request.headers) && !request.is('application/json')) {
    throw problem('MEDIA_TYPE_UNSUPPORTED');
  }
  // The parser would read all of it first; what comes after our answer is thrown away unread.
  if (Number(request.headers['content-length'] ?? 0) > bodyLimits.bytesMax) {
    throw problem('BODY_TOO_LARGE', { detail: `at most ${bodyLimits.bytesMax} bytes` });
  }
  next();
};

const shapely: RequestHandler = (request, _response, next) => {
  if (request.body !== undefined) assertBodyShape(request.body);
  next();
};

/** Reads JSON bodies of at most 256 kB, uncompressed, and refuses every other kind before reading it. */
export function jsonBody(): RequestHandler[] {
  const parser = express.json({
    limit: bodyLimits.bytesMax,
    strict: true,
    inflate: false,
    type: 'application/json',
  });
  return [onlyJson, parser, shapely];
}
