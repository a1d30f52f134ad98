import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { DefaultLogger, Runtime } from '@temporalio/worker';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import { readHistories } from './corpus/histories';
import { replayHistories } from './corpus/replay';
import { buildFamilyBundle } from './support/family';
import { scenarios } from './corpus/scenarios';

describe('recorded sagas', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-replay-'));
  const histories = readHistories();
  const of = (sagas: 'shipped' | 'family') => histories.filter((one) => one.sagas === sagas);
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
    expect(await replayHistories(bundle, of('shipped'))).toEqual([]);
  });

  it('replay on the engine of today, where the sagas are our fixtures', async () => {
    const bundle = path.join(folder, 'family.js');
    await buildFamilyBundle(bundle);
    expect(await replayHistories(bundle, of('family'))).toEqual([]);
  });

  it('do not replay on a saga whose steps were swapped, and the message names saga and step', async () => {
    const bundle = path.join(folder, 'changed.js');
    const changed = path.join(__dirname, 'fixtures', `changed-sagas${path.extname(__filename)}`);
    await buildWorkflowBundle(bundle, { workflowsPath: changed });
    const returns = histories.filter(({ name }) => name === 'return-order.completed');
    const [failure] = await replayHistories(bundle, returns);
    expect(failure?.name).toBe('return-order.completed');
    expect(failure?.message).toMatch(/^DeterminismViolationError: the saga return-order does not/);
    expect(failure?.message).toMatch(/at step "restock goods" \(event \d+ of return-order/);
    expect(failure?.message).toContain(
      'inventory.restock, and the code now sends orders.closeReturn',
    );
    expect(failure?.message).toContain("patched('…')");
  });
});
