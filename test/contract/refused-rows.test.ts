import { encodeEvent } from '../../platform/event-log/envelope';
import { redrive } from '../../platform/event-log/letters/redrive';
import { startProjector } from '../../platform/event-log/projector';
import type { Projector } from '../../platform/event-log/projector';
import { silentLog } from '../../platform/runtime/log';
import type { ReadModelStore } from '../../projections/store';
import { anAct } from '../support/acts';
import { anySchemas, countingProjection } from '../support/counting';
import { anEvent } from '../support/events';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';

const failing = new Set<string>();
const counting = countingProjection('counting', failing);
let world: LogWorld;
let store: ReadModelStore;
let topic: string;
const projectors: Projector[] = [];

beforeEach(async () => {
  world = await openLogWorld();
  store = world.openStore();
  await store.migrate([counting]);
  topic = await world.createTopic('payments');
  failing.clear();
});
afterEach(async () => {
  await Promise.all(projectors.splice(0).map((one) => one.stop()));
  await world.close();
});

const event = (name: string, seq: number) => anEvent({ aggregateId: `payment/${name}`, seq });
const { slot } = event('a', 1);
/** An aggregate whose events lie in the same partition as those of `a`. */
const near = ['b', 'c', 'd', 'e', 'f', 'g', 'h'].find((one) => event(one, 1).slot === slot) ?? '';

async function send(...events: ReturnType<typeof event>[]): Promise<void> {
  const context = { service: 'payments', recordedTime: new Date().toISOString() };
  const records = events.map((one) => encodeEvent(one, context));
  await world.logAs('payments').writer.append(topic, slot, records, 10_000);
}

function run(): void {
  projectors.push(
    startProjector({
      ...{ projection: counting, topics: [topic], groupId: `projector-${world.instance}` },
      ...{ store, schemas: anySchemas, log: silentLog, eventLog: world.logAs('projector') },
      limits: { retryMsMin: 50, retryMsMax: 200, lagMs: 100 },
    }),
  );
}

const forge = () =>
  store.ask(`update read_rows set as_of = as_of + interval '1 second' where key = 'payment/a'`, []);
const positions = async () => {
  const text = 'select aggregate_id, last_seq::int as seq from live_positions order by 1';
  const rows = await store.ask<{ aggregate_id: string; seq: number }>(text, []);
  return rows.map(({ aggregate_id: id, seq }) => [id, seq]);
};

test('a row that does not open holds up no event before the one that needs it', async () => {
  await send(event('a', 1), event(near, 1));
  run();
  const both = (seq: number, other: number) => [
    ['payment/a', seq],
    [`payment/${near}`, other],
  ];
  await eventually(async () => expect(await positions()).toEqual(both(1, 1)));
  await forge();
  // One batch: a repeat of what was folded needs no row, the next event does.
  await send(event(near, 2), event('a', 1), event(near, 3), event('a', 2), event(near, 4));
  await eventually(async () => {
    const text = `select halt_code, next_offset::int as next from live_checkpoints
      where halt_code is not null`;
    expect(await store.ask(text, [])).toEqual([{ halt_code: 'CIPHERTEXT_REFUSED', next: 5 }]);
  });
  expect(await positions()).toEqual(both(1, 3));
});

test('a redrive leaves a row that does not open as it is', async () => {
  failing.add('payment/a:2');
  await send(event('a', 1), event('a', 2));
  run();
  await eventually(async () => expect(await store.deadLetters({ limitMax: 9 })).toHaveLength(1));
  failing.clear();
  await forge();
  const rows = () => store.ask('select * from read_rows', []);
  const before = await rows();
  const again = redrive({
    ...{ store, projection: counting, schemas: anySchemas, aggregateId: 'payment/a' },
    act: anAct(),
  });
  await expect(again).rejects.toMatchObject({ code: 'CIPHERTEXT_REFUSED' });
  expect(await rows()).toEqual(before);
  expect(await store.deadLetters({ limitMax: 9 })).toHaveLength(1);
});
