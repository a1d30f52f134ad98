import type { Machine } from '../measure/machine';
import { setTimeout as delay } from 'node:timers/promises';
import { readProcesses, tickMs } from '../measure/cpu';
import { cellsOf } from './rounds';
import type { Cell, Plan } from './rounds';
import { cpuOfSaga, takeSample } from './samples';
import type { CpuOfSaga, Sample } from './samples';
import { rated, summaryOf } from './summary';
import type { CellSummary, RatedSample } from './summary';
import { endingsOf } from './variants';
import type { VariantName } from './variants';
import type { BenchWorld } from './world';

/** Before the window of each cell, milliseconds. */
const leadInMs = 1_000;

/**
 * Of each variant and ending before the first round: code gets compiled, caches fill. So many sagas, since V8 goes on
 * compiling for hundreds of them, or so many milliseconds: whichever comes first.
 */
const warmUpOf = { sagas: 300, ms: 40_000, windowMs: 1_500 } as const;

/** How long it is watched what the processes do at rest, milliseconds. */
const restMs = 5_000;

/** How the saga scenario is run. */
export interface RunOptions extends Plan {
  readonly rounds: number;
  /** Of each window. */
  readonly seconds: number;
  /** Hears of everything that begins. */
  readonly note: (text: string) => void;
  /** Hears of every sample. */
  readonly took: (sample: Sample) => void;
  readonly signal: AbortSignal;
}

/** Everything one run has to say. */
export interface SagaReport {
  readonly scenario: 'saga';
  readonly startedAt: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly seconds: number;
  readonly callers: readonly number[];
  /** Holdfast ran with what may be switched off for speed. */
  readonly optIns: boolean;
  /** Steps of everybody wrote a step record and an event beside their row. */
  readonly recorded: boolean;
  /** Settings of the Temporal server that Holdfast, `empty` and `bare-regular-tuned` use. */
  readonly temporalSettings: readonly string[];
  /** CPU milliseconds a second while no saga runs. */
  readonly atRest: Readonly<Partial<Record<VariantName, CpuOfSaga>>>;
  readonly summary: readonly CellSummary[];
  readonly samples: readonly RatedSample[];
  readonly problems: readonly string[];
}

/** Warms up, then runs the rounds; a saga that does not end as it should is a problem, and the run goes on. */
export async function runSagas(
  world: BenchWorld,
  options: RunOptions,
): Promise<Pick<SagaReport, 'atRest' | 'summary' | 'samples' | 'problems'>> {
  const { rounds, seconds, signal, note, took } = options;
  const tick = tickMs();
  const times = { leadInMs, windowMs: seconds * 1_000 };
  const samples: Sample[] = [];
  const warmUps = await warmUp(world, options, tick);
  const atRest = await restOf(world, tick);
  for (let round = 0; round < rounds; round += 1) {
    for (const cell of cellsOf(options, round)) {
      signal.throwIfAborted();
      note(`round ${round + 1} of ${rounds}: ${titleOf(cell)}`);
      const sample = await take(world, cell, { round, times, tickMs: tick });
      samples.push(sample);
      took(sample);
    }
  }
  const all = rated(samples);
  return {
    atRest,
    summary: summaryOf(all),
    samples: all,
    problems: [...warmUps, ...samples].flatMap(told),
  };
}

async function warmUp(world: BenchWorld, options: RunOptions, tick: number): Promise<Sample[]> {
  const callers = Math.max(...options.callers);
  // No longer than what follows: the smallest run there is stays small.
  const longestMs = Math.min(warmUpOf.ms, options.rounds * options.seconds * 1_000);
  const times = { leadInMs: 0, windowMs: Math.min(warmUpOf.windowMs, longestMs) };
  const samples: Sample[] = [];
  for (const variant of options.variants) {
    for (const ending of endingsOf(variant)) {
      options.note(`warming up: ${titleOf({ variant, ending, callers })}`);
      const untilMs = performance.now() + longestMs;
      let sagas = 0;
      do {
        options.signal.throwIfAborted();
        const cell = { variant, ending, callers };
        const sample = await take(world, cell, { round: -1, times, tickMs: tick });
        samples.push(sample);
        sagas += sample.ended;
      } while (sagas < warmUpOf.sagas && performance.now() < untilMs);
    }
  }
  return samples;
}

/** What the processes of each variant do while nobody asks for anything. */
async function restOf(world: BenchWorld, tick: number): Promise<SagaReport['atRest']> {
  const before = readProcesses();
  await delay(restMs);
  const seconds = { before, after: readProcesses(), ended: restMs / 1_000 };
  const rests = [...world.variants].map(([name, { groups }]) => [
    name,
    cpuOfSaga(groups, seconds, tick),
  ]);
  return Object.fromEntries(rests) as SagaReport['atRest'];
}

function take(world: BenchWorld, cell: Cell, options: Parameters<typeof takeSample>[2]) {
  const variant = world.variants.get(cell.variant);
  if (variant === undefined) throw new Error(`${cell.variant} was not opened`);
  return takeSample(variant, cell, options);
}

/** A cell in words. */
export function titleOf({ variant, ending, callers }: Cell): string {
  return `${variant}, ${ending}, ${callers} ${callers === 1 ? 'caller' : 'callers'}`;
}

function told(sample: Sample): readonly string[] {
  return sample.problems.map((problem) => `${titleOf(sample)}: ${problem}`);
}
