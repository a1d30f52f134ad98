import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { aborted, startStack } from '../../stack';
import type { Stack, StackOptions } from '../../stack';
import { startProcess } from '../../stack/processes';
import type { ManagedProcess, ProcessOptions } from '../../stack/processes';
import { writeTargets } from '../../stack/scrape-targets';
import { instancesOf, processOf } from './instances';
import type { InstanceCounts, InstanceName } from './instances';
import { platformProcesses } from './processes';
import type { PlatformProcess } from './processes';

export { isInstance } from './instances';
export type { InstanceName } from './instances';
export { platformProcesses } from './processes';
export type { PlatformProcess } from './processes';

/** Tells one of our processes from a server. */
export function isPlatformProcess(name: string): name is PlatformProcess {
  return platformProcesses.some((each) => each.name === name);
}

/** One of our processes at work. */
export interface RunningInstance {
  readonly name: InstanceName;
  readonly process: PlatformProcess;
  /** HTTPS address. */
  readonly url: string;
}

/** The embedded stack with our processes on top, all ready. */
export interface World {
  readonly stack: Stack;
  readonly gatewayUrl: string;
  readonly issuer: string;
  readonly caFile: string;
  /** Every one that was started and not removed, whether or not it is up. */
  instances(): readonly RunningInstance[];
  process(name: InstanceName): ManagedProcess;
  /** Starts our processes where `startWorld` was told to leave them out; waits until all are ready. */
  startProcesses(): Promise<void>;
  /**
   * Stops a process and starts it again with `env` on top of its environment; waits until it is ready. One that is
   * `mortal` stays away once it dies. A further instance that is not there is started beside the others.
   */
  restart(
    name: InstanceName,
    env: Readonly<Record<string, string>>,
    options?: { readonly mortal?: boolean },
  ): Promise<void>;
  /** Stops an instance, which is then asked for nothing any more; nothing happens where there is none. */
  remove(name: InstanceName): Promise<void>;
  stop(): Promise<void>;
}

export interface WorldOptions extends StackOptions {
  /** False starts the servers alone. */
  readonly processes?: boolean;
  /** How many of each of our processes. */
  readonly instances?: InstanceCounts | undefined;
  /** On top of the environment of each of our processes. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts servers, then our processes; ends whatever had started when one of them cannot start. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const stack = await startStack(options);
  const fleet = openFleet(stack, options.environment ?? {});
  const startProcesses = () =>
    Promise.race([startAll(fleet, options.instances ?? {}), aborted(options.signal)]);
  try {
    if (options.processes !== false) await startProcesses();
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return {
    stack,
    gatewayUrl: stack.endpoints.processes.gateway,
    issuer: stack.endpoints.issuer,
    caFile: path.join(stack.certsDir, 'ca.crt'),
    instances: () => fleet.list(),
    process: (name) => fleet.get(name),
    startProcesses,
    restart: async (name, env, { mortal = false } = {}) => {
      await fleet.find(name)?.stop();
      await fleet.start(name, env, mortal).ready();
    },
    remove: (name) => fleet.remove(name),
    stop: async () => {
      await fleet.stop();
      await stack.stop();
    },
  };
}

/** Our processes on a stack; whatever asks them is told of each that comes and goes. */
function openFleet(stack: Stack, environment: Readonly<Record<string, string>>) {
  const shared = {
    HOLDFAST_WORKFLOW_BUNDLE: path.join(projectRoot, 'dist', 'workflow-bundle.js'),
    HOLDFAST_TRACE_FILE: tracesFolderOf(stack.stateDir),
    ...environment,
  };
  const running = new Map<InstanceName, ManagedProcess>();
  const list = (): readonly RunningInstance[] =>
    [...running.keys()].map((name) => ({ name, process: ownerOf(name), url: urlOf(stack, name) }));
  const tellPrometheus = (): void =>
    writeTargets(
      stack.stateDir,
      list().map(({ name, process, url }) => ({
        ...{ process, instance: name, address: new URL(url).host },
      })),
    );
  return {
    list,
    find: (name: InstanceName) => running.get(name),
    get(name: InstanceName): ManagedProcess {
      const found = running.get(name);
      if (found === undefined) throw new Error(`${name} has not been started`);
      return found;
    },
    start(name: InstanceName, env: Readonly<Record<string, string>> = {}, mortal = false) {
      const options = optionsOf(stack, name, { ...shared, ...env });
      const started = startProcess(stack, { ...options, restart: !mortal });
      running.set(name, started);
      tellPrometheus();
      return started;
    },
    async remove(name: InstanceName): Promise<void> {
      const found = running.get(name);
      running.delete(name);
      tellPrometheus();
      await found?.stop();
    },
    stop: () => Promise.all([...running.values()].map((each) => each.stop())),
  };
}

/** One of each, then the further ones: all at once would keep each other from getting ready on few cores. */
async function startAll(fleet: Fleet, counts: InstanceCounts): Promise<void> {
  const names = instancesOf(counts);
  for (const wave of [
    names.filter(isPlatformProcess),
    names.filter((one) => !isPlatformProcess(one)),
  ])
    await Promise.all(wave.map((name) => fleet.start(name).ready()));
}

type Fleet = ReturnType<typeof openFleet>;

/** The same program under the same identity, with a log and a port of its own. */
function optionsOf(
  stack: Stack,
  name: InstanceName,
  env: Readonly<Record<string, string>>,
): ProcessOptions {
  const owner = ownerOf(name);
  const { HOLDFAST_HTTP_PORT = '' } = stack.environmentFor(name);
  return {
    ...specOf(owner),
    name,
    env: { ...stack.environmentFor(owner), HOLDFAST_HTTP_PORT, ...env },
    readyUrl: `${urlOf(stack, name)}/readyz`,
  };
}

function urlOf(stack: Stack, name: InstanceName): string {
  return `https://localhost:${stack.environmentFor(name).HOLDFAST_HTTP_PORT}`;
}

function ownerOf(name: InstanceName): PlatformProcess {
  const owner = processOf(name);
  if (owner === undefined) throw new Error(`there is no process ${name}`);
  return owner;
}

/** Where the processes of a stack write their spans: a folder, with `/` at its end. */
export function tracesFolderOf(stateDir: string): string {
  return `${path.join(stateDir, 'traces')}/`;
}

function specOf(name: PlatformProcess) {
  const spec = platformProcesses.find((each) => each.name === name);
  if (spec === undefined) throw new Error(`there is no process ${name}`);
  return spec;
}
