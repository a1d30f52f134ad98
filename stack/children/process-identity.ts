import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** True when a process of that id exists, ours or not; a zombie nobody reaped counts as gone. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
  return statFields(pid)?.[0] !== 'Z';
}

/** Fields of /proc/<pid>/stat after the command name, which may hold spaces; state first. */
function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined;
  }
}

/**
 * When the process was started, in whatever unit the system has; only good for comparing.
 * A pid alone is no identity: it is used again, and a stale pid file must never kill a stranger.
 */
export function startMark(pid: number): string | undefined {
  const fields = statFields(pid);
  if (fields) return fields[19];
  if (process.platform === 'linux') return undefined;
  try {
    return execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
  } catch {
    return undefined;
  }
}

/** Resident memory in MB, 0 when the process is gone. */
export function residentMb(pid: number): number {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    return Math.round(Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
  } catch {
    return psResidentMb(pid);
  }
}

function psResidentMb(pid: number): number {
  if (process.platform === 'linux') return 0;
  try {
    const text = execFileSync('ps', ['-o', 'rss=', '-p', String(pid)], { encoding: 'utf8' });
    return Math.round(Number(text.trim()) / 1024);
  } catch {
    return 0;
  }
}

/** Signals a whole process group, so that a server's own children hear it too; a gone group is fine. */
export function signalGroup(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-pid, signal);
  } catch {
    // already gone
  }
}
