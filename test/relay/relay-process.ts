import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { Keeper } from '../../stack/children/keeper';
import { eventually } from '../support/eventually';
import { environmentFor, world } from '../support/world';

/** A relay as an operator starts it: `node dist/workers/relay.js <service>`. */
export interface RelayProcess {
  hasSaid(text: string): boolean;
  /** Resolves when it has said this; rejects when it ended without, or is silent about it for too long. */
  said(text: string): Promise<void>;
  /** Resolves when somebody has killed it; rejects when it ends otherwise, or not at all. */
  killed(): Promise<void>;
  signal(signal: NodeJS.Signals): void;
  /** As an operator does: it finishes what is on its way and gives its slots back. */
  stop(): Promise<void>;
}

/** Services of the three stores; each relays under its own name. */
export type RelayedService = 'payments' | 'orders' | 'inventory';

/** Starts relays that end with whoever started them, however that ends. */
export interface RelayStarter {
  /** With crash points armed where they are told. */
  start(crashPoints?: string): RelayProcess;
  /** Ends what still runs, also what is stopped. */
  close(): Promise<void>;
}

/** A process that starts while others are busy takes its time. */
const patienceMs = 60_000;

/** Starts relays of one service in one instance, with keys from `keysUrl`; what they say is in the world's folder. */
export function relayStarter(
  service: RelayedService,
  instance: string,
  keysUrl: string,
): RelayStarter {
  const folder = path.join(world().stateDir, 'relays', `${instance}-${service}`);
  const keeper = new Keeper(path.join(folder, 'logs'), path.join(folder, 'pids'));
  let started = 0;
  return {
    start: (crashPoints = '') =>
      startRelay(keeper, `relay-${(started += 1)}`, {
        ...{ args: [path.join(projectRoot, 'dist', 'workers', 'relay.js'), service] },
        env: {
          ...environmentFor(service),
          ...{ HOLDFAST_INSTANCE: instance, HOLDFAST_CRASH_POINTS: crashPoints },
          HOLDFAST_KEYS_URL: keysUrl,
        },
      }),
    close: () => keeper.close(),
  };
}

function startRelay(
  keeper: Keeper,
  name: string,
  spec: { readonly args: string[]; readonly env: Record<string, string> },
): RelayProcess {
  const child = keeper.spawn({ name, command: process.execPath, ...spec });
  const has = (text: string): boolean => readFileSync(child.logFile, 'utf8').includes(text);
  const ended = (): string =>
    `${name}: ${JSON.stringify(child.exit)}\n${child.logTail().join('\n')}`;
  return {
    hasSaid: has,
    async said(text) {
      await eventually(() => {
        if (has(text) || child.exit !== undefined) return;
        throw new Error(`a relay never said "${text}": ${ended()}`);
      }, patienceMs);
      if (!has(text)) throw new Error(`a relay ended before it said "${text}": ${ended()}`);
    },
    async killed() {
      await eventually(() => {
        if (child.exit === undefined) throw new Error(`a relay was not killed: ${ended()}`);
      }, patienceMs);
      if (child.exit?.signal !== 'SIGKILL') throw new Error(`a relay ended by itself: ${ended()}`);
    },
    signal: (signal) => child.signal(signal),
    stop: () => child.stop(patienceMs),
  };
}
