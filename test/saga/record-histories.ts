import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import { provisionTemporalTestServer } from '../../stack/provision/temporal-test-server';
import { historiesFolder } from './support/histories';
import { historyToJson } from './support/history-json';
import { startSagaWorld } from './support/saga-world';
import { scenarios } from './support/scenarios';
import type { Scenario } from './support/scenarios';

/**
 * Records the replay corpus anew: `node dist/test/saga/record-histories.js`. Only for histories of new scenarios; a
 * recorded one is a promise to sagas in flight, and a change that breaks it needs `patched`.
 */
async function recordHistories(): Promise<void> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-record-'));
  const bundle = path.join(folder, 'bundle.js');
  process.env.HOLDFAST_TEMPORAL_TEST_SERVER ??= await provisionTemporalTestServer();
  await buildWorkflowBundle(bundle);
  mkdirSync(historiesFolder, { recursive: true });
  try {
    for (const scenario of scenarios) await record(scenario, bundle);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Each in a world of its own: its clock then tells the time of the recording, not years that others skipped. */
async function record(scenario: Scenario, bundle: string): Promise<void> {
  const world = await startSagaWorld(bundle);
  try {
    const saga = await scenario.run(world);
    await saga.result().catch(() => undefined); // failed and cancelled runs are recorded too
    const history = historyToJson(await saga.handle.fetchHistory());
    writeFileSync(path.join(historiesFolder, `${scenario.name}.json`), stable(history));
    process.stdout.write(`${scenario.name}: ${(await saga.view()).state}\n`);
  } finally {
    await world.stop();
  }
}

/** What names the machine that recorded, its folders and processes; replay does not look at it. */
const dropped = new Set(['identity', 'stackTrace']);

/** Members in one order and one event a line, so that recording anew shows what really changed. */
function stable(history: unknown): string {
  const sorted = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(sorted);
    if (value === null || typeof value !== 'object') return value;
    const kept = Object.entries(value).filter(([key]) => !dropped.has(key));
    const members = kept.sort(([left], [right]) => (left < right ? -1 : 1));
    return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]));
  };
  const { events } = history as { events: unknown[] };
  const lines = events.map((event) => `  ${JSON.stringify(sorted(event))}`);
  return `{"events": [\n${lines.join(',\n')}\n]}\n`;
}

void recordHistories();
