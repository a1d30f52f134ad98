import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { createApiClient, until } from '../../cli/up/api-client';
import type { ApiClient } from '../../cli/up/api-client';
import { projectRoot } from '../../platform/runtime/paths';
import { runHoldfast } from '../support/holdfast-cli';

const stateDir = mkdtempSync(path.join(tmpdir(), 'holdfast-main-job-'));
afterAll(() => rmSync(stateDir, { recursive: true, force: true }));

interface Run {
  readonly child: ChildProcess;
  readonly exited: Promise<number | null>;
  out(): string;
  trouble(): string;
}

function up(...argv: string[]): Run {
  const entry = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
  const args = [entry, 'up', '--state', stateDir, '--port-base', '0', ...argv];
  const child = spawn(process.execPath, args, { cwd: projectRoot });
  const heard = { out: '', trouble: '' };
  child.stdout.on('data', (chunk: Buffer) => (heard.out += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (heard.trouble += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('exit', resolve));
  return { child, exited, out: () => heard.out, trouble: () => heard.trouble };
}

/** Processes of this machine whose command line or environment names the state folder. */
function leftBehind(): string[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.filter((pid) => {
    try {
      const told = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return (
        told.includes(stateDir) || readFileSync(`/proc/${pid}/environ`, 'utf8').includes(stateDir)
      );
    } catch {
      return false;
    }
  });
}

/** A client of the gateway a running `up` printed in its guide. */
async function clientOf(run: Run): Promise<ApiClient> {
  const guide = await until('the guide', 180_000, async () => {
    if (run.child.exitCode !== null) throw new Error(run.trouble());
    return run.trouble().includes('Ctrl-C stops everything.') ? run.trouble() : undefined;
  });
  const gatewayUrl = /API +(https:\S+)\/docs/.exec(guide)?.[1] ?? '';
  const keycloak = /Keycloak +(https:\S+)/.exec(guide)?.[1] ?? '';
  const caFile = path.join(stateDir, 'certs', 'ca.crt');
  return createApiClient({ gatewayUrl, issuer: `${keycloak}/realms/holdfast`, caFile });
}

/** Another command, as somebody gives it in a second terminal. */
async function command(...words: string[]) {
  const askedAt = performance.now();
  const { exitCode, out, err } = await runHoldfast([...words, '--state', stateDir]);
  return { exitCode, out, err, ms: performance.now() - askedAt };
}

describe('npm start', () => {
  it('--once --json ends with one completed and two compensated orders and no violation', async () => {
    const run = up('--once', '--json');
    expect([await run.exited, run.trouble().slice(-2_000)]).toEqual([0, expect.any(String)]);
    const report = JSON.parse(run.out().trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
    expect(report).toMatchObject({ audit: { violations: 0 } });
    expect(report.ready_ms).toBeGreaterThan(0);
    const sagas = report.sagas as { outcome: string; reason?: string }[];
    expect(sagas.map(({ outcome, reason }) => [outcome, reason])).toEqual([
      ['completed', undefined],
      ['compensated', 'CARD_DECLINED'],
      ['compensated', 'OUT_OF_STOCK'],
    ]);
    const events = report.events as { published: number; projected: number };
    expect(events.projected).toBe(events.published);
    expect(events.published).toBeGreaterThan(20);
    const servers = report.servers as { name: string }[];
    expect(servers.map(({ name }) => name).toSorted()).toEqual([
      ...['card-provider', 'consul', 'dynamodb', 'kafka', 'keycloak', 'mongodb', 'postgres'],
      ...['prometheus', 'redis', 'temporal'],
    ]);
    expect(leftBehind()).toEqual([]);
  }, 240_000);

  it('keeps its state over a stop: the same Idempotency-Key gives the first answer', async () => {
    const body = {
      orderId: 'kept-order',
      lines: [{ sku: 'demo-lamp', quantity: 1 }],
      payment: { amountCents: 2_500, currency: 'EUR' },
    };
    const place = async (api: ApiClient) =>
      api.call('/sagas/place-order', {
        token: await api.token('alice'),
        idempotencyKey: 'kept-key',
        body,
      });
    const first = up('--no-demo');
    const api = await clientOf(first);
    const started = await place(api);
    expect(started.status).toBe(202);
    await api.close();
    const status = await command('status', '--json');
    expect([status.exitCode, JSON.parse(status.out)]).toMatchObject([0, { state: 'works' }]);
    expect((await command('open', 'docs')).out).toMatch(/^https:\/\/localhost:\d+\/docs\n$/);
    const down = await command('down');
    expect([down.exitCode, down.out]).toEqual([0, `stopped, process ${first.child.pid}\n`]);
    expect(down.ms).toBeLessThan(15_000);
    expect(await first.exited).toBe(0);
    expect(leftBehind()).toEqual([]);
    expect((await command('down')).out).toContain('nothing runs');
    expect(await command('status')).toMatchObject({
      ...{ exitCode: 1, err: expect.stringContaining('STATE_MISMATCH') as string },
    });
    const logged = await command('logs', 'gateway', '--json', '--lines', '1');
    expect(JSON.parse(logged.out)).toMatchObject({ process: 'gateway' });
    const second = up('--no-demo');
    const later = await clientOf(second);
    const again = await place(later);
    expect(again).toMatchObject({ status: 202, replayed: true, location: started.location });
    const token = await later.token('alice');
    await until('the saga to end after the restart', 60_000, async () => {
      const saga = await later.call(String(started.location), { token });
      return saga.body.state === 'completed' ? saga : undefined;
    });
    await later.close();
    second.child.kill('SIGKILL');
    await second.exited;
    await until('the watchdog to end every child', 20_000, async () =>
      leftBehind().length === 0 ? true : undefined,
    );
    expect(existsSync(stateDir)).toBe(true);
  }, 300_000);
});
