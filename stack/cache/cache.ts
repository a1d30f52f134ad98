import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rename, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { withLock } from './lock';

/** Where fetched servers live, for every checkout of this user. */
export function cacheRoot(): string {
  const { HOLDFAST_CACHE, XDG_CACHE_HOME } = process.env;
  if (HOLDFAST_CACHE) return path.resolve(HOLDFAST_CACHE);
  return path.join(XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache'), 'holdfast');
}

export interface CacheEntry {
  /** Name and version, for example `kafka-4.4.0`; a folder of that name appears in the cache. */
  key: string;
  /** Fills an empty folder. */
  build: (directory: string) => Promise<void>;
  /** Throws unless what was built can be used; what it returns is written down as the proof. */
  verify: (directory: string) => Promise<string>;
  /** Called once, and only when something is really to be fetched. */
  onMiss?: (() => void) | undefined;
}

const proofFile = '.holdfast-verified';

async function fill(entry: CacheEntry, root: string, target: string): Promise<void> {
  entry.onMiss?.();
  await mkdir(path.join(root, 'tmp'), { recursive: true });
  const draft = await mkdtemp(path.join(root, 'tmp', `${entry.key}-`));
  try {
    await entry.build(draft);
    await writeFile(path.join(draft, proofFile), `${await entry.verify(draft)}\n`);
    await chmod(draft, 0o755); // another user may have to run it: PostgreSQL refuses root
    await rm(target, { recursive: true, force: true });
    await rename(draft, target);
  } finally {
    await rm(draft, { recursive: true, force: true });
  }
}

/**
 * The folder of a cache entry, built first when it is not there. What is in the cache under its final name
 * was verified before it was moved there, so a crash in the middle of a download can leave nothing half done.
 */
export async function fromCache(entry: CacheEntry): Promise<string> {
  const root = cacheRoot();
  const target = path.join(root, entry.key);
  const isThere = (): boolean => existsSync(path.join(target, proofFile));
  if (isThere()) return target;
  await withLock(path.join(root, 'locks', entry.key), async () => {
    if (!isThere()) await fill(entry, root, target);
  });
  return target;
}

/** One client at a time per machine: two Maven runs would write one local repository together. */
export async function oneAtATime<T>(name: string, work: () => Promise<T>): Promise<T> {
  return withLock(path.join(cacheRoot(), 'locks', `client-${name}`), work);
}
