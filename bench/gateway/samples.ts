import { closedLoop } from '../measure/closed-loop';
import type { LoopTimes } from '../measure/closed-loop';
import { readProcesses, ticksOf } from '../measure/cpu';
import type { CpuGroup } from '../measure/cpu';
import { baseNames } from './reads';
import type { BaseName, Cell, ReadName } from './reads';

/** Whose CPU is told: the server that is asked is the gateway or a bare one; the client asks and measures. */
export const cpuNames = ['server', 'redis', 'database', 'service', 'client'] as const;

export type CpuName = (typeof cpuNames)[number];

/** One cell of one round, measured. */
export interface ReadSample extends Cell {
  readonly round: number;
  /** Answers within the window. */
  readonly ended: number;
  readonly windowMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly readsPerSecond: number;
  /** CPU microseconds for each read. */
  readonly cpuUs: Readonly<Partial<Record<CpuName, number>>>;
  readonly problems: readonly string[];
}

/** A read, ready to be asked again and again. */
export interface OpenRead {
  readonly name: ReadName;
  readonly groups: Readonly<Partial<Record<CpuName, CpuGroup>>>;
  /** Makes ready for one cell: connections, a token, the entry in the cache. */
  begin(callers: number): Promise<{
    readonly ask: () => Promise<void>;
    readonly end: () => Promise<void>;
  }>;
}

/** What a cell is measured with. */
export interface ReadTask {
  readonly round: number;
  readonly times: LoopTimes;
  /** Milliseconds of a clock tick. */
  readonly tickMs: number;
}

/** Asks again and again for the time of a window. */
export async function takeSample(
  read: OpenRead,
  callers: number,
  { round, times, tickMs }: ReadTask,
): Promise<ReadSample> {
  const { ask, end } = await read.begin(callers);
  const result = await closedLoop(callers, times, { ask, mark: readProcesses }).finally(end);
  const { before, after, ended, windowMs, p50Ms, p99Ms, problems } = result;
  const spent = Object.entries(read.groups).map(([name, group]) => {
    const ticks = ticksOf(after, group) - ticksOf(before, group);
    return [name, (ticks * tickMs * 1_000) / ended] as const;
  });
  return {
    ...{ read: read.name, callers, round, ended, windowMs, p50Ms, p99Ms, problems },
    readsPerSecond: (ended * 1_000) / windowMs,
    cpuUs: Object.fromEntries(spent),
  };
}

/** A sample beside what is read without the gateway in the same round, with as many callers. */
export interface ComparedSample extends ReadSample {
  /** By how much its median is above theirs, milliseconds; absent where they were not measured. */
  readonly addedMs: Readonly<Partial<Record<BaseName, number>>>;
}

/** Sets every sample against the bare reads of its own round. */
export function compared(samples: readonly ReadSample[]): readonly ComparedSample[] {
  return samples.map((sample) => {
    const beside = baseNames.flatMap((base) => {
      const found = samples.find(
        ({ read, round, callers }) =>
          read === base && round === sample.round && callers === sample.callers,
      );
      return found === undefined ? [] : [[base, sample.p50Ms - found.p50Ms] as const];
    });
    return { ...sample, addedMs: Object.fromEntries(beside) };
  });
}
