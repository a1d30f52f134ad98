import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import { parseConfig } from '../../platform/runtime/config';
import { projectRoot } from '../../platform/runtime/paths';
import { startStack } from '../../stack';
import type { ServerName, Stack, StackOptions } from '../../stack';
import { startProcess } from '../../stack/processes';
import { defaultNamespace } from '../../stack/servers/temporal/default-namespace';
import { provideTemporal } from '../../stack/servers/temporal/temporal';
import { groupsOf } from '../measure/groups';
import { asSteps, openSteps } from '../steps/rows';
import type { Steps } from '../steps/rows';
import { openHoldfast } from './holdfast';
import { openPeers, peerNames } from './peers';
import { openPlain } from './plain';
import { openBare } from './temporal';
import type { BareName, BareWorld } from './temporal';
import { holdfastNames } from './variants';
import type { HoldfastName, OpenVariant, VariantName } from './variants';

/** A first workflow waits until its worker has bundled its code; milliseconds. */
const workerReadyMs = 120_000;

const onOurSettings: readonly VariantName[] = ['empty', 'bare-regular-tuned'];
const onDefaults: readonly VariantName[] = ['bare-regular', 'bare-local'];

/** Servers and processes of the chosen variants, and the variants ready to run. */
export interface BenchWorld {
  readonly variants: ReadonlyMap<VariantName, OpenVariant>;
  stop(): Promise<void>;
}

/** What may be loaded before an orchestrator, for less CPU; see docs/performance.md. */
const preloads = ['no-stack-traces', 'no-time-limit'].map((name) =>
  path.join(projectRoot, 'dist', 'workers', `${name}.js`),
);

/** What is opened as the world grows; closed in the opposite order. */
interface Opening {
  readonly optIns: boolean;
  readonly stack: Stack;
  readonly steps: Steps;
  readonly onClose: (close: () => Promise<unknown>) => void;
}

export interface WorldOptions extends Pick<StackOptions, 'onProgress' | 'signal'> {
  /** Holdfast with what may be switched off for speed. */
  readonly optIns: boolean;
  /** Steps of the others write a step record and an event as well. */
  readonly recorded: boolean;
}

/** Starts what these variants need and nothing else, in a folder that is gone afterwards. */
export async function openWorld(
  names: readonly VariantName[],
  { optIns, recorded, ...options }: WorldOptions,
): Promise<BenchWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  const closing: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true })];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const stateDir = path.join(folder, 'state');
    const servers = serversFor(names);
    const stack = await startStack({ ...options, stateDir, servers, portBase: 0, fast: true });
    closing.push(() => stack.stop());
    const steps = openSteps(parseConfig(stack.environmentFor('payments')), recorded);
    closing.push(() => steps.close());
    await steps.prepare();
    const onClose = (one: () => Promise<unknown>) => void closing.push(one);
    const opened = await openAll(names, { stack, steps, optIns, onClose });
    return { variants: new Map(opened.map((one) => [one.name, one])), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function serversFor(names: readonly VariantName[]): readonly ServerName[] {
  if (holdfastNames.some((name) => names.includes(name)))
    return ['postgres', 'temporal', 'kafka', 'consul'];
  const temporal = names.some((name) => onOurSettings.includes(name));
  return temporal ? ['postgres', 'temporal'] : ['postgres'];
}

async function openAll(names: readonly VariantName[], opening: Opening): Promise<OpenVariant[]> {
  const { stack, steps } = opening;
  // Whoever calls does the work here.
  const { client: worker = {}, ...others } = groupsOf(stack, { database: ['postgres'] });
  const plain = (['floor', 'journal'] as const)
    .filter((name) => names.includes(name))
    .map((name) => openPlain(name, steps, { ...others, worker }));
  const settings = { address: `127.0.0.1:${stack.ports.temporalFrontend}`, server: 'temporal' };
  const ours = names.filter((name) => onOurSettings.includes(name)) as BareName[];
  const theirs = names.filter((name) => onDefaults.includes(name)) as BareName[];
  return [
    ...plain,
    ...(await openBareOn(ours, opening, async () => ({
      ...{ ...settings, namespace: defaultNamespace },
    }))),
    ...(await openBareOn(theirs, opening, () => startDefaults(stack))),
    ...(await startHoldfast(
      holdfastNames.filter((name) => names.includes(name)),
      opening,
    )),
    ...(await openPeers(
      peerNames.filter((name) => names.includes(name)),
      { ...opening, groups: (named) => groupsOf(stack, named) },
    )),
  ];
}

/** A Temporal server, and the name its process has in the stack. */
interface TemporalPlace {
  readonly address: string;
  readonly namespace: string;
  readonly server: string;
}

/** The development server with no setting but its port: state in memory, no UI process. */
async function startDefaults(stack: Stack): Promise<TemporalPlace> {
  const server = 'temporal-defaults';
  const { binary } = await provideTemporal();
  const { HOLDFAST_HTTP_PORT: port = '' } = stack.environmentFor(server);
  const args = ['server', 'start-dev', '--headless', '--ip', '127.0.0.1', '--port', port];
  stack.keeper.spawn({ name: server, command: binary, args });
  return { address: `127.0.0.1:${port}`, namespace: 'default', server };
}

async function openBareOn(
  names: readonly BareName[],
  { stack, steps, onClose }: Opening,
  place: () => Promise<TemporalPlace>,
): Promise<OpenVariant[]> {
  if (names.length === 0) return [];
  const { address, namespace, server } = await place();
  const [worker, taskQueue] = [`${server}-worker`, 'bench'];
  const env = { ...stack.environmentFor('payments'), ...asSteps(steps) };
  const entry = 'bench/bare/worker';
  const connection = await connectTo(address);
  startProcess(stack, { name: worker, entry, args: [address, namespace, taskQueue], env });
  onClose(() => connection.close());
  const client = new Client({ connection, namespace });
  const groups = groupsOf(stack, { server: [server], worker: [worker], database: ['postgres'] });
  const world: BareWorld = { client, taskQueue, steps, groups };
  await connection.withDeadline(Date.now() + workerReadyMs, () =>
    client.workflow.execute('empty', { taskQueue, workflowId: 'first' }),
  );
  return names.map((name) => openBare(name, world));
}

/** A server that has just begun refuses connections for a while. */
async function connectTo(address: string): Promise<Connection> {
  const untilMs = Date.now() + 30_000;
  for (;;) {
    try {
      return await Connection.connect({ address, connectTimeout: 1_000 });
    } catch (error) {
      if (Date.now() > untilMs) throw error;
    }
  }
}

/** Key store and orchestrator as in production, the orchestrator with the measured saga in place of the product's. */
async function startHoldfast(
  names: readonly HoldfastName[],
  { stack, steps, optIns, onClose }: Opening,
): Promise<OpenVariant[]> {
  if (names.length === 0) return [];
  const bundle = path.join(stack.stateDir, 'bench-bundle.js');
  const workflowsPath = path.join(projectRoot, 'dist', 'bench', 'holdfast', 'sagas.js');
  await buildWorkflowBundle(bundle, { workflowsPath });
  const start = (name: string, entry: string, env: Record<string, string> = {}) => {
    const url = `https://localhost:${stack.environmentFor(name).HOLDFAST_HTTP_PORT}`;
    return startProcess(stack, { name, entry, env, readyUrl: `${url}/readyz` }).ready();
  };
  await Promise.all([
    start('keys', 'workers/keys'),
    start('orchestrator', 'bench/holdfast/orchestrator', {
      HOLDFAST_WORKFLOW_BUNDLE: bundle,
      HOLDFAST_STEPS: 'direct',
      ...(optIns ? { NODE_OPTIONS: preloads.map((file) => `--require "${file}"`).join(' ') } : {}),
    }),
    start('payments', 'bench/holdfast/participant'),
  ]);
  const groups = groupsOf(stack, {
    ...{ server: ['temporal'], tls: ['temporal-tls'], worker: ['orchestrator'] },
    ...{ participants: ['payments'], database: ['postgres'] },
    ...{ log: ['kafka'], keys: ['keys', 'consul'] },
  });
  const opened = await openHoldfast(parseConfig(stack.environmentFor('gateway')), steps, groups);
  onClose(() => opened.close());
  return names.map((name) => opened.as(name));
}
