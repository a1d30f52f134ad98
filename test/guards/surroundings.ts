import path from 'node:path';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import { provisionTemporalTestServer } from '../../stack/provision/temporal-test-server';
import { startTestWorld } from '../support/test-world';
import type { TestWorld } from '../support/test-world';
import type { GuardRing } from './guard';
import type { Workshop } from './workshop';

/** What the tests of a ring find around them; started when it is asked for first, and once. */
export interface Surroundings {
  /** The environment of a run; for sagas they are bundled anew, from the sources as they are now. */
  of(ring: GuardRing): Promise<Readonly<Record<string, string>>>;
  stop(): Promise<void>;
}

/** Set-ups of a ring would start servers of their own; they do not where this is set. */
const worldIsThere = (folder: string) => ({
  HOLDFAST_TEST_ENV: path.join(folder, 'no-environments.json'),
  HOLDFAST_TEST_WORLD: path.join(folder, 'no-world.json'),
});

/** Prepares what the tests in a copy of the sources need. */
export function surroundingsOf({ folder, benchFolder }: Workshop): Surroundings {
  let world: TestWorld | undefined;
  const bundle = path.join(benchFolder, 'workflow-bundle.js');
  const ofSagas = async () => {
    const workflowsPath = path.join(folder, 'workflows', 'index.ts');
    await buildWorkflowBundle(bundle, { workflowsPath });
    return {
      ...worldIsThere(benchFolder),
      HOLDFAST_WORKFLOW_BUNDLE: bundle,
      HOLDFAST_TEMPORAL_TEST_SERVER: await provisionTemporalTestServer(),
    };
  };
  const ofStores = async () => {
    const folder = path.join(benchFolder, 'world');
    world ??= await startTestWorld({ folder, rings: ['contract'] });
    return world.environment;
  };
  return {
    async of(ring) {
      if (ring === 'unit') return {};
      return ring === 'saga' ? ofSagas() : ofStores();
    },
    stop: async () => world?.stop(),
  };
}
