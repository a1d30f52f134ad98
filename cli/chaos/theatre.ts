import path from 'node:path';
import { controlOf } from '../up/control';
import { withArena } from '../verify/theatre';
import type { Stage } from './stage';

/** A world of its own with a stage for acts; `name` is in the name of its folder. */
export function withStage(name: string, play: (stage: Stage) => Promise<void>): Promise<void> {
  return withArena(name, async (arena, { world, folder }) => {
    const control = controlOf(world, path.join(folder, 'crashes'));
    await play({ arena, control, logsDir: path.join(world.stack.stateDir, 'logs') });
  });
}
