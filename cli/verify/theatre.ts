import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverNames } from '../../stack';
import type { StackOptions } from '../../stack';
import { progressReporter } from '../../stack/progress';
import { createApiClient } from '../up/api-client';
import { startWorld } from '../up/world';
import type { World } from '../up/world';
import { openArena } from './arena';
import type { Arena } from './arena';

/** What a world that is thrown away is made of. */
export interface TheatreOptions {
  /** Is in the name of its folder. */
  readonly name: string;
  readonly brokers?: 1 | 3;
  /** All but Prometheus unless told. */
  readonly servers?: StackOptions['servers'];
  readonly onProgress?: StackOptions['onProgress'];
}

/** A world of its own with the folders of a play in it. */
export interface Theatre {
  readonly world: World;
  readonly folder: string;
  readonly faultDir: string;
  /** Aborted by Ctrl-C. */
  readonly signal: AbortSignal;
}

/**
 * Plays on a world of its own, which is thrown away afterwards, however the play went; Ctrl-C ends it with 130.
 */
export async function withTheatre(
  { name, brokers = 1, onProgress = progressReporter(process.stderr), ...told }: TheatreOptions,
  play: (theatre: Theatre) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), `holdfast-${name}-`));
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort(new Error('interrupted'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const { signal } = interrupt;
  const faultDir = path.join(folder, 'faults');
  mkdirSync(faultDir);
  let world: World | undefined;
  try {
    world = await startWorld({
      ...{ stateDir: path.join(folder, 'state'), portBase: 0, fast: true, brokers },
      servers: told.servers ?? serverNames.filter((server) => server !== 'prometheus'),
      environment: { HOLDFAST_SWEEP_INTERVAL_MS: '1000', HOLDFAST_FAULT_DIR: faultDir },
      ...{ onProgress, signal },
    });
    const played = play({ world, folder, faultDir, signal });
    await Promise.race([played, interrupted(signal)]);
    // What an interrupted play still says is nobody's business.
    played.catch(() => undefined);
  } finally {
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  if (signal.aborted) process.exit(130);
}

/** The same with the eyes and hands of an explorer. */
export function withArena(
  name: string,
  play: (arena: Arena, theatre: Theatre) => Promise<void>,
): Promise<void> {
  return withTheatre({ name }, async (theatre) => {
    const { world, faultDir } = theatre;
    const api = createApiClient(world);
    const environmentFor = (process: string) => world.stack.environmentFor(process);
    const arena = await openArena({ api, environmentFor, faultDir });
    try {
      await play(arena, theatre);
    } finally {
      await Promise.all([arena.close(), api.close()]);
    }
  });
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}
