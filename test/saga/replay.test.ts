import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { startTracing } from '../../platform/runtime/tracing';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import { readHistories } from './support/histories';
import type { RecordedHistory } from './support/histories';
import { scenarios } from './support/scenarios';

/** Replays histories on a bundle; answers the names of those that fail, with why. */
async function replay(codePath: string, histories: readonly RecordedHistory[]) {
  const { plugin } = startTracing({ serviceName: 'replay', register: false });
  const failures: { name: string; message: string }[] = [];
  const results = Worker.runReplayHistories(
    { workflowBundle: { codePath }, plugins: [plugin] },
    histories,
  );
  for await (const { workflowId, error } of results) {
    if (error === undefined) continue;
    const name = histories.find((recorded) => recorded.workflowId === workflowId)?.name ?? '';
    failures.push({ name, message: `${error.name}: ${error.message}` });
  }
  return failures;
}

describe('recorded sagas', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-replay-'));
  const histories = readHistories();
  beforeAll(() => {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are there for every scenario', () => {
    expect(histories.map(({ name }) => name)).toEqual(scenarios.map(({ name }) => name).sort());
    expect(new Set(histories.map(({ workflowId }) => workflowId)).size).toBe(histories.length);
  });

  it('replay on the code of today, however they went', async () => {
    const bundle = process.env.HOLDFAST_WORKFLOW_BUNDLE;
    if (!bundle) throw new Error('HOLDFAST_WORKFLOW_BUNDLE is not set');
    expect(await replay(bundle, histories)).toEqual([]);
  });

  it('do not replay on a saga whose steps were swapped, and the message says where', async () => {
    const bundle = path.join(folder, 'changed.js');
    const changed = path.join(__dirname, 'fixtures', `changed-sagas${path.extname(__filename)}`);
    await buildWorkflowBundle(bundle, { workflowsPath: changed });
    const returns = histories.filter(({ name }) => name === 'return-order.completed');
    const [failure] = await replay(bundle, returns);
    expect(failure?.message).toMatch(/DeterminismViolationError/);
    expect(failure?.message).toMatch(/orders\.closeReturn|inventory\.restock/);
  });
});
