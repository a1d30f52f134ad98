import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Explored } from '../../cli/verify/explore';
import { redOf } from '../../cli/verify/report';
import { projectRoot } from '../../platform/runtime/paths';
import { recipes } from '../../workflows/recipes';

/** Of each saga so many cells of `holdfast verify` unless HOLDFAST_TEST_CELLS says another number, or `all`. */
const cellsUnlessTold = '16';
/** Chooses the cells: the same ones each time. */
const seed = '3';

interface Counts {
  passed: number;
  failed: number;
}

/** What `npm test` is in a project of one's own: lint, the fast rings, and every saga under faults. */
async function main(): Promise<number> {
  const counts: Counts = { passed: 0, failed: 0 };
  await Promise.all([lint(counts), fastRings(counts)]);
  const cells = process.env.HOLDFAST_TEST_CELLS ?? cellsUnlessTold;
  if (cells !== '0') for (const { saga } of recipes) await underFaults(counts, saga, cells);
  const { passed, failed } = counts;
  process.stdout.write(`\n${passed} passed, ${failed} failed\n`);
  return failed > 0 || passed === 0 ? 1 : 0;
}

const tool = (...parts: string[]): string => path.join(projectRoot, 'node_modules', ...parts);

/** Runs a program of this project with the terminal, and answers its exit code. */
function run(
  args: readonly string[],
  { env = {}, out = 'inherit' }: { env?: Record<string, string>; out?: 'inherit' | 'pipe' } = {},
): Promise<{ readonly code: number; readonly text: string }> {
  const child = spawn(process.execPath, args, {
    cwd: projectRoot,
    stdio: ['ignore', out, 'inherit'],
    env: { ...process.env, ...env },
  });
  let text = '';
  child.stdout?.on('data', (data: Buffer) => (text += String(data)));
  return new Promise((resolve) =>
    child.once('close', (code) => resolve({ code: code ?? 1, text })),
  );
}

async function lint(counts: Counts): Promise<void> {
  const { code } = await run([tool('eslint', 'bin', 'eslint.js'), '.']);
  process.stdout.write(`lint ${code === 0 ? 'passed' : 'FAILED'}\n`);
  counts[code === 0 ? 'passed' : 'failed'] += 1;
}

async function fastRings(counts: Counts): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-tests-'));
  const file = path.join(folder, 'counts');
  writeFileSync(file, '');
  const jest = [tool('jest', 'bin', 'jest.js'), '--selectProjects', 'unit', 'tidy'];
  const { code } = await run(jest, { env: { HOLDFAST_TEST_COUNTS: file } });
  const lines = readFileSync(file, 'utf8').split('\n').filter(Boolean);
  const found = lines.map((line) => JSON.parse(line) as Counts);
  rmSync(folder, { recursive: true, force: true });
  for (const { passed, failed } of found) {
    counts.passed += passed;
    counts.failed += failed;
  }
  if (code !== 0 && counts.failed === 0) counts.failed += 1;
}

/** On databases, log and Temporal of its own; a cell is one test. */
async function underFaults(counts: Counts, saga: string, cells: string): Promise<void> {
  const sample = cells === 'all' ? [] : ['--sample', cells, '--seed', seed];
  const entry = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
  const { code, text } = await run([entry, 'verify', saga, '--json', ...sample], { out: 'pipe' });
  const last = text.trim().split('\n').at(-1) ?? '';
  if (!last.startsWith('{')) {
    counts.failed += 1;
    return;
  }
  const explored = JSON.parse(last) as Explored;
  const red = redOf(explored).length + explored.violations.length;
  counts.passed += explored.results.length - redOf(explored).length;
  counts.failed += code === 0 ? red : Math.max(1, red);
}

void main().then((code) => {
  process.exitCode = code;
});
