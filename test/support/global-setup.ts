import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startTestWorld } from './test-world';
import type { Ring } from './test-world';

const held = globalThis as { holdfastWorld?: Awaited<ReturnType<typeof startTestWorld>> };

/**
 * Gives the rings that need servers a world, once per run: the one `npm test` started already, or one of its own
 * with just the servers the selected rings need.
 */
export default async function globalSetup(): Promise<void> {
  if (process.env.HOLDFAST_TEST_ENV !== undefined || held.holdfastWorld !== undefined) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-tests-'));
  const world = await startTestWorld({ folder, rings: selectedRings() });
  const stop = async (): Promise<void> => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  };
  held.holdfastWorld = { ...world, stop };
  Object.assign(process.env, world.environment);
}

function selectedRings(): readonly Ring[] {
  const all: readonly Ring[] = ['contract', 'saga', 'flow', 'chaos'];
  const at = process.argv.indexOf('--selectProjects');
  if (at < 0) return all;
  const selected = all.filter((ring) => process.argv.slice(at).includes(ring));
  return selected.length === 0 ? all : selected;
}
