import { closedLoop } from '../measure/closed-loop';
import type { LoopResult, LoopTimes } from '../measure/closed-loop';
import { readProcesses, ticksOf } from '../measure/cpu';
import type { ProcessTicks } from '../measure/cpu';
import type { Cell } from './rounds';
import { cpuGroups } from './variants';
import type { CpuGroupName, CpuGroups, Leftover, OpenVariant } from './variants';

/** CPU milliseconds for each saga, by whose they are. */
export type CpuOfSaga = Readonly<Partial<Record<CpuGroupName, number>>>;

/** One cell of one round, measured. */
export interface Sample extends Cell {
  readonly round: number;
  /** Sagas that ended within the window. */
  readonly ended: number;
  readonly windowMs: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly sagasPerSecond: number;
  readonly cpuMs: CpuOfSaga;
  /** Of all groups but the client. */
  readonly cpuSumMs: number;
  readonly problems: readonly string[];
}

/** What a cell is measured with. */
export interface SampleOptions {
  readonly round: number;
  readonly times: LoopTimes;
  /** Milliseconds of a clock tick. */
  readonly tickMs: number;
}

let cellsSoFar = 0;

/** Runs one cell, and counts afterwards what its sagas have left. */
export async function takeSample(
  variant: OpenVariant,
  cell: Cell,
  { round, times, tickMs }: SampleOptions,
): Promise<Sample> {
  cellsSoFar += 1;
  const prefix = `${variant.name}.${cellsSoFar}.`;
  let sagas = 0;
  const result = await closedLoop(cell.callers, times, {
    ask: () => variant.run(`${prefix}${(sagas += 1)}`, cell.ending),
    mark: readProcesses,
  });
  const expected = variant.expected(cell.ending, result.asked);
  const missed = differences(await variant.leftover(prefix), expected);
  const cpuMs = cpuOfSaga(variant.groups, result, tickMs);
  const { ended, windowMs, p50Ms, p99Ms } = result;
  return {
    ...{ ...cell, round, ended, windowMs, p50Ms, p99Ms, cpuMs },
    sagasPerSecond: (ended * 1_000) / windowMs,
    cpuSumMs: cpuSum(cpuMs),
    problems: [...result.problems, ...missed],
  };
}

/** What must be equal and is not, in words. */
export function differences(found: Leftover, expected: Leftover): readonly string[] {
  return Object.entries(expected)
    .filter(([what, count]) => (found[what] ?? 0) !== count)
    .map(([what, count]) => `${what}: ${found[what] ?? 0} in place of ${count}`);
}

/** CPU of a window over the sagas that ended in it. */
export function cpuOfSaga(
  groups: CpuGroups,
  { before, after, ended }: Pick<LoopResult<readonly ProcessTicks[]>, 'before' | 'after' | 'ended'>,
  tickMs: number,
): CpuOfSaga {
  const known = cpuGroups.flatMap((name) => {
    const group = groups[name];
    if (group === undefined) return [];
    const ticks = ticksOf(after, group) - ticksOf(before, group);
    return [[name, (ticks * tickMs) / ended] as const];
  });
  return Object.fromEntries(known);
}

function cpuSum({ client: _client, ...counted }: CpuOfSaga): number {
  return Object.values(counted).reduce((sum, one) => sum + one, 0);
}
