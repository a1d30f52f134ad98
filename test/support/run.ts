import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { startTestWorld } from './test-world';

interface Counts {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
}

/**
 * Rings that need no server run while the servers start, and beside the sagas, which need few. Our own processes start
 * where something flows through them, and not before: at rest they use a quarter of two cores. Chaos runs alone, since
 * it breaks what others use, and counts what everybody does; it stops where a file fails: what that left broken would
 * only fail the others, each after its longest wait. Starts of other worlds come last, when this one is gone.
 */
const phases = {
  beside: ['--selectProjects', 'unit', 'tidy', '--maxWorkers', '1'],
  sagas: ['--selectProjects', 'saga', '--maxWorkers', '1'],
  contract: ['--selectProjects', 'contract'],
  flow: ['--selectProjects', 'flow'],
  chaos: ['--selectProjects', 'chaos', '--runInBand', '--bail'],
  starts: ['--selectProjects', 'start', '--runInBand'],
} as const;

/** Runs every ring against one world of real servers and ends with `N passed, N failed`. */
async function main(): Promise<number> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-tests-'));
  const counts = path.join(folder, 'counts');
  writeFileSync(counts, '');
  const environment = { HOLDFAST_TEST_COUNTS: counts };
  const beside = jest(phases.beside, environment);
  let world: Awaited<ReturnType<typeof startTestWorld>> | undefined;
  const codes: number[] = [];
  try {
    const rings = ['contract', 'saga', 'flow', 'chaos'] as const;
    world = await startTestWorld({ folder, rings, processes: false });
    const shared = { ...environment, ...world.environment };
    codes.push(await jest(phases.sagas, shared), await beside);
    codes.push(await jest(phases.contract, shared));
    await world.startProcesses();
    codes.push(await jest(phases.flow, shared), await jest(phases.chaos, shared));
  } catch (error) {
    process.stderr.write(`${(error as Error).stack ?? String(error)}\n`);
    codes.push(await beside, 1);
  } finally {
    await world?.stop();
  }
  codes.push(await jest(phases.starts, environment));
  const total = sum(readFileSync(counts, 'utf8'));
  const broken = total.failed === 0 && codes.some((code) => code !== 0) ? 1 : 0;
  const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
  process.stdout.write(`\n${total.passed} passed, ${total.failed + broken} failed${skipped}\n`);
  rmSync(folder, { recursive: true, force: true });
  return total.failed + broken > 0 || total.passed === 0 ? 1 : 0;
}

function jest(argv: readonly string[], environment: Record<string, string>): Promise<number> {
  const entry = path.join(projectRoot, 'node_modules', 'jest', 'bin', 'jest.js');
  const child = spawn(process.execPath, [entry, ...argv], {
    cwd: projectRoot,
    stdio: ['ignore', 'inherit', 'inherit'],
    env: { ...process.env, ...environment },
  });
  return new Promise((resolve) => child.once('exit', (code) => resolve(code ?? 1)));
}

function sum(lines: string): Counts {
  const phaseCounts = lines
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Counts);
  const add = (member: keyof Counts): number =>
    phaseCounts.reduce((total, counts) => total + counts[member], 0);
  return { passed: add('passed'), failed: add('failed'), skipped: add('skipped') };
}

void main().then((code) => {
  process.exitCode = code;
});
