import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { simulate } from '../../platform/testing/simulate';
import type { FailedSeed, SimulationResult } from '../../platform/testing/simulate';
import { reachableTuples } from './coverage';
import { sagaOf } from './sagas';

/**
 * `npm run test:simulate -- [--seeds 10000] [--from 1] [--seed N]`: draws histories and checks what must hold at the
 * end of each; `--seed` replays one and tells it. Exits with 1 when a promise is broken, or, from 10,000 seeds on,
 * when less of what can be reached was reached than 95 %.
 */
interface Range {
  readonly from: number;
  readonly seeds: number;
  readonly step: number;
}

const coverageMin = 0.95;
const coverageFromSeeds = 10_000;
/** Only told: a machine with other work to do breaks no promise. */
const slowAfterSeconds = 300;
const say = (text: string): boolean => process.stdout.write(`${text}\n`);

async function simulateRange({ from, seeds, step }: Range): Promise<SimulationResult> {
  const results: SimulationResult[] = [];
  for (let seed = from; seed < from + seeds; seed += step) {
    const { definition, input } = sagaOf(seed);
    results.push(await simulate(definition, { input, from: seed, seeds: 1 }));
    if (results.length % 500 === 0) parentPort?.postMessage({ progress: results.length });
  }
  return merged(results);
}

function merged(results: readonly SimulationResult[]): SimulationResult {
  const sum = (counts: readonly { readonly [key: string]: number }[]): Record<string, number> => {
    const total: Record<string, number> = {};
    for (const count of counts) {
      for (const [key, value] of Object.entries(count)) total[key] = (total[key] ?? 0) + value;
    }
    return total;
  };
  return {
    seeds: results.reduce((total, { seeds }) => total + seeds, 0),
    failed: results.flatMap(({ failed }) => failed),
    seen: sum(results.map(({ seen }) => seen)),
    outcomes: sum(results.map(({ outcomes }) => outcomes)),
    deliveries: results.reduce((total, { deliveries }) => total + deliveries, 0),
  };
}

function inWorker(range: Range): Promise<SimulationResult> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, { workerData: range });
    worker.on('message', (message: { progress?: number; result?: SimulationResult }) => {
      if (message.progress !== undefined) {
        say(`  … ${message.progress} seeds from ${range.from} on, every other`);
      }
      if (message.result !== undefined) resolve(message.result);
    });
    worker.on('error', reject);
  });
}

function tellFailed({ seed, problems, story }: FailedSeed): void {
  say(`\nseed ${seed}: ${problems.join('; ')}`);
  story.forEach((line, index) => say(`  ${String(index).padStart(3)}. ${line}`));
  say(`  again: npm run test:simulate -- --seed ${seed}`);
}

/** Answers the part of what can be reached that was reached. */
function tellCoverage({ seen }: SimulationResult): number {
  const reachable = reachableTuples();
  const missing = [...reachable].filter((tuple) => seen[tuple] === undefined).sort();
  const surplus = Object.keys(seen).filter((tuple) => !reachable.has(tuple));
  const part = 1 - missing.length / reachable.size;
  say(`tuples of step kind, direction, fault and row state: ${reachable.size - missing.length} of`);
  say(`${reachable.size} that can be reached (${(part * 100).toFixed(1)} %)`);
  for (const tuple of missing) say(`  not met: ${tuple}`);
  for (const tuple of surplus) say(`  met, though the model does not reach it: ${tuple}`);
  return part;
}

async function replay(seed: number): Promise<void> {
  const { definition, input } = sagaOf(seed);
  const run = await simulate(definition, { input, from: seed, seeds: 1, onStory: say });
  run.failed.forEach(tellFailed);
  say(run.failed.length === 0 ? `seed ${seed}: every promise held` : '');
  process.exitCode = run.failed.length > 0 ? 1 : 0;
}

async function main(args: readonly string[]): Promise<void> {
  const numberOf = (name: string, otherwise: number): number =>
    args.includes(name) ? Number(args[args.indexOf(name) + 1]) : otherwise;
  if (args.includes('--seed')) return replay(numberOf('--seed', 1));
  const seeds = numberOf('--seeds', 10_000);
  const from = numberOf('--from', 1);
  if (!(seeds >= 2 && from >= 0)) throw new Error('--seeds is at least 2, --from at least 0');
  const sinceMs = Date.now();
  const halves = [0, 1].map((half) =>
    inWorker({ from: from + half, seeds: seeds - half, step: 2 }),
  );
  const result = merged(await Promise.all(halves));
  const seconds = (Date.now() - sinceMs) / 1000;
  result.failed.slice(0, 5).forEach(tellFailed);
  say(`\n${result.seeds} seeds in ${seconds.toFixed(0)} s, ${result.deliveries} deliveries`);
  if (seconds > slowAfterSeconds && seeds <= coverageFromSeeds) {
    say(`slow: ${coverageFromSeeds} seeds take less than 5 minutes on two idle cores`);
  }
  say(`ended: ${JSON.stringify(result.outcomes)}; broken promises: ${result.failed.length}`);
  const part = tellCoverage(result);
  const isThin = seeds >= coverageFromSeeds && part < coverageMin;
  process.exitCode = result.failed.length > 0 || isThin ? 1 : 0;
}

if (isMainThread) void main(process.argv.slice(2));
else {
  void simulateRange(workerData as Range).then((result) => parentPort?.postMessage({ result }));
}
