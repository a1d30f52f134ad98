import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { buildWorkflowBundle } from '../../platform/saga/bundle';
import { docFiles } from '../tidy/checks/doc-files';
import { codeBlocksOf } from '../tidy/checks/markdown';
import { root } from '../tidy/checks/repository';
import type { SagaWorld } from './support/saga-world';
import { startSagaWorld } from './support/saga-world';

/** The registry of today with the files of the tutorial laid over it, in a folder that sees the rest of the project. */
function layOutTutorial(folder: string): string {
  const file = 'docs/add-a-saga.md';
  const text = readFileSync(path.join(root, file), 'utf8');
  const workflows = path.join(folder, 'workflows');
  cpSync(path.join(root, 'workflows'), workflows, { recursive: true });
  for (const room of ['platform', 'activities'])
    symlinkSync(path.join(root, room), path.join(folder, room));
  for (const [name, code] of Object.entries(docFiles(codeBlocksOf({ file, text }))))
    writeFileSync(path.join(folder, name), code);
  return path.join(workflows, 'index.ts');
}

describe('the saga of the tutorial, on Temporal', () => {
  let folder: string;
  let world: SagaWorld;

  beforeAll(async () => {
    mkdirSync(path.join(root, '.holdfast'), { recursive: true });
    folder = mkdtempSync(path.join(root, '.holdfast', 'tutorial-'));
    const bundle = path.join(folder, 'bundle.js');
    await buildWorkflowBundle(bundle, { workflowsPath: layOutTutorial(folder) });
    world = await startSagaWorld(bundle);
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const input = {
    orderId: 'sample-1',
    customerId: 'customer-1',
    lines: [{ sku: 'lamp', quantity: 1 }],
    value: { amountCents: 2500, currency: 'EUR' },
  };

  it('sends a sample: every step once, and nobody pays', async () => {
    const saga = await world.start('sample-order', input);
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    expect(saga.nets()).toEqual({
      'open order': 1,
      'reserve stock': 1,
      'ship sample': 1,
      'confirm order': 1,
    });
  });

  it('opens no order for a sample that is out of stock', async () => {
    world.participants.next('forward reserve stock', { refuses: 'OUT_OF_STOCK' });
    const saga = await world.start('sample-order', { ...input, orderId: 'sample-2' });
    expect(await saga.result()).toMatchObject({ outcome: 'compensated', reason: 'OUT_OF_STOCK' });
    expect(Object.values(saga.nets()).every((net) => net === 0)).toBe(true);
  });
});
