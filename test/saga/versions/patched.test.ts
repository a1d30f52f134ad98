import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { NamedHistory } from '../corpus/histories';
import { replayHistories } from '../corpus/replay';
import { startSagaWorld } from '../support/saga-world';
import type { SagaWorld } from '../support/saga-world';
import { releaseBundle } from './release-bundle';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-patched-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Runs one saga of the first release to its end, and keeps its history. */
async function recorded(world: SagaWorld, name: string, script: string): Promise<NamedHistory> {
  if (script !== '') world.participants.next(script, { refuses: 'SAID_NO' });
  const saga = await world.start('deliver', { orderId: name }, { businessKey: name });
  await saga.result();
  const { workflowId } = saga.handle;
  return { name, workflowId, history: await saga.handle.fetchHistory() };
}

describe('a step that the next release adds', () => {
  const histories: NamedHistory[] = [];
  let bundles: Record<'v2' | 'v2-unpatched', string>;

  beforeAll(async () => {
    const [v1, v2, unpatched] = await Promise.all(
      ['v1', 'v2', 'v2-unpatched'].map((version) => releaseBundle(folder, version)),
    );
    bundles = { v2: v2!, 'v2-unpatched': unpatched! };
    const world = await startSagaWorld(v1);
    try {
      histories.push(await recorded(world, 'completed', ''));
      histories.push(await recorded(world, 'refused-at-the-pivot', 'forward capture payment'));
      histories.push(await recorded(world, 'refused-at-once', 'forward reserve stock'));
    } finally {
      await world.stop();
    }
  });

  it('does not trouble sagas of the last release when it is patched', async () => {
    expect(await replayHistories(bundles.v2, histories)).toEqual([]);
  });

  it('stops them when it is not, and the message names saga and step', async () => {
    const failures = await replayHistories(bundles['v2-unpatched'], histories);
    expect(failures.map(({ name }) => name)).toEqual(['completed', 'refused-at-the-pivot']);
    for (const { message } of failures) {
      expect(message).toMatch(
        /the saga deliver does not replay on this code at step "capture payment"/,
      );
      expect(message).toContain('the patch "grant-checked" here, and the code now does something');
    }
  });

  it('is not noticed by a history that never came there: a corpus needs runs that fail', async () => {
    const early = histories.filter(({ name }) => name === 'refused-at-once');
    expect(early).toHaveLength(1);
    expect(await replayHistories(bundles['v2-unpatched'], early)).toEqual([]);
  });
});
