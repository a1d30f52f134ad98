import { aborted } from '../../stack';
import type { StackOptions } from '../../stack';
import { tickMs } from '../measure/cpu';
import { loadWarning, readMachine } from '../measure/machine';
import { circumstances } from '../report/table';
import { told } from '../report/write';
import type { GatewayOptions } from './options';
import { addedMsMax, cellsOf, titleOf } from './reads';
import { asGatewayTable } from './report';
import { compared, takeSample } from './samples';
import type { ReadSample } from './samples';
import { openGatewayWorld } from './world';
import type { GatewayWorld } from './world';

/** Says what becomes of it, on the way. */
export interface GatewayTelling {
  readonly say: (text: string) => void;
  readonly onProgress: NonNullable<StackOptions['onProgress']>;
  readonly signal: AbortSignal;
}

/** Before each window, and of each read before the first round: code gets compiled; milliseconds. */
const [leadInMs, warmUpMs] = [500, 3_000] as const;

/** Measures every read in every round, and writes what was asked for. */
export async function runGateway(
  options: GatewayOptions,
  telling: GatewayTelling,
): Promise<{ readonly text: string; readonly problems: readonly string[] }> {
  const machine = readMachine();
  const startedAt = new Date().toISOString();
  const warning = loadWarning(machine);
  if (warning !== undefined) telling.say(`take care: ${warning}`);
  const world = await openGatewayWorld(options.reads, telling);
  try {
    const taken = await Promise.race([rounds(world, options, telling), aborted(telling.signal)]);
    const problems = problemsOf(taken);
    const samples = compared(taken.filter(({ round }) => round > 0));
    const { rounds: count, seconds, callers } = options;
    const about = { machine, rounds: count, seconds };
    const wrong = problems.map((problem) => `* ${problem}`);
    const table = [
      ...['## Gateway', '', circumstances(about), '', asGatewayTable(samples)],
      ...(wrong.length === 0 ? [] : ['### What did not hold', '', ...wrong, '']),
    ].join('\n');
    const circumstancesOf = { scenario: 'gateway', startedAt, ...about, callers, addedMsMax };
    const report = { ...circumstancesOf, bytes: world.bytes, samples, problems };
    return { text: told(options, { table, report }), problems };
  } finally {
    await world.stop();
  }
}

/** The warm-up is round 0: it is in no table, and what went wrong in it counts. */
async function rounds(
  world: GatewayWorld,
  options: GatewayOptions,
  { say, signal }: GatewayTelling,
): Promise<readonly ReadSample[]> {
  const tick = tickMs();
  const samples: ReadSample[] = [];
  const callers = Math.max(...options.callers);
  say('warming up');
  for (const read of world.reads.values()) {
    signal.throwIfAborted();
    const times = { leadInMs: warmUpMs, windowMs: 0 };
    samples.push(await takeSample(read, callers, { round: 0, times, tickMs: tick }));
  }
  const times = { leadInMs, windowMs: options.seconds * 1_000 };
  for (let round = 1; round <= options.rounds; round += 1) {
    for (const cell of cellsOf(options, round - 1)) {
      signal.throwIfAborted();
      const read = world.reads.get(cell.read);
      if (read === undefined) throw new Error(`${cell.read} was not opened`);
      const sample = await takeSample(read, cell.callers, { round, times, tickMs: tick });
      samples.push(sample);
      say(lineOf(sample));
    }
  }
  return samples;
}

/** A sentence for each thing that went wrong, and how often it did: one that is overloaded says the same many times. */
export function problemsOf(samples: readonly ReadSample[]): readonly string[] {
  const times = new Map<string, number>();
  for (const sample of samples) {
    for (const problem of sample.problems) {
      const text = `${titleOf(sample)}: ${problem}`;
      times.set(text, (times.get(text) ?? 0) + 1);
    }
  }
  return [...times].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`));
}

function lineOf(sample: ReadSample): string {
  const { round, p50Ms, p99Ms, readsPerSecond, problems } = sample;
  const figures = `${p50Ms.toFixed(2)} ms, p99 ${p99Ms.toFixed(2)} ms, ${readsPerSecond.toFixed(0)}/s`;
  return `${problems.length === 0 ? '✓' : '✗'} ${round}: ${titleOf(sample)}: ${figures}`;
}
