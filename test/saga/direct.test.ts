import type { temporal } from '@temporalio/proto';
import { count, expectSettled } from './support/expectations';
import { orderInput } from './support/requests';
import type { SagaWorld, StartedSaga } from './support/saga-world';
import { startSagaWorld } from './support/saga-world';

let world: SagaWorld;
beforeAll(async () => {
  world = await startSagaWorld();
});
afterAll(() => world.stop());
afterEach(() => world.participants.heal());

/** With so much time for a try that no busy machine sends it through the queue. */
const direct = { steps: 'direct', pace: { directAttemptMs: 20_000 } } as const;
const every = [
  ...['open order', 'reserve stock', 'authorize payment'],
  ...['capture payment', 'ship stock', 'confirm order'],
];

type Event = temporal.api.history.v1.IHistoryEvent;

/** Activities that went through a queue, and workflow tasks, as the history has them. */
async function historyOf({ handle }: StartedSaga) {
  const { events = [] } = (await handle.fetchHistory()) as { events?: Event[] };
  const queued = events.flatMap(
    ({ activityTaskScheduledEventAttributes: of }) => of?.activityType?.name ?? [],
  );
  const tasks = events.filter(({ workflowTaskScheduledEventAttributes: of }) => Boolean(of));
  return { queued, tasks: tasks.length };
}

it('an order that goes straight to its services needs no queue, and one workflow task', async () => {
  const before = await world.start('place-order', orderInput());
  await before.result();
  const saga = await world.start('place-order', orderInput(), direct);
  expect(await saga.result()).toMatchObject({ outcome: 'completed' });
  await expectSettled(world, saga, 'all');
  const [byQueue, straight] = [await historyOf(before), await historyOf(saga)];
  expect(byQueue.queued).toContain('payments.capture');
  expect(straight.queued).toEqual([]);
  expect(straight.tasks).toBe(1);
  expect(byQueue.tasks).toBeGreaterThan(8);
});

it.each(every)(
  'a lost reply at "%s" is asked for again by the queue, and counts once',
  async (step) => {
    world.participants.next(`forward ${step}`, { losesReply: 'STORE_UNAVAILABLE' });
    const saga = await world.start('place-order', orderInput(), direct);
    expect(await saga.result()).toMatchObject({ outcome: 'completed' });
    // What is done although its reply is lost is written down as both.
    expect(count(world, saga, 'forward', step)).toBe(3);
    expect((await historyOf(saga)).queued).toHaveLength(1);
    await expectSettled(world, saga, 'all');
  },
);

it.each(every.slice(0, 4))('a refusal at "%s" turns the saga back at once', async (step) => {
  world.participants.from(`forward ${step}`, { refuses: 'NO_LUCK' });
  const saga = await world.start('place-order', orderInput(), direct);
  expect(await saga.result()).toEqual({ outcome: 'compensated', reason: 'NO_LUCK' });
  expect((await historyOf(saga)).queued).toEqual([]);
  await expectSettled(world, saga, 'nothing');
});
