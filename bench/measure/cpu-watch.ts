import { readProcesses, ticksOf } from './cpu';
import type { CpuGroup } from './cpu';

/** CPU of some groups of processes since the watch began. */
export interface CpuWatch<Name extends string> {
  /** Milliseconds of each, divided by `units`. */
  msFor(units: number): Readonly<Partial<Record<Name, number>>>;
}

/** Begins to watch; `tickMs` is a clock tick of this machine. */
export function cpuWatch<Name extends string>(
  groups: Readonly<Partial<Record<Name, CpuGroup>>>,
  tickMs: number,
): CpuWatch<Name> {
  const before = readProcesses();
  return {
    msFor(units) {
      const after = readProcesses();
      const spent = Object.entries<CpuGroup | undefined>(groups).map(([name, group = {}]) => {
        const ticks = ticksOf(after, group) - ticksOf(before, group);
        return [name, (ticks * tickMs) / units] as const;
      });
      return Object.fromEntries(spent) as Partial<Record<Name, number>>;
    },
  };
}
