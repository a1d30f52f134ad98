import { mkdirSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { StackError } from '../errors';
import { isAlive, signalGroup, startMark } from './process-identity';

interface PidFile {
  pid: number;
  mark?: string;
}

function readPidFile(file: string): PidFile | undefined {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as PidFile;
  } catch {
    return undefined;
  }
}

const isSame = ({ pid, mark }: PidFile): boolean => isAlive(pid) && startMark(pid) === mark;

/** Says that this process now owns the state folder; refuses while another live one does. */
export function claimState(stateDir: string): void {
  const file = path.join(stateDir, 'owner.json');
  const owner = readPidFile(file);
  if (owner && owner.pid !== process.pid && isSame(owner)) {
    throw new StackError({
      code: 'STATE_IN_USE',
      subject: 'stack',
      cause: `process ${owner.pid} is already running a stack in ${stateDir}`,
      fix: `stop process ${owner.pid}, or choose another state folder with --state`,
    });
  }
  mkdirSync(stateDir, { recursive: true });
  writeFileSync(file, JSON.stringify({ pid: process.pid, mark: startMark(process.pid) }));
}

/** Gives the state folder back. */
export function releaseState(stateDir: string): void {
  rmSync(path.join(stateDir, 'owner.json'), { force: true });
}

/**
 * Ends servers a crashed parent left behind in the same state folder. Only a process that started at the very
 * moment the pid file says is ended; anything else under that pid is a stranger.
 */
export async function stopStale(pidsDir: string): Promise<number> {
  mkdirSync(pidsDir, { recursive: true });
  const files = readdirSync(pidsDir).map((name) => path.join(pidsDir, name));
  const stale = files
    .map(readPidFile)
    .filter((found): found is PidFile => !!found && isSame(found));
  for (const { pid } of stale) signalGroup(pid, 'SIGTERM');
  const deadline = Date.now() + 8_000;
  while (stale.some(isSame) && Date.now() < deadline) await delay(100);
  for (const each of stale.filter(isSame)) signalGroup(each.pid, 'SIGKILL');
  while (stale.some(isSame) && Date.now() < deadline + 2_000) await delay(50);
  for (const file of files) rmSync(file, { force: true });
  return stale.length;
}
