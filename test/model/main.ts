import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { configurations } from './configurations';
import { search } from './explore/search';
import type { Found } from './explore/search';
import { mutatedRules } from './mutated-rules';
import { mutations } from './mutations';
import { describe, heading, row, traceText } from './report';
import { rules } from './rules';
import { World } from './world/world';

/**
 * `npm run test:model -- [--all] [--mutations] [--only <text>]`: searches every configuration, or shows for every
 * rule what happens without it. Two searches at a time; exits with 1 when an invariant is broken, or a removed rule
 * is not missed.
 */
interface Job {
  readonly kind: 'configuration' | 'mutation';
  readonly index: number;
}

const say = (text: string): boolean => process.stdout.write(`${text}\n`);

function titleOf({ kind, index }: Job): string {
  return kind === 'mutation' ? mutations[index]!.rule : describe(configurations[index]!);
}

function work({ kind, index }: Job): Found {
  const mutation = kind === 'mutation' ? mutations[index]! : undefined;
  const config = mutation?.config ?? configurations[index]!;
  const world = new World(mutation === undefined ? rules : mutatedRules(mutation), config);
  const onProgress = (states: number, waiting: number): void =>
    parentPort?.postMessage({
      progress: `${states.toLocaleString('en-US')} states, ${waiting.toLocaleString('en-US')} to visit`,
    });
  return search(world, { onProgress, progressEvery: 1_000_000 });
}

function inWorker(job: Job): Promise<Found> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(__filename, {
      workerData: job,
      resourceLimits: { maxOldGenerationSizeMb: 8192 },
    });
    worker.on('message', (message: { progress?: string; found?: Found }) => {
      if (message.progress !== undefined) say(`  … ${titleOf(job)}: ${message.progress}`);
      if (message.found !== undefined) resolve(message.found);
    });
    worker.on('error', reject);
  });
}

/** A configuration must hold; without a rule something must break. */
function isRight({ kind }: Job, found: Found): boolean {
  return kind === 'mutation'
    ? found.problem !== undefined
    : found.problem === undefined && found.isExhaustive;
}

function jobsOf(args: readonly string[]): Job[] {
  const isMutating = args.includes('--mutations');
  const only = args.includes('--only') ? (args[args.indexOf('--only') + 1] ?? '') : '';
  const list = isMutating ? mutations.map(({ config }) => config) : configurations;
  return list
    .map((config, index) => ({
      config,
      job: { kind: isMutating ? 'mutation' : 'configuration', index } as const,
    }))
    .filter(
      ({ config, job }) =>
        (args.includes('--all') || !config.isLarge) && titleOf(job).includes(only),
    )
    .map(({ job }) => job);
}

async function main(args: readonly string[]): Promise<void> {
  const jobs = jobsOf(args);
  const left = [...jobs];
  const done: { readonly job: Job; readonly found: Found }[] = [];
  const next = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const found = await inWorker(job);
      done.push({ job, found });
      say(row(titleOf(job), found));
      if (found.problem !== undefined) say(traceText(found));
    }
  };
  await Promise.all([next(), next()]);
  say(`\n${heading}`);
  done.sort((one, other) => one.job.index - other.job.index);
  for (const { job, found } of done) say(row(titleOf(job), found));
  const wrong = done.filter(({ job, found }) => !isRight(job, found));
  say(`\n${done.length - wrong.length} of ${done.length} as they should be`);
  process.exitCode = wrong.length > 0 || done.length === 0 ? 1 : 0;
}

if (isMainThread) void main(process.argv.slice(2));
else parentPort?.postMessage({ found: work(workerData as Job) });
