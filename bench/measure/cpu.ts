import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What the kernel says of one process, in clock ticks since it began. */
export interface ProcessTicks {
  readonly pid: number;
  readonly parent: number;
  /** Its own, user and system. */
  readonly own: number;
  /** Of those of its children that have ended and were waited for. */
  readonly reaped: number;
}

/** Processes whose CPU counts together: the trees below `roots`, and `alone` without their children. */
export interface CpuGroup {
  readonly roots?: readonly number[];
  readonly alone?: readonly number[];
}

/** Reads a line of /proc/<pid>/stat. The name of the program is in brackets and may hold brackets and spaces itself. */
export function parseStat(line: string): ProcessTicks {
  const behindName = line.lastIndexOf(')');
  // Behind the name: state, parent, ...; user, system, reaped user and system time are the 14th to 17th of all fields.
  const fields = line.slice(behindName + 2).split(' ');
  const number = (at: number): number => {
    const value = Number(fields[at - 3]);
    if (!Number.isFinite(value)) throw new Error(`not a line of /proc/<pid>/stat: ${line}`);
    return value;
  };
  return {
    pid: Number.parseInt(line, 10),
    parent: number(4),
    own: number(14) + number(15),
    reaped: number(16) + number(17),
  };
}

/** Ticks of a group; a child that has ended meanwhile is in what its parent reaped. */
export function ticksOf(
  processes: readonly ProcessTicks[],
  { roots = [], alone = [] }: CpuGroup,
): number {
  const byPid = new Map(processes.map((one) => [one.pid, one]));
  const children = new Map<number, ProcessTicks[]>();
  for (const one of processes) {
    children.set(one.parent, [...(children.get(one.parent) ?? []), one]);
  }
  const tree = (pid: number): number => {
    const { own = 0, reaped = 0 } = byPid.get(pid) ?? {};
    return (children.get(pid) ?? []).reduce((sum, child) => sum + tree(child.pid), own + reaped);
  };
  const trees = roots.reduce((sum, pid) => sum + tree(pid), 0);
  return alone.reduce((sum, pid) => sum + (byPid.get(pid)?.own ?? 0), trees);
}

/** Every process of this machine; one that ends while it is read is left out. */
export function readProcesses(): readonly ProcessTicks[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        return [parseStat(readFileSync(`/proc/${name}/stat`, 'utf8'))];
      } catch (error) {
        const { code } = error as NodeJS.ErrnoException;
        if (code === 'ENOENT' || code === 'ESRCH') return [];
        throw error;
      }
    });
}

/** Milliseconds of one clock tick of this machine. */
export function tickMs(): number {
  return 1_000 / Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));
}
