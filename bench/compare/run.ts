import { spawn } from 'node:child_process';
import { projectRoot } from '../../platform/runtime/paths';
import { StackError, aborted } from '../../stack';
import { readMachine } from '../measure/machine';
import { circumstances } from '../report/table';
import { writeReport } from '../report/write';
import { differencesOf, reportShape } from './differences';
import type { Pair, RunReport } from './differences';
import type { CompareOptions } from './options';
import { asComparison } from './report';
import { layOut } from './revision';

export interface Compared {
  readonly text: string;
  readonly problems: readonly string[];
}

export interface CompareTelling {
  readonly say: (text: string) => void;
  readonly signal: AbortSignal;
}

/**
 * Runs the scenario once in a folder, in a process of its own, to its end. What it says on the way goes on to the
 * terminal.
 */
function runIn(
  folder: string,
  { seconds, callers, only }: CompareOptions,
  signal: AbortSignal,
): Promise<RunReport> {
  const words = ['--rounds', '1', '--seconds', String(seconds), '--callers', callers.join(',')];
  const chosen = ['--only', only.join(','), '--json'];
  const args = ['run', '--silent', 'bench', '--', 'saga', ...words, ...chosen];
  const child = spawn('npm', args, { cwd: folder, stdio: ['ignore', 'pipe', 'inherit'] });
  const stop = (): void => void child.kill('SIGINT');
  signal.addEventListener('abort', stop);
  const chunks: Buffer[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk));
  return new Promise<RunReport>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      const read = reportShape.safeParse(jsonOf(Buffer.concat(chunks).toString('utf8')));
      if (read.success) resolve(read.data);
      else reject(unmeasured(folder, code));
    });
  }).finally(() => signal.removeEventListener('abort', stop));
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const unmeasured = (folder: string, code: number | null): StackError =>
  new StackError({
    code: 'PROCESS_CRASHED',
    subject: 'compare',
    cause: `the bench in ${folder} ended with ${code ?? 'a signal'} and told nothing that can be read`,
    fix: 'read what it said above; a revision from before `npm run bench -- saga --json` cannot be compared',
  });

/** Both in turn; who goes first changes from round to round. */
async function measurePairs(
  before: string,
  options: CompareOptions,
  { say, signal }: CompareTelling,
): Promise<readonly Pair[]> {
  const pairs: Pair[] = [];
  for (let round = 1; round <= options.rounds; round += 1) {
    const measure = (name: string, folder: string): Promise<RunReport> => {
      signal.throwIfAborted();
      say(`round ${round} of ${options.rounds}: ${name}`);
      return runIn(folder, options, signal);
    };
    const first = round % 2 === 1 ? await measure('before', before) : undefined;
    const now = await measure('now', projectRoot);
    pairs.push({ before: first ?? (await measure('before', before)), now });
  }
  return pairs;
}

/** Lays the other revision out, measures both, and writes what was asked for. */
export async function runComparison(
  options: CompareOptions,
  telling: CompareTelling,
): Promise<Compared> {
  const machine = readMachine();
  const revision = await layOut(options.revision, telling.say);
  try {
    const pairs = await measurePairs(revision.folder, options, telling);
    const problems = pairs.flatMap(({ before, now }) => [...before.problems, ...now.problems]);
    const differences = differencesOf(pairs);
    const { rounds, seconds } = options;
    const told = { machine, rounds, seconds };
    const title = `## This tree against ${revision.commit.slice(0, 12)}`;
    const table = [title, '', circumstances(told), '', asComparison(differences)].join('\n');
    const report = { scenario: 'compare', revision: revision.commit, ...told, differences, pairs };
    const json = `${JSON.stringify(report, null, 2)}\n`;
    if (options.out !== undefined) {
      writeReport(options.out, { 'compare.md': table, 'compare.json': json });
    }
    return { text: options.json ? json : table, problems };
  } catch (error) {
    // Whoever interrupted it is told so, not what became of the run that was stopped.
    if (telling.signal.aborted) await aborted(telling.signal);
    throw error;
  } finally {
    revision.remove();
  }
}
