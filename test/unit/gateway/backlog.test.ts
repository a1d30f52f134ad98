import { Registry } from 'prom-client';
import { backlogLimits, waitOf, watchBacklog } from '../../../gateway/sagas/backlog';
import type { QueueBacklog } from '../../../gateway/sagas/backlog';
import { silentLog } from '../../../platform/runtime/log';

const queue = (told: Partial<QueueBacklog>): QueueBacklog => ({
  ...{ queue: 'sagas workflow', count: 0, ageMs: 0, takenPerSecond: 1 },
  ...told,
});

/** A backlog over queues that we fill, with a clock, and dice that fall as we say. */
function rehearse() {
  const world = { ms: 0, dice: 0.5, asked: 0, found: [queue({})] as QueueBacklog[] | Error };
  const registry = new Registry();
  const backlog = watchBacklog({
    queues: () => {
      world.asked += 1;
      return world.found instanceof Error
        ? Promise.reject(world.found)
        : Promise.resolve(world.found);
    },
    ...{ log: silentLog, registry },
    now: () => world.ms,
    random: () => world.dice,
  });
  /** What is refused after the queues were looked at. */
  const refusesThen = async (found: QueueBacklog[] | Error, dice = 0.5) => {
    Object.assign(world, { found, dice, ms: world.ms + backlogLimits.askEveryMs });
    backlog.refusesStart();
    await new Promise((resolve) => setImmediate(resolve));
    return backlog.refusesStart();
  };
  return { world, backlog, registry, refusesThen };
}

const waiting = (seconds: number) => queue({ count: 1_000, ageMs: seconds * 1_000 });

test('a step waits for the work before it, and no longer than the oldest waits', () => {
  expect(waitOf(queue({ count: 30, ageMs: 60_000, takenPerSecond: 3 }))).toBe(10_000);
  expect(waitOf(queue({ count: 30, ageMs: 4_000, takenPerSecond: 3 }))).toBe(4_000);
});

test('a handful of old tasks is no work of minutes: a service that is just back takes them at once', async () => {
  const { refusesThen } = rehearse();
  const { countMin } = backlogLimits;
  const back = { queue: 'payments activity', ageMs: 60_000, takenPerSecond: 0.05 };
  expect(await refusesThen([queue({ ...back, count: countMin - 1 })], 0)).toBe(false);
  expect(await refusesThen([queue({ ...back, count: countMin })], 0.999)).toBe(true);
});

test('no start is refused while steps wait for one second, each when they wait for four, some between', async () => {
  const { refusesThen } = rehearse();
  expect(await refusesThen([waiting(1)], 0)).toBe(false);
  expect(await refusesThen([waiting(2.5)], 0.49)).toBe(true);
  expect(await refusesThen([waiting(2.5)], 0.5)).toBe(false);
  expect(await refusesThen([waiting(4)], 0.999)).toBe(true);
});

test('the queue that waits longest counts, and one that nobody works on does not', async () => {
  const { refusesThen } = rehearse();
  const away = queue({ queue: 'payments activity', count: 90, ageMs: 600_000, takenPerSecond: 0 });
  expect(await refusesThen([queue({}), away], 0)).toBe(false);
  expect(await refusesThen([queue({}), away, waiting(20)])).toBe(true);
});

test('Temporal is asked twice a second at most, one question at a time, and a start never waits for it', async () => {
  const { world, backlog, refusesThen } = rehearse();
  for (let start = 0; start < 100; start += 1) backlog.refusesStart();
  expect(world.asked).toBe(1);
  await refusesThen([waiting(20)]);
  expect(world.asked).toBe(2);
  world.ms += backlogLimits.askEveryMs - 1;
  backlog.refusesStart();
  expect(world.asked).toBe(2);
});

test('what was seen is forgotten when Temporal says nothing any more: starts go on', async () => {
  const { world, refusesThen } = rehearse();
  expect(await refusesThen([waiting(20)])).toBe(true);
  expect(await refusesThen(new Error('away'))).toBe(true);
  world.ms += backlogLimits.forgetMs;
  expect(await refusesThen(new Error('away'))).toBe(false);
});

test('a scrape shows how long steps wait, though nobody starts anything', async () => {
  const { world, registry } = rehearse();
  world.found = [waiting(7)];
  expect(await registry.metrics()).toContain(
    'gateway_saga_step_wait_seconds{queue="sagas workflow"} 7',
  );
});
