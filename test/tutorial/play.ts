import { execFile } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../cli/up/api-client';
import type { Explored } from '../../cli/verify/explore';
import { projectRoot } from '../../platform/runtime/paths';
import { startStack } from '../support/started-stack';
import { docFiles } from '../tidy/checks/doc-files';
import { codeBlocksOf } from '../tidy/checks/markdown';

const run = promisify(execFile);
const page = 'docs/tutorial.md';
/** Longest a first start may take, milliseconds: packages and servers are fetched, and everything is compiled. */
const fetchMs = 900_000;

/** The page, and what of it a reader writes or gives to a shell. */
export const tutorialText = readFileSync(path.join(projectRoot, page), 'utf8');
const blocks = codeBlocksOf({ file: page, text: tutorialText });

/** Lines of code that a reader writes by hand. */
export const linesByHand = blocks
  .filter(({ language }) => language === 'ts')
  .flatMap(({ code }) => code.trimEnd().split('\n')).length;

export interface TutorialOptions {
  /** A clone of the project, or a copy of one. */
  readonly folder: string;
  readonly env?: NodeJS.ProcessEnv;
  /** How many cells of the proof, chosen by a seed; all unless told. */
  readonly cells?: number;
  /** Whether `npm start` of the first step is played too: the demonstration, seen to its end and stopped. */
  readonly demonstration: boolean;
  /** Told of each step as it begins. */
  readonly begins?: (step: string) => void;
}

export interface TutorialResult {
  readonly proof: Explored;
  /** What the gateway answers of the trip booked at the end. */
  readonly booked: unknown;
}

/** Does what the page says, in its order. */
export async function playTutorial(options: TutorialOptions): Promise<TutorialResult> {
  const { folder, env = process.env, begins = () => undefined } = options;
  const files = docFiles(blocks);
  let proof = '';
  if (options.demonstration) {
    begins('npm start');
    await (await startStack(folder, { env, startMs: fetchMs })).stop();
  }
  for (const { language, code, attributes } of blocks) {
    const { file } = attributes;
    if (language === 'ts' && file !== undefined)
      writeFileSync(path.join(folder, file), files[file] ?? '');
    if (language !== 'sh') continue;
    for (const line of code.trim().split('\n')) {
      begins(line);
      proof = await inShell(line, options);
    }
  }
  begins('npm start, and a trip');
  const told = JSON.parse(proof.trim().split('\n').at(-1) ?? '{}') as Explored;
  return { proof: told, booked: await bookTrip(folder, env) };
}

/** Gives a line to a shell. A proof that is not green ends with 1, and says what is red. */
async function inShell(line: string, options: TutorialOptions): Promise<string> {
  const { folder, env = process.env } = options;
  const where = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
  const ended = run('sh', ['-c', commandOf(line, options)], where);
  const { stdout } = await ended.catch((error: { code?: unknown; stdout?: string }) => {
    if (isProof(line) && error.code === 1) return { stdout: error.stdout ?? '' };
    throw error;
  });
  return stdout;
}

const isProof = (line: string): boolean => line.includes(' verify book-trip');

/** As it stands on the page; of the proof a sample if one is asked for, in which each part of the matrix is. */
function commandOf(line: string, { cells }: TutorialOptions): string {
  const command = line.replace(/^npx holdfast/, 'node cli/bootstrap.js');
  if (!isProof(line)) return command;
  return `${command} ${cells === undefined ? '' : `--sample ${cells} --seed 3`} --json`;
}

/** The page's `curl`, with a token as the guide of the stack says to get one, at the port of this stack. */
async function bookTrip(folder: string, env: NodeJS.ProcessEnv): Promise<unknown> {
  const curl = blocks.find(({ code }) => code.startsWith('curl '))?.code ?? '';
  const stack = await startStack(folder, { env, options: ['--no-demo'] });
  const shell = async (command: string): Promise<string> => {
    const { stdout } = await run('sh', ['-ec', `${stack.login}\n${command}`], { cwd: folder, env });
    return stdout;
  };
  try {
    const gateway = /API +(https:\S+)\/docs/.exec(stack.heard())?.[1] ?? '';
    const here = curl.trim().replaceAll('https://localhost:17030', gateway);
    await shell(here.replace('curl ', 'curl -fsS '));
    // The same key once more: nothing is booked twice, and each answer waits for the end for a while.
    const again = here.replace('curl ', "curl -fsS -H 'prefer: wait=10' ");
    return await until('the trip to be booked', 120_000, async () => {
      const trip = JSON.parse(await shell(again)) as { readonly state?: string };
      return trip.state === 'running' ? undefined : trip;
    });
  } finally {
    await stack.stop();
  }
}
