import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import { configurations } from './configurations';
import { search } from './explore/search';
import type { Found } from './explore/search';
import { mutatedRules } from './mutated-rules';
import { mutations } from './mutations';
import { describe, heading, row, traceText } from './report';
import { optionsOf, usage } from './options';
import type { ModelOptions } from './options';
import { rules } from './rules';
import { World } from './world/world';

/** `npm run test:model`; see its `--help`. */
interface Job {
  readonly kind: 'configuration' | 'mutation';
  readonly index: number;
}

/** Where progress goes; with `--json` the standard output is the result's alone. */
let told: NodeJS.WriteStream = process.stdout;
const say = (text: string): boolean => told.write(`${text}\n`);

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

function jobsOf({ mutations: isMutating, all, only }: ModelOptions): Job[] {
  const list = isMutating ? mutations.map(({ config }) => config) : configurations;
  return list
    .map((config, index) => ({
      config,
      job: { kind: isMutating ? 'mutation' : 'configuration', index } as const,
    }))
    .filter(({ config, job }) => (all || !config.isLarge) && titleOf(job).includes(only))
    .map(({ job }) => job);
}

interface Done {
  readonly job: Job;
  readonly found: Found;
}

async function searchAll(jobs: readonly Job[]): Promise<readonly Done[]> {
  const left = [...jobs];
  const done: Done[] = [];
  const next = async (): Promise<void> => {
    for (let job = left.shift(); job !== undefined; job = left.shift()) {
      const found = await inWorker(job);
      done.push({ job, found });
      say(row(titleOf(job), found));
      if (found.problem !== undefined) say(traceText(found));
    }
  };
  await Promise.all([next(), next()]);
  return done.sort((one, other) => one.job.index - other.job.index);
}

function tell(done: readonly Done[], { json }: ModelOptions): void {
  if (json) {
    const results = done.map(({ job, found: { problem, states, transitions, seconds } }) => ({
      ...{ title: titleOf(job), kind: job.kind, states, transitions, seconds },
      ...(problem === undefined ? {} : { problem }),
    }));
    process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
    return;
  }
  say(`\n${heading}`);
  for (const { job, found } of done) say(row(titleOf(job), found));
  const right = done.filter(({ job, found }) => isRight(job, found));
  say(`\n${right.length} of ${done.length} as they should be`);
}

function refuse(why: string): number {
  process.stderr.write(`${why}\n\n${usage}`);
  return 2;
}

async function main(args: readonly string[]): Promise<number> {
  let options: ModelOptions;
  try {
    options = optionsOf(args);
  } catch (error) {
    return refuse((error as Error).message);
  }
  if (options.help) process.stdout.write(usage);
  if (options.help) return 0;
  if (options.json) told = process.stderr;
  const jobs = jobsOf(options);
  if (jobs.length === 0) return refuse(`--only ${options.only}: no title has this text`);
  const done = await searchAll(jobs);
  tell(done, options);
  return done.every(({ job, found }) => isRight(job, found)) ? 0 : 1;
}

if (isMainThread) void main(process.argv.slice(2)).then((code) => (process.exitCode = code));
else parentPort?.postMessage({ found: work(workerData as Job) });
