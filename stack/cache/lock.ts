import { mkdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isAlive } from '../children/process-identity';

export const lockLimits = { pollMs: 200, heartbeatMs: 5_000, staleMs: 60_000 } as const;

interface Owner {
  host: string;
  pid: number;
}

async function readOwner(directory: string): Promise<Owner | undefined> {
  try {
    return JSON.parse(await readFile(path.join(directory, 'owner.json'), 'utf8')) as Owner;
  } catch {
    return undefined;
  }
}

/** A lock is abandoned when its owner died on this machine, or when nobody has touched it for a minute. */
async function isAbandoned(directory: string): Promise<boolean> {
  const owner = await readOwner(directory);
  if (owner?.host === os.hostname() && !isAlive(owner.pid)) return true;
  const age = await stat(directory).then(
    (found) => Date.now() - found.mtimeMs,
    () => 0,
  );
  return age > lockLimits.staleMs;
}

async function tryTake(directory: string): Promise<boolean> {
  try {
    await mkdir(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
  const owner: Owner = { host: os.hostname(), pid: process.pid };
  await writeFile(path.join(directory, 'owner.json'), JSON.stringify(owner));
  return true;
}

/** Takes the lock or says that somebody else has it; never waits. The release function is idempotent. */
export async function tryLock(directory: string): Promise<(() => Promise<void>) | undefined> {
  await mkdir(path.dirname(directory), { recursive: true });
  if (!(await tryTake(directory))) {
    if (!(await isAbandoned(directory))) return undefined;
    await rm(directory, { recursive: true, force: true });
    if (!(await tryTake(directory))) return undefined;
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    void utimes(directory, now, now).catch(() => undefined);
  }, lockLimits.heartbeatMs);
  heartbeat.unref();
  return async () => {
    clearInterval(heartbeat);
    await rm(directory, { recursive: true, force: true });
  };
}

/** Runs `work` while holding a lock folder that any number of processes may compete for. */
export async function withLock<T>(directory: string, work: () => Promise<T>): Promise<T> {
  let release = await tryLock(directory);
  while (!release) {
    await delay(lockLimits.pollMs);
    release = await tryLock(directory);
  }
  try {
    return await work();
  } finally {
    await release();
  }
}
