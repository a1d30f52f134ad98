import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { createInterface } from 'node:readline';
import { projectRoot } from '../../platform/runtime/paths';
import { environmentFor } from '../support/world';

/** A relay as an operator starts it: `node dist/workers/relay.js <service>`. */
export interface RelayProcess {
  /** Resolves when it has said this. */
  said(text: string): Promise<void>;
  readonly exited: Promise<NodeJS.Signals | null>;
  signal(signal: NodeJS.Signals): void;
  /** As an operator does: it finishes what is on its way and gives its slots back. */
  stop(): Promise<void>;
}

const owners = { payments: 'payments', orders: 'orders', inventory: 'inventory' } as const;

/** Services of the three stores. */
export type RelayedService = keyof typeof owners;

/** Starts a relay of this instance, with crash points armed where they are told. */
export function startRelayProcess(
  service: RelayedService,
  instance: string,
  crashPoints = '',
): RelayProcess {
  const entry = path.join(projectRoot, 'dist', 'workers', 'relay.js');
  const env = {
    ...process.env,
    ...environmentFor(owners[service]),
    ...{ HOLDFAST_INSTANCE: instance, HOLDFAST_CRASH_POINTS: crashPoints },
  };
  const child = spawn(process.execPath, [entry, service], {
    ...{ env, stdio: ['ignore', 'pipe', 'ignore'] },
  });
  const lines: string[] = [];
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    waiting.forEach((look) => look());
  });
  const exited = once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  return {
    exited: exited.finally(() => process.off('exit', end)),
    signal: (signal) => void child.kill(signal),
    said: (text) =>
      new Promise((resolve) => {
        const look = (): void => {
          if (!lines.some((line) => line.includes(text))) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
      }),
    stop: async () => {
      child.kill('SIGTERM');
      await exited;
    },
  };
}
