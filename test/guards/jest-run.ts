import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { GuardRing, GuardTest } from './guard';
import type { JestReport } from './judge';
import type { Workshop } from './workshop';

/** A run that has not ended by then hangs, and is stopped. */
const runMsMax = 8 * 60_000;
const shownLines = 30;

/** Runs the tests of one ring in a copy of the sources. Throws where jest itself leaves no report. */
export async function runJest(
  { folder, benchFolder }: Pick<Workshop, 'folder' | 'benchFolder'>,
  tests: readonly GuardTest[],
  environment: Readonly<Record<string, string>>,
): Promise<JestReport> {
  const report = path.join(benchFolder, 'jest-report.json');
  rmSync(report, { force: true });
  const { ring } = tests[0]!;
  const said = await spawnJest(folder, argumentsOf(ring, tests, report), environment);
  if (!existsSync(report)) throw new Error(`jest left no report of "${ring}":\n${said}`);
  return JSON.parse(readFileSync(report, 'utf8')) as JestReport;
}

function argumentsOf(ring: GuardRing, tests: readonly GuardTest[], report: string): string[] {
  const files = [...new Set(tests.map(({ file }) => file))];
  const titles = [...new Set(tests.map(({ title }) => escaped(title)))];
  return [
    ...['--selectProjects', ring, '--testNamePattern', titles.join('|')],
    ...['--json', `--outputFile=${report}`, '--cacheDirectory', '../jest-cache'],
    // Servers are real: one file at a time, and what a broken engine leaves open does not hold up the next run.
    ...['--runInBand', '--forceExit', '--reporters', 'default'],
    ...['--runTestsByPath', ...files],
  ];
}

function escaped(title: string): string {
  return title.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function spawnJest(
  folder: string,
  argv: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<string> {
  const entry = path.join(folder, 'node_modules', 'jest', 'bin', 'jest.js');
  const child = spawn(process.execPath, [entry, ...argv], {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, FORCE_COLOR: '0', ...environment },
  });
  const stuck = setTimeout(() => child.kill('SIGKILL'), runMsMax);
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', () => {
      clearTimeout(stuck);
      resolve(said.split('\n').slice(-shownLines).join('\n'));
    });
  });
}
