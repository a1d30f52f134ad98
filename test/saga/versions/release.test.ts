import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { WorkflowHandle } from '@temporalio/client';
import { listBuilds } from '../../../cli/versions/deployments';
import { buildOf } from '../../../cli/versions/moving';
import { createLog } from '../../../platform/runtime/log';
import { installTemporalRuntime } from '../../../platform/host/temporal-worker';
import { eventually } from '../../support/eventually';
import { configFor } from '../../support/world';
import { releaseBundle } from './release-bundle';
import { startReleasedWorld } from './released-world';
import type { ReleasedWorld } from './released-world';
import { unsignedAct } from '../support/test-journal';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-release-'));
const bundleOf = (version: string) => releaseBundle(folder, version);

/** Names of the steps a saga took, and the build its last task ran on. */
async function storyOf(world: ReleasedWorld, saga: WorkflowHandle) {
  await saga.result();
  const { steps } = await world.until(saga, ({ state }) => state === 'completed');
  return { steps: steps.map(({ name }) => name), build: buildOf(await saga.describe()) };
}

const stepsOfV1 = ['reserve stock', 'capture payment', 'ship stock'];
const stepsOfV2 = ['reserve stock', 'authorize payment', 'capture payment', 'ship stock'];

/** Two bundles are built and the command line is started a dozen times. */
jest.setTimeout(300_000);

describe('a release of the sagas', () => {
  let world: ReleasedWorld;
  beforeAll(async () => {
    installTemporalRuntime(
      createLog({ ...configFor('orchestrator'), HOLDFAST_LOG_LEVEL: 'error' }),
    );
    world = await startReleasedWorld();
  });
  afterAll(async () => {
    await world.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const build = async (name: string) =>
    (await listBuilds(world, world.deployment)).find(({ buildId }) => buildId === name);
  const promoted = (name: string) =>
    eventually(async () =>
      expect(await world.holdfast('promote', name)).toMatchObject({ code: 0 }),
    );

  it('lets sagas end on the build they began on, and moves a parked one by hand', async () => {
    const [v1, v2] = await Promise.all(['v1', 'v2'].map(bundleOf));
    expect(await world.holdfast('promote', 'b1')).toMatchObject({
      code: 1,
      said: expect.stringContaining('BUILD_UNKNOWN') as string,
    });

    // The first release: one saga parks after its pivot, one does not get past its first step.
    const worker1 = await world.startWorker(v1!, { buildId: 'b1' });
    await promoted('b1');
    world.participants.next('forward ship stock', { refuses: 'NOT_RESERVED' });
    const parked = await world.start('deliver', { orderId: 'parked' }, 'parked');
    await world.until(parked, ({ state }) => state === 'parked');
    world.participants.from('forward reserve stock', { fails: 'STORE_UNAVAILABLE' });
    const held = await world.start('deliver', { orderId: 'held' }, 'held');
    await world.until(held, ({ steps }) => steps.length > 0);

    // The second release: new sagas take its new step, the old ones go on as they began.
    await world.startWorker(v2!, { buildId: 'b2' });
    await promoted('b2');
    const fresh = await world.start('deliver', { orderId: 'fresh' }, 'fresh');
    world.participants.heal();
    expect(await storyOf(world, fresh)).toEqual({ steps: stepsOfV2, build: 'b2' });
    expect(await storyOf(world, held)).toEqual({ steps: stepsOfV1, build: 'b1' });

    // One saga is left on the first build: it says so, and which.
    await eventually(async () =>
      expect(await build('b1')).toMatchObject({ status: 'draining', open: 1, parked: 1 }),
    );
    expect(await build('b2')).toMatchObject({ status: 'current', open: 0 });
    expect(await world.holdfast('drained', 'b1')).toMatchObject({
      code: 1,
      said: expect.stringContaining(parked.workflowId) as string,
    });

    // It is moved, and goes on by a retry, replayed by the second build.
    expect(await world.holdfast('move', parked.workflowId, 'b2')).toMatchObject({ code: 0 });
    await parked.executeUpdate('retry', { args: [unsignedAct('moved to the new build')] });
    expect(await storyOf(world, parked)).toEqual({ steps: stepsOfV1, build: 'b2' });

    // Nobody needs the first build any more: its worker is retired, and new sagas go on.
    await eventually(async () =>
      expect(await build('b1')).toMatchObject({ status: 'drained', open: 0 }),
    );
    expect(await world.holdfast('drained', 'b1')).toMatchObject({ code: 0 });
    const { printed } = await world.holdfast('list', '--json');
    expect((JSON.parse(printed) as { builds: unknown }).builds).toEqual([
      { buildId: 'b2', status: 'current', open: 0, parked: 0 },
      { buildId: 'b1', status: 'drained', open: 0, parked: 0 },
    ]);
    await worker1.stop();
    const last = await world.start('deliver', { orderId: 'last' }, 'last');
    expect(await storyOf(world, last)).toEqual({ steps: stepsOfV2, build: 'b2' });
  });

  it('refuses to move what is not parked, has ended, or to a build nobody runs', async () => {
    world.participants.from('forward reserve stock', { fails: 'STORE_UNAVAILABLE' });
    const running = await world.start('deliver', { orderId: 'running' }, 'running');
    await world.until(running, ({ steps }) => steps.length > 0);
    const refusal = async (...args: string[]) => {
      const { code, said } = await world.holdfast('move', ...args);
      return { code, refusal: /[A-Z]+_[A-Z_]+/.exec(said)?.[0] };
    };
    expect(await refusal(running.workflowId, 'b1')).toEqual({
      code: 1,
      refusal: 'SAGA_NOT_PARKED',
    });
    const toNowhere = await refusal(running.workflowId, 'b9', '--running');
    expect(toNowhere).toEqual({ code: 1, refusal: 'BUILD_UNKNOWN' });
    expect(await refusal('deliver:nobody', 'b2')).toEqual({ code: 1, refusal: 'SAGA_UNKNOWN' });
    world.participants.heal();
    await running.result();
    expect(await refusal(running.workflowId, 'b2')).toEqual({ code: 1, refusal: 'SAGA_FINISHED' });
    expect(await world.holdfast('promote', 'b9')).toMatchObject({ code: 1 });
    expect(await world.holdfast('drained', 'b9')).toMatchObject({ code: 1 });
    expect(await world.holdfast('promote')).toMatchObject({ code: 2 });
  });
});
