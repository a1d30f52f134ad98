import { execFile, spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { until } from '../../cli/up/api-client';
import { projectRoot } from '../../platform/runtime/paths';
import { runHoldfast } from '../support/holdfast-cli';

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
  // As its package.json has it; a shell in between might keep the signal to itself.
  const words = ['cli/bootstrap.js', 'up', '--state', state, '--port-base', '0'];
  const child = spawn(process.execPath, words, { cwd: folder });
  let heard = '';
  child.stderr.on('data', (data: Buffer) => (heard += String(data)));
  const exited = new Promise((resolve) => child.once('exit', resolve));
  try {
    await until('the guide', 240_000, async () => {
      if (child.exitCode !== null) throw new Error(heard);
      return heard.includes('Ctrl-C stops everything.') ? heard : undefined;
    });
    expect(heard).toMatch(/✓ Book trip: completed in \d+ ms/);
    expect(heard).toContain('Violations: 0.');
    expect(heard).not.toContain('Not as its recipe says');
    const [login = '', start = ''] = heard.split('Try next:\n')[1]?.split('\n') ?? [];
    const { stdout } = await run('sh', ['-c', `${login}\n${start}`]);
    expect(stdout).toMatch(/^HTTP\/\S+ 200/);
    expect(stdout).toContain('"state":"completed"');
  } finally {
    child.kill('SIGINT');
    await exited;
  }
}, 480_000);
