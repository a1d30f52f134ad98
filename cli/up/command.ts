import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { progressReporter } from '../../stack/progress';
import { noteStopping } from '../../stack/running';
import { wholeNumber } from '../whole-number';
import { createApiClient } from './api-client';
import { auditWorld } from './audit';
import { demonstration } from './shown';
import type { DemoSaga } from './shown/demonstration';
import { printGuide } from './guide';
import { instancesMax, parseInstances } from './instances';
import type { InstanceCounts } from './instances';
import { drawTimeline } from './timeline';
import { startWorld } from './world';
import type { World } from './world';

interface UpOptions {
  readonly once: boolean;
  readonly json: boolean;
  readonly demo: boolean;
  readonly ephemeral: boolean;
  readonly brokers: 1 | 3;
  readonly portBase?: number;
  readonly instances?: InstanceCounts;
  readonly leafMinutes?: number;
  readonly state: string;
}

const instancesHelp = `more than one of a process, as in payments=3,gateway=2; at most ${instancesMax}`;

/** `holdfast up`: the embedded stack, our processes and the demonstration, until Ctrl-C (or once). */
export function upCommand(): Command {
  return new Command('up')
    .option('--once', 'run the demonstration, print the result and stop', false)
    .option('--json', 'end with one JSON object on the last line', false)
    .option('--no-demo', 'place no orders')
    .option('--ephemeral', 'keep no state', false)
    .option('--brokers <count>', 'Kafka brokers, 1 or 3', brokers, 1)
    .option('--instances <counts>', instancesHelp, parseInstances)
    .option('--port-base <port>', 'first of 60 ports in a row; 0 finds a free block', port)
    .option('--leaf-minutes <count>', 'how long certificates are good for; a day', wholeNumber())
    .option('--state <folder>', 'where state, certificates and logs live', '.holdfast')
    .addHelpText(
      'after',
      '\nExample:\n  holdfast up --once --json --ephemeral --port-base 0\n  holdfast up --instances payments=3,gateway=2\n',
    )
    .exitOverride()
    .action((options: UpOptions) => up(options));
}

function brokers(text: string): 1 | 3 {
  if (text === '1') return 1;
  if (text === '3') return 3;
  throw new InvalidArgumentError('1 or 3.');
}

function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && (value === 0 || (value >= 1024 && value <= 65_000))) return value;
  throw new InvalidArgumentError('0, or a port between 1024 and 65000.');
}

async function up(options: UpOptions): Promise<void> {
  const startedAt = performance.now();
  const stateDir = options.ephemeral
    ? mkdtempSync(path.join(tmpdir(), 'holdfast-'))
    : path.resolve(options.state);
  const interruption = awaitInterruption(() => noteStopping(stateDir));
  const interrupt = new AbortController();
  void interruption.then(() => interrupt.abort(new Error('interrupted')));
  const { signal } = interrupt;
  const onProgress = progressReporter(process.stderr);
  let world: World | undefined;
  try {
    const leafLifeMs = options.leafMinutes && options.leafMinutes * 60_000;
    world = await startWorld({ ...options, leafLifeMs, stateDir, onProgress, signal });
    const readyMs = Math.round(performance.now() - startedAt);
    const showing = show(world, options, { readyMs, interruption });
    await Promise.race([showing, interruption]);
    // What an interrupted demonstration still says is nobody's business.
    showing.catch(() => undefined);
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await world?.stop();
    if (options.ephemeral) rmSync(stateDir, { recursive: true, force: true });
  }
  // A download that was given up would keep the process alive.
  if (signal.aborted) process.exit();
}

/** Resolves at the first Ctrl-C or SIGTERM; a second one ends the process at once, the watchdog ends the rest. */
function awaitInterruption(note: () => void): Promise<void> {
  return new Promise((resolve) => {
    let asked = 0;
    const ask = (): void => {
      asked += 1;
      if (asked > 1) process.exit(130);
      note();
      process.stderr.write('\nStopping…\n');
      resolve();
    };
    process.on('SIGINT', ask).on('SIGTERM', ask);
  });
}

async function show(
  world: World,
  options: UpOptions,
  run: { readyMs: number; interruption: Promise<void> },
): Promise<void> {
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const api = createApiClient(world);
  try {
    const sagas = options.demo ? await demonstration.run(api, say) : [];
    for (const saga of sagas) drawTimeline(saga).forEach(say);
    const audit = await auditWorld(world);
    if (options.json)
      process.stdout.write(`${JSON.stringify(await report(world, run, sagas, audit))}\n`);
    else
      say(
        `Events: ${audit.events.published} published, ${audit.events.projected} projected. Violations: ${audit.violations.length}.`,
      );
    for (const violation of audit.violations) say(`VIOLATION ${JSON.stringify(violation)}`);
    if (audit.violations.length > 0) process.exitCode = 1;
    if (options.once) return;
    await printGuide(world, api);
    await run.interruption;
  } finally {
    await api.close();
  }
}

async function report(
  world: World,
  run: { readyMs: number },
  sagas: readonly DemoSaga[],
  audit: Awaited<ReturnType<typeof auditWorld>>,
): Promise<unknown> {
  const servers = await world.stack.servers();
  return {
    ready_ms: run.readyMs,
    sagas: sagas.map(({ timeline: _, ...saga }) => saga),
    events: audit.events,
    audit: { violations: audit.violations.length },
    processes: world.instances().map(({ name, url }) => ({
      ...{ name, url, pid: world.process(name).pid, rss_mb: world.process(name).rssMb },
    })),
    servers: servers.map((server) => ({
      name: server.name,
      version: server.version,
      ready_ms: server.readyMs,
      rss_mb: server.rssMb,
    })),
  };
}
