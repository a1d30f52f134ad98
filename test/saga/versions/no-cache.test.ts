import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { installTemporalRuntime } from '../../../platform/host/temporal-worker';
import { createLog } from '../../../platform/runtime/log';
import { configFor } from '../../support/world';
import { releaseBundle } from './release-bundle';
import { startReleasedWorld } from './released-world';
import type { ReleasedWorld } from './released-world';
import { unsignedAct } from '../support/test-journal';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-no-cache-'));

describe('a worker that keeps no saga in memory', () => {
  let world: ReleasedWorld;
  let bundle: string;
  beforeAll(async () => {
    const config = configFor('orchestrator');
    installTemporalRuntime(createLog({ ...config, HOLDFAST_LOG_LEVEL: 'error' }));
    bundle = await releaseBundle(folder, 'v2');
    world = await startReleasedWorld();
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  it('replays at every task, is asked in between, and ends the saga as it should', async () => {
    const worker = await world.startWorker(bundle, { maxCachedWorkflows: 0 });
    world.participants.from('forward authorize payment', { fails: 'STORE_UNAVAILABLE' });
    const saga = await world.start('deliver', { orderId: 'o-1' }, 'replayed');
    await world.until(saga, ({ steps }) => steps.at(-1)?.name === 'authorize payment');
    world.participants.heal().next('forward ship stock', { refuses: 'NOT_RESERVED' });
    const parked = await world.until(saga, ({ state }) => state === 'parked');
    expect(parked.steps.map(({ status }) => status)).toEqual(['done', 'done', 'done', 'parked']);

    // Another worker takes over from nothing but the history, and answers the same.
    await worker.stop();
    await world.startWorker(bundle, { maxCachedWorkflows: 0 });
    const again = await world.until(saga, ({ state }) => state === 'parked');
    expect(again).toEqual(parked);
    await saga.executeUpdate('retry', { args: [unsignedAct('restocked')] });
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });

    // No task was ever sent to a worker's own queue: each one replayed the whole history.
    const { events } = await saga.fetchHistory();
    const queues = (events ?? []).flatMap(
      ({ workflowTaskScheduledEventAttributes: task }) => task?.taskQueue?.kind ?? [],
    );
    expect(queues.length).toBeGreaterThan(4);
    expect(queues.filter((kind) => Number(kind) === sticky)).toEqual([]);
    // Temporal gives a task that a question overtook back after 10 s.
  }, 300_000);
});

/** temporal.api.enums.v1.TaskQueueKind.TASK_QUEUE_KIND_STICKY */
const sticky = 2;
