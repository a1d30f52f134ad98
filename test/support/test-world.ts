import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { platformProcesses, startWorld } from '../../cli/up/world';
import type { World } from '../../cli/up/world';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import type { ServerName } from '../../stack';
import { serverNames } from '../../stack';
import { provisionTemporalTestServer } from '../../stack/provision/temporal-test-server';
import { startControl } from './control-server';

export type Ring = 'contract' | 'saga' | 'flow' | 'chaos';

const serversOf: Readonly<Record<Ring, readonly ServerName[]>> = {
  contract: [
    ...(['temporal', 'mongodb', 'postgres', 'dynamodb'] as const),
    ...(['kafka', 'redis', 'consul', 'card-provider'] as const),
  ],
  saga: ['temporal'],
  flow: serverNames,
  chaos: serverNames,
};

/** A world of real servers for one test run, and the environment that tells test files where it is. */
export interface TestWorld {
  readonly environment: Record<string, string>;
  /** Starts our own processes, where they were left out. */
  startProcesses(): Promise<void>;
  stop(): Promise<void>;
}

/** Where something flows through our own processes. */
const needProcesses: readonly Ring[] = ['flow', 'chaos'];

/** Starts just what the rings need; our own processes only where something flows through them. */
export async function startTestWorld(options: {
  readonly folder: string;
  readonly rings: readonly Ring[];
  /** Just these servers, where not all of a ring are needed. */
  readonly servers?: readonly ServerName[];
  /** False leaves our own processes to {@link TestWorld.startProcesses}. */
  readonly processes?: boolean;
  /** Gives up a start that is under way. */
  readonly signal?: AbortSignal;
}): Promise<TestWorld> {
  const { folder, rings } = options;
  const servers = options.servers ?? [...new Set(rings.flatMap((ring) => serversOf[ring]))];
  const bundle = path.join(folder, 'workflow-bundle.js');
  const faultDir = path.join(folder, 'faults');
  const [world, testServer] = await Promise.all([
    startWorld({
      stateDir: path.join(folder, 'state'),
      portBase: 0,
      fast: true,
      servers,
      processes: options.processes ?? rings.some((ring) => needProcesses.includes(ring)),
      environment: { HOLDFAST_FAULT_DIR: faultDir, HOLDFAST_SUBJECT_KEYS_KEPT_MS: '2000' },
      onProgress: reportProgress,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    }),
    rings.includes('saga') ? provisionTemporalTestServer() : '',
    rings.includes('saga') ? buildWorkflowBundle(bundle) : undefined,
  ]);
  const crashDir = path.join(folder, 'crashes');
  const control = await startControl(world, crashDir);
  return {
    environment: {
      ...writeFiles(folder, world, { controlUrl: control.url, crashDir, faultDir }),
      HOLDFAST_TEMPORAL_TEST_SERVER: testServer,
      HOLDFAST_WORKFLOW_BUNDLE: bundle,
    },
    startProcesses: () => world.startProcesses(),
    stop: async () => {
      await control.close();
      await world.stop();
    },
  };
}

function writeFiles(folder: string, world: World, told: object): Record<string, string> {
  const names = ['admin', 'prometheus', ...platformProcesses.map(({ name }) => name)];
  const environments = names.map((name) => [name, world.stack.environmentFor(name)]);
  const environmentFile = path.join(folder, 'environments.json');
  writeFileSync(environmentFile, JSON.stringify(Object.fromEntries(environments)));
  const worldFile = path.join(folder, 'world.json');
  const { certsDir, stateDir } = world.stack;
  writeFileSync(worldFile, JSON.stringify({ certsDir, stateDir, ...told }));
  return { HOLDFAST_TEST_ENV: environmentFile, HOLDFAST_TEST_WORLD: worldFile };
}

function reportProgress(event: { subject: string; phase: string; detail?: string }): void {
  if (event.phase === 'provisioning' || event.phase === 'starting') return;
  const detail = event.detail === undefined ? '' : ` (${event.detail})`;
  process.stderr.write(`  ${event.subject} ${event.phase}${detail}\n`);
}
