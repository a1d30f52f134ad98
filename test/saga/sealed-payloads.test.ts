import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { replayFailures } from '../../cli/verify/replay';
import { sagaStartOptions } from '../../platform/saga/start-options';
import { sagaMessages } from '../../platform/saga/wire';
import { eventually } from '../support/eventually';
import { world as testWorld } from '../support/world';
import { scenarios } from './corpus/scenarios';
import { holdBack } from './support/expectations';
import { buildFamilyBundle } from './support/family';
import { everythingIn, hitsInFiles } from './support/raw-bytes';
import { orderInput } from './support/requests';
import type { StartedSaga } from './support/saga-world';
import { startSealedWorld } from './support/sealed-world';
import type { SealedWorld } from './support/sealed-world';

const bundle = () => process.env.HOLDFAST_WORKFLOW_BUNDLE ?? '';
const folder = path.join(testWorld().stateDir, 'temporal');
const canary = 'canary-7c1e5a';

/** One of the corpus, played with sealed payloads on the real server. */
async function play(world: SealedWorld, name: string): Promise<StartedSaga> {
  world.participants.heal();
  const scenario = scenarios.find((one) => one.name === name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  const saga = await scenario.run(world);
  await saga.result().catch(() => undefined);
  return saga;
}

/** A request whose order data say something that must not be seen. */
const secretOrder = (sku: string) => ({ ...orderInput(), lines: [{ sku, quantity: 2 }] });

/** Started as the gateway starts it: with a memo, a summary and search attributes. */
function startPlain(client: Client, sku: string): Promise<WorkflowHandle> {
  const start = {
    ...{ input: secretOrder(sku), owner: 'customer-1', businessKey: 'plain', requestHash: sku },
    deadlineAtMs: Date.now() + 900_000,
  };
  const named = { saga: 'place-order', start, taskQueue: 'sagastest', title: 'Place order' };
  const workflowId = 'place-order:plain';
  return client.workflow.start('place-order', { ...sagaStartOptions(named), workflowId });
}

/** Waits until the server has noted that a task of this workflow failed, and why. */
async function failedTask(handle: Pick<WorkflowHandle, 'fetchHistory'>): Promise<string> {
  let why = '';
  await eventually(async () => {
    const { events } = await handle.fetchHistory();
    const failed = events?.find((event) => event.workflowTaskFailedEventAttributes);
    why = failed?.workflowTaskFailedEventAttributes?.failure?.applicationFailureInfo?.type ?? '';
    expect(why).not.toBe('');
  }, 30_000);
  return why;
}

describe('sagas with sealed payloads', () => {
  let world: SealedWorld;
  beforeAll(async () => {
    world = await startSealedWorld();
  });
  afterAll(() => world.stop());
  afterEach(() => {
    world.participants.heal();
    world.refusals.length = 0;
  });

  it.each([
    ['its end', 'place-order.completed', 'completed'],
    ['failures on its way', 'place-order.compensated-at-reserve-stock', 'compensated'],
    ['an update with data', 'place-order.repaired-by-retry-with-input', 'completed'],
    ['recovery of another saga', 'place-order.recovered-at-ship-stock', 'completed'],
    ['children that are told', 'bulk-order.compensated-at-capture-payment', 'compensated'],
    ['recovery of a child', 'order-lots.recovered-at-hold', 'completed'],
  ])('come through %s, and replay with their keys', async (_what, name, state) => {
    const saga = await play(world, name);
    expect((await saga.view()).state).toBe(state);
    expect(world.refusals).toEqual([]);
    const arena = { client: world.env.client };
    expect(await replayFailures(arena, bundle(), [saga.handle.workflowId])).toEqual([]);
  });

  it('replay with no other keys and in no other namespace', async () => {
    const saga = await world.start('place-order', orderInput());
    await saga.result();
    const { client } = world.env;
    const ids = [saga.handle.workflowId];
    const without = new Client({ connection: client.connection, namespace: 'holdfast' });
    expect(await replayFailures({ client: without }, bundle(), ids)).toHaveLength(1);
    const { loadedDataConverter } = client.options;
    const elsewhere = { ...client, options: { loadedDataConverter, namespace: 'elsewhere' } };
    const arena = { client: Object.assign(Object.create(client) as Client, elsewhere) };
    expect(await replayFailures(arena, bundle(), ids)).toHaveLength(1);
    expect(world.refusals).toContain('AUTHENTICATION');
  });

  it('leave nothing of order data or failures in histories and in the files of the server', async () => {
    const { participants } = world;
    const handle = participants.handle.bind(participants);
    participants.handle = async (participant, message) => {
      if (message.step !== 'capture payment') return handle(participant, message);
      const details = [{ kind: 'refusal', code: 'SAID_NO', detail: canary }];
      const failure = { type: 'SAID_NO', message: `no ${canary}`, nonRetryable: true, details };
      throw ApplicationFailure.create(failure);
    };
    const saga = await world.start('place-order', secretOrder(canary));
    expect(await saga.result()).toMatchObject({ outcome: 'compensated', reason: 'SAID_NO' });
    participants.handle = handle;
    const unfit = await world.start('place-order', secretOrder(canary), { owner: '' });
    const lacks = 'the start lacks owner';
    await expect(unfit.result()).rejects.toMatchObject({ cause: { message: lacks } });
    expect(everythingIn(await unfit.handle.fetchHistory())).not.toContain(lacks);
    const history = everythingIn(await saga.handle.fetchHistory());
    expect(history).toContain('Encoded failure');
    expect(history).not.toContain(canary);
    expect(hitsInFiles(folder, canary)).toEqual({});
  });

  it('are not started by a client that does not seal: the task is refused, nothing is sent', async () => {
    const { connection } = world.env;
    const client = new Client({ connection, namespace: world.config.HOLDFAST_TEMPORAL_NAMESPACE });
    const plain = 'canary-plain-41';
    const handle = await startPlain(client, plain);
    expect(await failedTask(handle)).toBe('CIPHERTEXT_REFUSED');
    expect(world.refusals).toContain('FORMAT');
    const { events } = await handle.fetchHistory();
    expect(events?.some((event) => event.activityTaskScheduledEventAttributes)).toBe(false);
    await handle.terminate('was plaintext');
    // What is not sealed is found where nothing sealed was: the scan sees what is there.
    expect(hitsInFiles(folder, plain)).not.toEqual({});
  });

  it('take no payload of another saga, signed though it is', async () => {
    const first = await world.start('place-order', secretOrder(canary));
    await first.result();
    const held = holdBack(world, 'reserve stock');
    const second = await world.start('place-order', orderInput());
    await second.until(({ steps }) => steps.some(({ name }) => name === 'reserve stock'));
    const { events } = await first.handle.fetchHistory();
    const input = events?.[0]?.workflowExecutionStartedEventAttributes?.input ?? null;
    const { client } = world.env;
    await client.workflowService.signalWorkflowExecution({
      namespace: client.options.namespace,
      workflowExecution: { workflowId: second.handle.workflowId },
      signalName: sagaMessages.verdict,
      input,
    });
    expect(await failedTask(second.handle)).toBe('CIPHERTEXT_REFUSED');
    expect(world.refusals).toContain('AUTHENTICATION');
    await second.handle.terminate('was sent what is not its own');
    held.release();
  });
});

describe('a saga that goes on in new runs', () => {
  it('opens what it left to itself', async () => {
    const scratch = mkdtempSync(path.join(tmpdir(), 'holdfast-sealed-'));
    const family = path.join(scratch, 'family.js');
    await buildFamilyBundle(family);
    const world = await startSealedWorld(family);
    try {
      const saga = await play(world, 'rounds.completed');
      expect((await saga.view()).state).toBe('completed');
      expect(world.refusals).toEqual([]);
    } finally {
      await world.stop();
      rmSync(scratch, { recursive: true, force: true });
    }
  });
});
