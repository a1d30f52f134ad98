import path from 'node:path';
import type { Stage } from '../../cli/chaos/stage';
import { openArena } from '../../cli/verify/arena';
import { apiClient, control, environmentFor, world } from './world';

/** The stage of `holdfast chaos` over the world of this test run; the caller closes it. */
export async function openStage(): Promise<Stage & { close(): Promise<void> }> {
  const api = apiClient();
  const { stateDir, faultDir } = world();
  const arena = await openArena({ api, faultDir, environmentFor });
  return {
    ...{ arena, control, logsDir: path.join(stateDir, 'logs') },
    close: async () => void (await Promise.all([arena.close(), api.close()])),
  };
}
