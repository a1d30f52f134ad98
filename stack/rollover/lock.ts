import { closeSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { isAlive, startMark } from '../children/process-identity';
import { RolloverRefused } from './stages';

/** Whether the process that a lock names still is that one. */
function isHeld(file: string): boolean {
  try {
    const { pid, mark } = JSON.parse(readFileSync(file, 'utf8')) as { pid: number; mark?: string };
    return isAlive(pid) && startMark(pid) === mark;
  } catch {
    return false; // given back meanwhile, or cut off while it was written
  }
}

/** Does `work` while nobody else does; throws ROLLOVER_IN_USE at once where somebody is at it. */
export async function locked<Result>(file: string, work: () => Promise<Result>): Promise<Result> {
  if (!isHeld(file)) rmSync(file, { force: true });
  let handle: number;
  try {
    handle = openSync(file, 'wx', 0o600);
  } catch {
    const said = 'another process is at the rollover of this stack';
    throw new RolloverRefused('ROLLOVER_IN_USE', said, 'wait for it, then run this again');
  }
  try {
    writeSync(handle, JSON.stringify({ pid: process.pid, mark: startMark(process.pid) }));
    closeSync(handle);
    return await work();
  } finally {
    rmSync(file, { force: true });
  }
}
