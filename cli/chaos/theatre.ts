import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { serverNames } from '../../stack';
import { progressReporter } from '../../stack/progress';
import { createApiClient } from '../up/api-client';
import { startWorld } from '../up/world';
import type { World } from '../up/world';
import { openArena } from '../verify/arena';
import { controlOf } from './control';
import type { Stage } from './stage';

/**
 * Plays on a world of its own, which is thrown away afterwards, however the play went; Ctrl-C ends it with 130. `name`
 * is in the name of its folder.
 */
export async function withStage(
  name: string,
  play: (stage: Stage) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), `holdfast-${name}-`));
  const interrupt = new AbortController();
  const stop = (): void => interrupt.abort(new Error('interrupted'));
  process.once('SIGINT', stop).once('SIGTERM', stop);
  const faultDir = path.join(folder, 'faults');
  mkdirSync(faultDir);
  let world: World | undefined;
  try {
    world = await startWorld({
      ...{ stateDir: path.join(folder, 'state'), portBase: 0, fast: true },
      servers: serverNames.filter((name) => name !== 'prometheus'),
      environment: { HOLDFAST_SWEEP_INTERVAL_MS: '1000', HOLDFAST_FAULT_DIR: faultDir },
      onProgress: progressReporter(process.stderr),
      signal: interrupt.signal,
    });
    const played = playIn(world, { folder, faultDir }, play);
    await Promise.race([played, interrupted(interrupt.signal)]);
  } finally {
    await world?.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  if (interrupt.signal.aborted) process.exit(130);
}

function interrupted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener('abort', () => resolve()));
}

async function playIn(
  world: World,
  { folder, faultDir }: { readonly folder: string; readonly faultDir: string },
  play: (stage: Stage) => Promise<void>,
) {
  const api = createApiClient(world);
  const environmentFor = (name: string) => world.stack.environmentFor(name);
  const arena = await openArena({ api, environmentFor, faultDir });
  const control = controlOf(world, path.join(folder, 'crashes'));
  try {
    await play({ arena, control, logsDir: path.join(world.stack.stateDir, 'logs') });
  } finally {
    await Promise.all([arena.close(), api.close()]);
  }
}
