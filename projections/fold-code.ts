import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { Projection } from '../platform/event-log/projector/projection';

const platform = path.join(__dirname, '..', 'platform', 'event-log', 'projector');

/** Modules that decide what a fold is shown, whatever the projection. */
const readers = [
  path.join(platform, 'plan'),
  path.join(platform, 'reading'),
  path.join(__dirname, '..', 'schemas', 'upcasters'),
];

/**
 * Identity of the code a projection is folded with: a hash over its module, by convention `projections/<name>`, and
 * over every module of ours that it needs. Another comment is other code too, which costs a replay begun anew and no
 * more.
 */
export function foldCodeOf(projection: Projection): string {
  const { name } = projection;
  const own = Object.values(projection).filter((member) => typeof member === 'function');
  const hash = createHash('sha256').update([name, ...own.map(String)].join('\n'));
  const files = new Set<string>();
  for (const start of [path.join(__dirname, name), ...readers]) gather(start, files);
  for (const file of [...files].sort()) hash.update(readFileSync(file));
  return hash.digest('hex');
}

/** What a module needs at run time, as the compiler and as people write it; types do not count. */
const imports = /(?:require\(|^(?:import|export)\s(?!type\s)[^'"]*?from\s)['"](\.[^'"]+)['"]/gm;

function gather(module: string, files: Set<string>): void {
  const file = ['.js', '.ts', '/index.js', '/index.ts']
    .map((ending) => module + ending)
    .find((one) => existsSync(one));
  if (file === undefined || files.has(file)) return;
  files.add(file);
  for (const [, needed = ''] of readFileSync(file, 'utf8').matchAll(imports)) {
    gather(path.join(path.dirname(file), needed), files);
  }
}
