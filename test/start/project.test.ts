import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { projectRoot } from '../../platform/runtime/paths';
import { runHoldfast } from '../support/holdfast-cli';
import { startStack } from '../support/started-stack';

const run = promisify(execFile);
const root = mkdtempSync(path.join(tmpdir(), 'holdfast-project-'));
const folder = path.join(root, 'trips');
afterAll(() => rmSync(root, { recursive: true, force: true }));

/** Of the proof so many cells; the project's own `npm test` runs more. */
const cells = '4';

async function npm(...words: string[]): Promise<string> {
  const env = { ...process.env, HOLDFAST_TEST_CELLS: cells, FORCE_COLOR: '0' };
  const options = { cwd: folder, env, maxBuffer: 64 * 1024 * 1024 };
  const { stdout } = await run('npm', words, options).catch((error: { stdout: string }) => {
    throw new Error(`npm ${words.join(' ')}: ${error.stdout.slice(-4_000)}`, { cause: error });
  });
  return stdout;
}

it('a new project is written, and makes what follows from its contracts', async () => {
  const words = ['--service', 'travel', '--keeps', 'trip', '--saga', 'book-trip'];
  const made = await runHoldfast(['new', 'project', folder, ...words, '--no-generate']);
  expect([made.exitCode, made.err]).toEqual([0, expect.any(String)]);
  // What is installed and compiled here spares a download and most of the compiling.
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(folder, 'node_modules'));
  cpSync(path.join(projectRoot, 'dist'), path.join(folder, 'dist'), { recursive: true });
  await npm('run', 'generate');
  expect(readdirSync(path.join(folder, 'schemas/golden'))).toContain('trip.made');
  const client = readFileSync(path.join(folder, 'client/api.d.ts'), 'utf8');
  expect(client).toContain('"/trips/{tripId}"');
  expect(client).not.toContain('"/orders"');
}, 300_000);

it('its npm test is green: lint, the fast rings, and its saga under faults', async () => {
  const told = await npm('test');
  expect(told).toMatch(/^\d{3,} passed, 0 failed$/m);
}, 600_000);

it('its npm start runs its saga, and what it proposes works as printed', async () => {
  const state = path.join(root, 'state');
  const { heard, login, first, stop } = await startStack(folder, { options: ['--state', state] });
  try {
    expect(heard()).toMatch(/✓ Book trip: completed in \d+ ms/);
    expect(heard()).toContain('Violations: 0.');
    expect(heard()).not.toContain('Not as its recipe says');
    const { stdout } = await run('sh', ['-c', `${login}\n${first}`]);
    expect(stdout).toMatch(/^HTTP\/\S+ 200/);
    expect(stdout).toContain('"state":"completed"');
  } finally {
    await stop();
  }
}, 480_000);
