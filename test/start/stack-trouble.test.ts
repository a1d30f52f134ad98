import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { until } from '../../cli/up/api-client';
import { projectRoot } from '../../platform/runtime/paths';
import { isFree, portBlock, portsFrom } from '../../stack/ports';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-trouble-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function up(argv: readonly string[], env: Record<string, string> = {}) {
  const entry = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
  return spawnSync(process.execPath, [entry, 'up', '--once', '--ephemeral', ...argv], {
    cwd: projectRoot,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    timeout: 90_000,
  });
}

/**
 * First port of a block of which nobody has one: neither other stacks, which begin at `freeFrom`, nor outgoing
 * connections, which the system gives high ports.
 */
async function freeBlock(): Promise<number> {
  for (let base = portBlock.freeFrom - portBlock.size; base > 2_000; base -= portBlock.size) {
    const free = await Promise.all(Object.values(portsFrom(base)).map(isFree));
    if (free.every(Boolean)) return base;
  }
  throw new Error('no block of ports is free');
}

describe('npm start on a machine that is not ready for it', () => {
  it('names a taken port and how to choose others', async () => {
    const port = await freeBlock();
    const squatter = createServer();
    await new Promise<void>((resolve) => squatter.listen(port, '127.0.0.1', resolve));
    const done = up(['--port-base', String(port)]);
    squatter.close();
    expect(done.status).toBe(1);
    expect(done.stderr).toContain('PORT_TAKEN');
    expect(done.stderr).toContain(`port ${port} is taken`);
    expect(done.stderr).toContain('--port-base');
  });

  it('names a missing Java and the way to give it one', () => {
    const done = up(['--port-base', '0'], { HOLDFAST_JAVA: path.join(folder, 'no-java') });
    expect(done.status).toBe(1);
    expect(done.stderr).toMatch(/JAVA_MISSING|PROVISION_FAILED/);
    expect(done.stderr).toContain('HOLDFAST_JAVA');
  });

  it('refuses a wrong flag with exit code 2', () => {
    const done = up(['--brokers', '2']);
    expect(done.status).toBe(2);
    expect(done.stderr).toContain('1 or 3');
  });

  it('names a server that crashes, with the last lines of its log and the next step', () => {
    const broken = path.join(folder, 'redis-server');
    writeFileSync(
      broken,
      '#!/bin/sh\n[ "$1" = --version ] && echo "Redis server v=7.0.15" && exit 0\necho "the disk is on fire" >&2\nexit 7\n',
      { mode: 0o755 },
    );
    const done = up(['--port-base', '0'], { HOLDFAST_REDIS_SERVER: broken });
    expect(done.status).toBe(1);
    expect(done.stderr).toContain('SERVER_CRASHED redis');
    expect(done.stderr).toContain('the disk is on fire');
    expect(done.stderr).toContain('fix:');
  });
});

describe('an interrupted start', () => {
  it('ends on SIGTERM and leaves nothing running', async () => {
    const stateDir = path.join(folder, 'interrupted');
    const entry = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
    const argv = [entry, 'up', '--once', '--state', stateDir, '--port-base', '0'];
    const child = spawn(process.execPath, argv, { cwd: projectRoot });
    let trouble = '';
    child.stderr.on('data', (chunk: Buffer) => (trouble += chunk.toString()));
    const exited = new Promise((resolve) => child.once('exit', resolve));
    await until('a server to start', 60_000, async () =>
      /postgres +(starting|ready)/.test(trouble) ? true : undefined,
    );
    child.kill('SIGTERM');
    await exited;
    const left = spawnSync('pgrep', ['-f', stateDir], { encoding: 'utf8' });
    expect(left.stdout.trim()).toBe('');
  });
});
