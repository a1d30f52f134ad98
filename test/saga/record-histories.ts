import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import { provisionTemporalTestServer } from '../../stack/provision/temporal-test-server';
import { historiesFolder } from './corpus/histories';
import { historyToJson } from './corpus/history-json';
import { buildFamilyBundle } from './support/family';
import { startSagaWorld } from './support/saga-world';
import { unsignedGrants } from './support/test-journal';
import type { Scenario } from './corpus/scenario';
import { scenarios } from './corpus/scenarios';

/**
 * Records the replay corpus: `npm run record:histories`. A recorded history is a promise to sagas in flight, so one
 * that exists stays as it is; `-- --again <scenario>` (or `--again all`) records it anew, for a change that is known to
 * break it and was never released. No codec is set: histories are readable, and hold no personal data.
 */
async function recordHistories(): Promise<void> {
  const wanted = wantedScenarios();
  if (wanted.length === 0) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-record-'));
  const bundles = {
    shipped: path.join(folder, 'shipped.js'),
    family: path.join(folder, 'family.js'),
  };
  process.env.HOLDFAST_TEMPORAL_TEST_SERVER ??= await provisionTemporalTestServer();
  await buildWorkflowBundle(bundles.shipped);
  await buildFamilyBundle(bundles.family);
  mkdirSync(historiesFolder, { recursive: true });
  try {
    for (const scenario of wanted) {
      await record(scenario, bundles[scenario.sagas ?? 'shipped']);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Scenarios without a history, and those named after `--again`. Ends the process when a name is none of ours. */
function wantedScenarios(): readonly Scenario[] {
  const { values } = parseArgs({ options: { again: { type: 'string', multiple: true } } });
  const again = new Set(values.again ?? []);
  const names = new Set(['all', ...scenarios.map(({ name }) => name)]);
  const unknown = [...again].filter((name) => !names.has(name));
  if (unknown.length > 0) {
    process.stderr.write(`There is no scenario ${unknown.join(', ')}; nothing was recorded.\n`);
    process.exit(2);
  }
  const isKept = ({ name }: Scenario): boolean =>
    existsSync(fileOf(name)) && !again.has('all') && !again.has(name);
  const kept = scenarios.filter(isKept).length;
  if (kept > 0) process.stdout.write(`${kept} kept as they are; --again <name> records one anew\n`);
  return scenarios.filter((scenario) => !isKept(scenario));
}

function fileOf(name: string): string {
  return path.join(historiesFolder, `${name}.json`);
}

/** Each in a world of its own: its clock then tells the time of the recording, not years that others skipped. */
async function record(scenario: Scenario, bundle: string): Promise<void> {
  const world = await startSagaWorld(bundle, unsignedGrants);
  try {
    const saga = await scenario.run(world);
    await saga.result().catch(() => undefined); // failed and cancelled runs are recorded too
    const history = historyToJson(await saga.handle.fetchHistory());
    writeFileSync(fileOf(scenario.name), stable(history));
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
