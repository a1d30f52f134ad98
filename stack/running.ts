import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { isAlive, signalGroup, startMark } from './children/process-identity';
import { StackError } from './errors';

/** The processes of a stack that somebody else runs, as the files in its state folder name them. */
export interface RunningStack {
  readonly stateDir: string;
  readonly certsDir: string;
  readonly brokers: 1 | 3;
  /** Of the present run of a process; undefined while it is down. */
  pidOf(name: string): number | undefined;
  /** Sends a signal to a process and its children; false while it is down. */
  signal(name: string, signal: NodeJS.Signals): boolean;
}

interface Recorded {
  readonly pid: number;
  readonly mark?: string;
  /** It was asked to stop. */
  readonly isStopping?: boolean;
}

/** The process that a file names, if it still is that one: a pid alone may be a stranger's by now. */
function recorded(file: string): number | undefined {
  try {
    const { pid, mark } = JSON.parse(readFileSync(file, 'utf8')) as Recorded;
    // 0 and below name groups, and without a mark it could be anybody.
    if (!Number.isInteger(pid) || pid < 2 || typeof mark !== 'string') return undefined;
    return isAlive(pid) && startMark(pid) === mark ? pid : undefined;
  } catch {
    return undefined; // it is being written, or was taken away
  }
}

/** The process that runs the stack of a state folder; undefined where none does. */
export function ownerOf(stateDir: string): number | undefined {
  return recorded(ownerFile(stateDir));
}

const ownerFile = (stateDir: string): string => path.resolve(stateDir, 'owner.json');

/**
 * Notes that whoever runs the stack was asked to stop; false where that was noted before. A second question would end
 * it at once, and leave the servers to the watchdog.
 */
export function noteStopping(stateDir: string): boolean {
  try {
    const owner = JSON.parse(readFileSync(ownerFile(stateDir), 'utf8')) as Recorded;
    if (owner.isStopping === true) return false;
    writeFileSync(ownerFile(stateDir), JSON.stringify({ ...owner, isStopping: true }));
    return true;
  } catch {
    return true; // it has just ended
  }
}

/** Brokers of the event log in a state folder; their number never changes. */
export function brokersOf(stateDir: string): 1 | 3 {
  const file = path.resolve(stateDir, 'kafka', 'brokers');
  return existsSync(file) && readFileSync(file, 'utf8').trim() === '3' ? 3 : 1;
}

/** Names of the processes of a state folder that run now, by process id. */
export function processesOf(stateDir: string): ReadonlyMap<number, string> {
  const folder = path.resolve(stateDir, 'pids');
  const found = new Map<number, string>();
  for (const file of existsSync(folder) ? readdirSync(folder) : []) {
    const pid = recorded(path.join(folder, file));
    if (pid !== undefined) found.set(pid, path.parse(file).name);
  }
  return found;
}

/** Finds the stack that runs in a state folder. Throws STATE_MISMATCH where none does. */
export function findRunning(stateDir: string): RunningStack {
  const folder = path.resolve(stateDir);
  if (ownerOf(folder) === undefined) {
    throw new StackError({
      code: 'STATE_MISMATCH',
      subject: 'stack',
      cause: `no stack is running in ${stateDir}`,
      fix: 'start one with npm start, or name its folder with --state',
    });
  }
  const pidOf = (name: string) => recorded(path.join(folder, 'pids', `${name}.json`));
  return {
    stateDir: folder,
    certsDir: path.join(folder, 'certs'),
    brokers: brokersOf(folder),
    pidOf,
    signal(name, signal) {
      const pid = pidOf(name);
      if (pid !== undefined) signalGroup(pid, signal);
      return pid !== undefined;
    },
  };
}
