import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import express from 'express';
import type { RequestHandler } from 'express';
import { consoleOperations } from '../routes/console';
import { projectRoot } from '../../platform/runtime/paths';

/** Where the console's built files are. */
export const consoleFolder = path.join(projectRoot, 'dist', 'pages');

/** Scripts, styles and answers from here alone; no script or style in the page itself, and in no frame of others. */
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ');

/** Paths below `/console` that are operations. */
const operations: readonly string[] = Object.values(consoleOperations).map((one) =>
  one.path.slice('/console'.length),
);

/** Names in the folder carry a hash of what is in them. */
const assetCaching = { immutable: true, maxAge: '1y', index: false, redirect: false } as const;

/**
 * Serves the console below `/console`: its files, and its shell for every page, which finds out by its address which
 * one it is. The shell holds nothing of anybody: what people may see, it asks for with their session.
 */
export function consolePages(folder: string = consoleFolder): RequestHandler {
  const shell = path.join(folder, 'index.html');
  const html = existsSync(shell) ? readFileSync(shell, 'utf8') : undefined;
  const assets = express.static(path.join(folder, 'assets'), assetCaching);
  return (request, response, next) => {
    const isLook = ['GET', 'HEAD'].includes(request.method);
    if (!isLook || html === undefined || operations.includes(request.path)) return next();
    response.set('content-security-policy', policy);
    if (request.path.startsWith('/assets/')) {
      request.url = request.url.slice('/assets'.length);
      void assets(request, response, () => {
        request.url = `/assets${request.url}`;
        next();
      });
      return;
    }
    response.set('cache-control', 'no-cache').type('text/html').send(html);
  };
}
