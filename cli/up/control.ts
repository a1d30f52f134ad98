import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { ServerName } from '../../stack';
import { until } from './api-client';
import { isInstance } from './world';
import type { InstanceName, World } from './world';

/** What can be done to a server or to one of our processes, also to a further one such as `payments-2`. */
export const controlVerbs = [
  'stop',
  'start',
  /** SIGKILL; our own processes are started again by their supervisor. */
  'kill',
  /** Starts it again with the environment of `detail`, a JSON object, on top of its own. */
  'restart-with',
  /** Starts it again with the crash points of `detail`; each fires once, also across further restarts. */
  'arm',
  /** The same, and once dead it stays away. */
  'arm-mortal',
  /** Sends the signal `detail`. */
  'signal',
  /** Stops a further instance, such as `payments-2`, for good; `start` starts it beside the others. */
  'remove',
  /** Waits until a process of ours is up, whoever starts it, and answers. */
  'await',
  /** Ends a server by `ask` or `kill`; behind a space the one process of it that is meant, such as `kafka-2`. */
  'halt',
  /** Starts again what of a server is down; resolves when all of it answers. */
  'revive',
  /** Sends a server the signal `detail`; behind a space the one process of it that is meant. */
  'signal-server',
] as const;

/** A supervisor waits at most ten seconds before it starts a process again. */
const aliveMs = 30_000;

export type ControlVerb = (typeof controlVerbs)[number];

/** Breaks and mends the world; resolves when it is done, and, where something starts, when it is ready. */
export type Control = (verb: ControlVerb, name: string, detail?: string) => Promise<void>;

/** The hands of a chaos run over a world of its own; crash points leave `<name>_<label>.fired` in `crashDir`. */
export function controlOf(world: World, crashDir: string): Control {
  mkdirSync(crashDir, { recursive: true });
  const { stack } = world;
  const arm = async (name: string, points: string, mortal: boolean) => {
    forgetFired(crashDir, points);
    const env = { HOLDFAST_CRASH_POINTS: points, HOLDFAST_CRASH_DIR: crashDir };
    await world.restart(own(name), env, { mortal });
  };
  const done: Record<ControlVerb, (name: string, detail: string) => Promise<void>> = {
    stop: (name) =>
      isInstance(name) ? world.process(name).stop() : stack.stopServer(name as ServerName),
    start: (name) =>
      isInstance(name) ? world.restart(name, {}) : stack.startServer(name as ServerName),
    kill: async (name) => {
      if (isInstance(name)) world.process(name).kill('SIGKILL');
      else stack.signalServer(name as ServerName, 'SIGKILL');
    },
    'restart-with': (name, detail) =>
      world.restart(own(name), JSON.parse(detail) as Record<string, string>),
    arm: (name, detail) => arm(name, detail, false),
    'arm-mortal': (name, detail) => arm(name, detail, true),
    signal: async (name, detail) => {
      const signal = detail as NodeJS.Signals;
      if (isInstance(name)) world.process(name).kill(signal);
      else stack.signalServer(name as ServerName, signal);
    },
    remove: (name) => world.remove(own(name)),
    await: (name) => alive(world, own(name)),
    halt: (name, detail) => {
      const [how = '', only] = detail.split(' ');
      return stack.haltServer(name as ServerName, how === 'kill' ? how : 'ask', only);
    },
    revive: (name) => stack.reviveServer(name as ServerName),
    'signal-server': async (name, detail) => {
      const [signal = '', only] = detail.split(' ');
      stack.signalServer(name as ServerName, signal as NodeJS.Signals, only);
    },
  };
  return (verb, name, detail = '') => done[verb](name, detail);
}

/** One that was killed is started again by its supervisor; until then its old self must not be asked. */
async function alive(world: World, name: InstanceName): Promise<void> {
  await until(`${name} to be started again`, aliveMs, async () =>
    world.process(name).pid === 0 ? undefined : true,
  );
  await world.process(name).ready();
}

function own(name: string): InstanceName {
  if (isInstance(name)) return name;
  throw new Error(`${name} is no process of ours`);
}

/** A point that is armed anew may fire anew. */
function forgetFired(crashDir: string, points: string): void {
  for (const entry of points.split(',')) {
    const [key = ''] = entry.split('=');
    rmSync(path.join(crashDir, `${key.replace(':', '_')}.fired`), { force: true });
  }
}
