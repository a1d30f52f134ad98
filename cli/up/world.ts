import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { aborted, startStack } from '../../stack';
import type { Stack, StackOptions } from '../../stack';
import { startProcess } from '../../stack/processes';
import type { ManagedProcess, ProcessOptions } from '../../stack/processes';
import { platformProcesses } from './processes';
import type { PlatformProcess } from './processes';

export { platformProcesses } from './processes';
export type { PlatformProcess } from './processes';

/** Tells one of our processes from a server. */
export function isPlatformProcess(name: string): name is PlatformProcess {
  return platformProcesses.some((each) => each.name === name);
}

/** The embedded stack with our processes on top, all ready. */
export interface World {
  readonly stack: Stack;
  readonly gatewayUrl: string;
  readonly issuer: string;
  readonly caFile: string;
  process(name: PlatformProcess): ManagedProcess;
  /**
   * Stops a process and starts it again with `env` on top of its environment; waits until it is ready. One that is
   * `mortal` stays away once it dies.
   */
  restart(
    name: PlatformProcess,
    env: Readonly<Record<string, string>>,
    options?: { readonly mortal?: boolean },
  ): Promise<void>;
  /** One process more of a service, which lives beside the first; waits until it is ready. The caller stops it. */
  startSecond(name: PlatformProcess): Promise<ManagedProcess>;
  stop(): Promise<void>;
}

export interface WorldOptions extends StackOptions {
  /** False starts the servers alone. */
  readonly processes?: boolean;
  /** On top of the environment of each of our processes. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts servers, then our processes; ends whatever had started when one of them cannot start. */
export async function startWorld(options: WorldOptions): Promise<World> {
  const stack = await startStack(options);
  const running = new Map<PlatformProcess, ManagedProcess>();
  const start = (
    name: PlatformProcess,
    env: Readonly<Record<string, string>> = {},
    mortal = false,
  ) => {
    const started = startProcess(stack, {
      ...specOf(name),
      env: { ...shared, ...env },
      readyUrl: readyUrl(stack, name),
      restart: !mortal,
    });
    running.set(name, started);
    return started;
  };
  const shared = {
    HOLDFAST_WORKFLOW_BUNDLE: path.join(projectRoot, 'dist', 'workflow-bundle.js'),
    ...options.environment,
  };
  try {
    if (options.processes !== false) {
      const ready = platformProcesses.map(({ name }) => start(name).ready());
      await Promise.race([Promise.all(ready), aborted(options.signal)]);
    }
  } catch (error) {
    await stack.stop();
    throw error;
  }
  return {
    stack,
    gatewayUrl: stack.endpoints.processes.gateway,
    issuer: stack.endpoints.issuer,
    caFile: path.join(stack.certsDir, 'ca.crt'),
    process: (name) => {
      const found = running.get(name);
      if (found === undefined) throw new Error(`${name} has not been started`);
      return found;
    },
    restart: async (name, env, { mortal = false } = {}) => {
      await running.get(name)?.stop();
      await start(name, env, mortal).ready();
    },
    startSecond: async (name) => {
      const second = startProcess(stack, secondOf(stack, name, shared));
      await second.ready();
      return second;
    },
    stop: async () => {
      await Promise.all([...running.values()].map((each) => each.stop()));
      await stack.stop();
    },
  };
}

function specOf(name: PlatformProcess) {
  const spec = platformProcesses.find((each) => each.name === name);
  if (spec === undefined) throw new Error(`there is no process ${name}`);
  return spec;
}

/** The same program under the same identity, with a log and a port of its own. */
function secondOf(
  stack: Stack,
  service: PlatformProcess,
  shared: Readonly<Record<string, string>>,
): ProcessOptions {
  const name = `${service}-2`;
  const { HOLDFAST_HTTP_PORT = '' } = stack.environmentFor(name);
  return {
    ...specOf(service),
    name,
    env: { ...shared, ...stack.environmentFor(service), HOLDFAST_HTTP_PORT },
    readyUrl: `https://localhost:${HOLDFAST_HTTP_PORT}/readyz`,
  };
}

function readyUrl(stack: Stack, name: PlatformProcess): string {
  return `${stack.endpoints.processes[name]}/readyz`;
}
