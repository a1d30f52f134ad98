import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import type { NativeConnection } from '@temporalio/worker';
import { until } from '../../cli/up/api-client';
import { connectTemporal } from '../../platform/host/temporal-worker';
import { unreadPayloads } from '../../platform/host/unread-payloads';
import { openShop, workflowIdAt } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { writeFaultPlan } from '../../platform/runtime/fault-plan';
import { apiClient, configFor, control, world } from '../support/world';

const api = apiClient();
let shop: Shop;
let connection: NativeConnection;
let temporal: Client;

beforeAll(async () => {
  shop = await openShop({ api, customer: 'frank', received: 10_000 });
  const config = configFor('orchestrator');
  connection = await connectTemporal(config);
  const namespace = config.HOLDFAST_TEMPORAL_NAMESPACE;
  temporal = new Client({ connection, namespace, dataConverter: unreadPayloads });
});
afterAll(async () => {
  await control('signal', 'payments', 'SIGCONT');
  await connection.close();
  await api.close();
});

/** Starts sagas while payments is stopped, so that each of them stands in the middle of its way. */
async function startInTheMiddle(count: number): Promise<string[]> {
  await control('signal', 'payments', 'SIGSTOP');
  const answers = await Promise.all(Array.from({ length: count }, () => shop.placeOrder()));
  expect(answers.map(({ status }) => status)).toEqual(Array<number>(count).fill(202));
  const locations = answers.map(({ location }) => String(location));
  const token = await api.token('olga');
  await Promise.all(
    locations.map((location) =>
      until(`${location} to be under way`, 60_000, async () => {
        const { body } = await api.call(location, { token });
        return JSON.stringify(body).includes('authorize payment') ? body : undefined;
      }),
    ),
  );
  return locations;
}

/** Starts a saga that is large enough for a review, and waits until it waits for that. */
async function startUpToItsReview(): Promise<string> {
  const started = await shop.placeOrder({ quantity: 420 });
  const location = String(started.location);
  const token = await api.token('olga');
  await until(`${location} to await its review`, 60_000, async () => {
    const { body } = await api.call(location, { token });
    return JSON.stringify(body.awaiting ?? []).includes('manual review') || undefined;
  });
  return location;
}

async function deleteSaga(location: string): Promise<void> {
  const { namespace } = temporal.options;
  const workflowExecution = { workflowId: workflowIdAt(location) };
  await temporal.workflowService.deleteWorkflowExecution({ namespace, workflowExecution });
}

/** Waits until Temporal knows no workflow of that id any more. */
async function forgotten(location: string): Promise<void> {
  await until('Temporal to forget the saga', 60_000, async () => {
    const gone = temporal.workflow.getHandle(workflowIdAt(location)).describe();
    return gone.then(
      () => undefined,
      (error: Error) => error.name === 'WorkflowNotFoundError' || undefined,
    );
  });
}

describe('a saga that Temporal ended without us', () => {
  it('terminated ten times by hand: each is recovered, undone, and answered as it is', async () => {
    const [stock, funds] = [await shop.stock(), await shop.funds()];
    const locations = await startInTheMiddle(10);
    for (const location of locations) {
      await temporal.workflow.getHandle(workflowIdAt(location)).terminate('by hand');
    }
    await control('signal', 'payments', 'SIGCONT');
    for (const location of locations) {
      const ended = await shop.outcomeOf(location);
      expect(ended).toMatchObject({ state: 'compensated', reason: 'TERMINATED' });
    }
    expect(await shop.stock()).toEqual(stock);
    expect(await shop.funds()).toEqual(funds);
  }, 240_000);

  it('reset to its beginning: the second run sends nothing under the first one’s name, and is recovered', async () => {
    const [stock, funds] = [await shop.stock(), await shop.funds()];
    const [location = ''] = await startInTheMiddle(1);
    const workflowId = workflowIdAt(location);
    const { events } = await temporal.workflow.getHandle(workflowId).fetchHistory();
    const first = events?.find((event) => event.workflowTaskCompletedEventAttributes);
    await temporal.workflowService.resetWorkflowExecution({
      namespace: temporal.options.namespace,
      workflowExecution: { workflowId },
      reason: 'by hand',
      workflowTaskFinishEventId: first?.eventId ?? null,
      requestId: randomUUID(),
    });
    await control('signal', 'payments', 'SIGCONT');
    expect(await shop.outcomeOf(location)).toMatchObject({ state: 'compensated' });
    expect(await shop.stock()).toEqual(stock);
    expect(await shop.funds()).toEqual(funds);
  }, 240_000);

  it('deleted while it ran: recovered from the participants’ own rows', async () => {
    const [stock, funds] = [await shop.stock(), await shop.funds()];
    const [location = ''] = await startInTheMiddle(1);
    await deleteSaga(location);
    await control('signal', 'payments', 'SIGCONT');
    expect(await shop.outcomeOf(location)).toMatchObject({ state: 'compensated' });
    expect(await shop.stock()).toEqual(stock);
    expect(await shop.funds()).toEqual(funds);
  }, 240_000);

  it('deleted, and its recovery parks: found, explained and repaired by one verb under its own id', async () => {
    const [stock, funds] = [await shop.stock(), await shop.funds()];
    const location = await startUpToItsReview();
    // The recovery undoes what stands, and cannot undo this at first.
    const impossible = { kind: 'undo', fault: 'undo-fails', times: 1 } as const;
    writeFaultPlan(world().faultDir, workflowIdAt(location), [
      { step: 'reserve stock', ...impossible },
    ]);
    await deleteSaga(location);
    await forgotten(location);
    const token = await api.token('olga');
    const shown = await until(`the recovery of ${location} to be parked`, 120_000, async () => {
      const { body } = await api.call(location, { token });
      return body.state === 'parked' && body.source === 'workflow' ? body : undefined;
    });
    expect(shown).toMatchObject({ id: workflowIdAt(location), generation: 1, saga: 'place-order' });
    const explained = await api.call(`${location}/explanation`, { token });
    expect(explained.body).toMatchObject({
      state: 'parked',
      parked: [{ step: 'reserve stock', optionsAreCertain: true }],
    });
    const reason = 'the shelf is free again';
    const retried = await api.call(`${location}/retry`, { token, body: { reason } });
    expect([retried.status, retried.body]).toEqual([202, { answer: 'accepted' }]);
    expect(await shop.outcomeOf(location)).toMatchObject({ state: 'compensated' });
    expect(await shop.stock()).toEqual(stock);
    expect(await shop.funds()).toEqual(funds);
  }, 300_000);

  it('deleted after its end: the same Idempotency-Key again has no second effect and a clear answer', async () => {
    const order = { orderId: `order-${randomUUID()}`, idempotencyKey: randomUUID() };
    const first = await shop.placeOrder(order);
    const location = String(first.location);
    expect(await shop.outcomeOf(location)).toMatchObject({ state: 'completed' });
    const [stock, funds] = [await shop.stock(), await shop.funds()];
    await deleteSaga(location);
    await forgotten(location);
    const again = await shop.placeOrder(order);
    expect(again).toMatchObject({ status: 202, location });
    const other = await shop.placeOrder({ ...order, quantity: 2 });
    expect(other).toMatchObject({ status: 422, body: { code: 'IDEMPOTENCY_KEY_REUSED' } });
    expect(await shop.stock()).toEqual(stock);
    expect(await shop.funds()).toEqual(funds);
  }, 120_000);
});
