import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { simulate } from '../../platform/testing/simulate';
import type { FailedSeed, SimulationResult } from '../../platform/testing/simulate';
import { reachableTuples } from './coverage';
import { optionsOf, usage } from './options';
import type { SimulateOptions } from './options';
import { sagaOf } from './sagas';

/** `npm run test:simulate`; see its `--help`. */
interface Range {
  readonly from: number;
  readonly seeds: number;
  readonly step: number;
}

const coverageMin = 0.95;
const coverageFromSeeds = 10_000;
/** Only told: a machine with other work to do breaks no promise. */
const slowAfterSeconds = 300;
/** Where progress goes; with `--json` the standard output is the result's alone. */
let told: NodeJS.WriteStream = process.stdout;
const say = (text: string): boolean => told.write(`${text}\n`);

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

interface Coverage {
  readonly reachable: number;
  readonly missing: readonly string[];
  readonly surplus: readonly string[];
}

function coverageOf({ seen }: SimulationResult): Coverage {
  const reachable = reachableTuples();
  const missing = [...reachable].filter((tuple) => seen[tuple] === undefined).sort();
  const surplus = Object.keys(seen).filter((tuple) => !reachable.has(tuple));
  return { reachable: reachable.size, missing, surplus };
}

/** The part of what can be reached that was reached. */
function partOf({ reachable, missing }: Coverage): number {
  return 1 - missing.length / reachable;
}

function tellCoverage(coverage: Coverage): void {
  const { reachable, missing, surplus } = coverage;
  say(`tuples of step kind, direction, fault and row state: ${reachable - missing.length} of`);
  say(`${reachable} that can be reached (${(partOf(coverage) * 100).toFixed(1)} %)`);
  for (const tuple of missing) say(`  not met: ${tuple}`);
  for (const tuple of surplus) say(`  met, though the model does not reach it: ${tuple}`);
}

async function replay(seed: number): Promise<number> {
  const { definition, input } = sagaOf(seed);
  const run = await simulate(definition, { input, from: seed, seeds: 1, onStory: say });
  run.failed.forEach(tellFailed);
  say(run.failed.length === 0 ? `seed ${seed}: every promise held` : '');
  return run.failed.length > 0 ? 1 : 0;
}

async function drawAll({ seeds, from, json }: SimulateOptions): Promise<number> {
  const sinceMs = Date.now();
  const halves = [0, 1].map((half) =>
    inWorker({ from: from + half, seeds: seeds - half, step: 2 }),
  );
  const result = merged(await Promise.all(halves));
  const seconds = (Date.now() - sinceMs) / 1000;
  const coverage = coverageOf(result);
  result.failed.slice(0, 5).forEach(tellFailed);
  say(`\n${result.seeds} seeds in ${seconds.toFixed(0)} s, ${result.deliveries} deliveries`);
  if (seconds > slowAfterSeconds && seeds <= coverageFromSeeds) {
    say(`slow: ${coverageFromSeeds} seeds take less than 5 minutes on two idle cores`);
  }
  say(`ended: ${JSON.stringify(result.outcomes)}; broken promises: ${result.failed.length}`);
  tellCoverage(coverage);
  if (json) {
    const { deliveries, outcomes, failed } = result;
    const drawn = { seeds: result.seeds, seconds, deliveries, outcomes, failed, coverage };
    process.stdout.write(`${JSON.stringify(drawn, null, 2)}\n`);
  }
  const isThin = seeds >= coverageFromSeeds && partOf(coverage) < coverageMin;
  return result.failed.length > 0 || isThin ? 1 : 0;
}

async function main(args: readonly string[]): Promise<number> {
  let options: SimulateOptions;
  try {
    options = optionsOf(args);
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${usage}`);
    return 2;
  }
  if (options.json) told = process.stderr;
  if (options.help) process.stdout.write(usage);
  if (options.help) return 0;
  return options.seed === undefined ? drawAll(options) : replay(options.seed);
}

if (isMainThread) void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
else {
  void simulateRange(workerData as Range).then((result) => parentPort?.postMessage({ result }));
}
