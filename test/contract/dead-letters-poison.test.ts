import { startProjector } from '../../platform/event-log/projector';
import type { Projector } from '../../platform/event-log/projector';
import { encodeEvent } from '../../platform/event-log/envelope';
import type { LogMessage } from '../../platform/event-log/ports';
import { silentLog } from '../../platform/runtime/log';
import type { ReadModelStore } from '../../projections/store';
import { countingProjection } from '../support/counting';
import type { CountingRow } from '../support/counting';
import { anEvent } from '../support/events';
import { eventually } from '../support/eventually';
import { openDesk, schemas } from '../support/letter-desk';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { openedRows } from '../support/read-rows';

const aggregates = 1_000;
const poisoned = 'payment/500';
const failing = new Set([`${poisoned}:2`]);
const suffering = countingProjection('suffering', failing);
const sound = countingProjection('sound');

let world: LogWorld;
let topic: string;
let store: ReadModelStore;
const projectors: Projector[] = [];
/** Delays from the log to the read model of the aggregates that are not poisoned, milliseconds, by projection. */
const delays = { suffering: [] as number[], sound: [] as number[] };
const halts: unknown[] = [];

beforeAll(async () => {
  world = await openLogWorld();
  topic = await world.createTopic('payments');
  store = world.openStore();
  await store.migrate([suffering, sound]);
});
afterAll(async () => {
  await Promise.all(projectors.map((projector) => projector.stop()));
  await world.close();
});

/** Number `seq` of every aggregate, a call per partition. */
async function send(seq: number): Promise<void> {
  const { writer } = world.logAs('payments');
  const bySlot = new Map<number, LogMessage[]>();
  const context = { service: 'payments', recordedTime: new Date().toISOString() };
  for (let index = 0; index < aggregates; index += 1) {
    const event = anEvent({ aggregateId: `payment/${index}`, seq });
    const messages = bySlot.get(event.slot) ?? [];
    bySlot.set(event.slot, [...messages, encodeEvent(event, context)]);
  }
  for (const [slot, messages] of bySlot) await writer.append(topic, slot, messages, 20_000);
}

function run(projection: typeof sound): void {
  const name = projection.name as keyof typeof delays;
  const projector = startProjector({
    ...{ projection, store, schemas, topics: [topic], log: silentLog },
    groupId: `projector-${world.instance}-${name}`,
    eventLog: world.logAs('projector'),
    observe: {
      applied: (events) => {
        const others = events.filter(({ aggregateId }) => aggregateId !== poisoned);
        delays[name].push(...others.map((one) => Date.now() - Date.parse(one.recordedTime)));
      },
      halted: (_place, code) => void (code === undefined ? 0 : halts.push(code)),
    },
  });
  projectors.push(projector);
}

const rows = async (name: string) => {
  const told = { instance: world.instance, projection: name };
  const found = await openedRows<CountingRow>(store, told);
  return new Map(found.map(({ key, row }) => [key, row.seqs]));
};
const median = (values: readonly number[]) =>
  [...values].sort((left, right) => left - right)[Math.floor(values.length / 2)] ?? 0;

test('one poison event among 1,000 aggregates holds up its own alone, and redriven it was never there', async () => {
  await send(1);
  run(suffering);
  run(sound);
  await eventually(() => {
    expect([delays.suffering.length, delays.sound.length]).toEqual([
      aggregates - 1,
      aggregates - 1,
    ]);
  }, 60_000);
  delays.suffering.length = 0;
  delays.sound.length = 0;
  for (const seq of [2, 3, 4]) await send(seq);
  const news = 3 * (aggregates - 1);
  await eventually(() => {
    expect([delays.suffering.length, delays.sound.length]).toEqual([news, news]);
  }, 60_000);
  // The others are as fast as where nothing is poisoned: bounded loosely, since both share one machine.
  expect(median(delays.suffering)).toBeLessThan(2 * median(delays.sound) + 1_000);
  expect(halts).toEqual([]);
  const text =
    'select sum(log_end - next_offset)::int as lag from checkpoints where projection = $1';
  expect(await store.ask(text, ['suffering'])).toEqual([{ lag: 0 }]);

  const [before, model] = [await rows('suffering'), await rows('sound')];
  expect(before.get(poisoned)).toEqual([1]);
  expect(new Map(before).set(poisoned, [1, 2, 3, 4])).toEqual(model);
  const desk = openDesk(store, [suffering, sound]);
  const { groups } = (await desk({ path: '/dead-letter-groups' })).body as { groups: object[] };
  expect(groups).toMatchObject([{ projection: 'suffering', letters: 3, aggregates: 1 }]);

  failing.clear();
  const { group } = groups[0] as { group: string };
  const path = `/dead-letter-groups/${group}/retry`;
  expect((await desk({ path, body: { reason: 'the fold is fixed' } })).body).toMatchObject({
    ...{ aggregates: 1, cleared: 1, applied: 3, failures: [] },
  });
  await send(5);
  await eventually(async () => {
    const now = await rows('suffering');
    // All of both, and not two that are half done and look the same.
    expect(new Set([...now.values()].map((seqs) => seqs.length))).toEqual(new Set([5]));
    expect(now.get(poisoned)).toEqual([1, 2, 3, 4, 5]);
    expect(now).toEqual(await rows('sound'));
  }, 60_000);
  expect(await store.parkedAggregates()).toEqual([]);
  const positions = `select aggregate_id, last_seq, last_hash from aggregate_positions
    where projection = $1 order by aggregate_id`;
  expect(await store.ask(positions, ['suffering'])).toEqual(await store.ask(positions, ['sound']));
}, 240_000);
