import { startProjector } from '../../platform/event-log/projector';
import type { Projector, ProjectorOptions } from '../../platform/event-log/projector';
import { startDeadLetterCopier } from '../../platform/event-log/letters/copier';
import type { Projection } from '../../platform/event-log/projector/projection';
import { redrive } from '../../platform/event-log/letters/redrive';
import { encodeEvent } from '../../platform/event-log/envelope';
import type { StoredEvent } from '../../platform/outbox/ports';
import { silentLog } from '../../platform/runtime/log';
import type { ReadModelStore } from '../../projections/store';
import { anySchemas, countingProjection } from '../support/counting';
import type { CountingRow } from '../support/counting';
import { anAct } from '../support/acts';
import { anEvent } from '../support/events';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { openedRows } from '../support/read-rows';

let world: LogWorld;
let topic: string;
let store: ReadModelStore;
const projectors: Projector[] = [];

beforeEach(async () => {
  world = await openLogWorld();
  topic = await world.createTopic('payments');
  store = world.openStore();
  await store.migrate([countingProjection('counting')]);
});
afterEach(async () => {
  await Promise.all(projectors.splice(0).map((projector) => projector.stop()));
  await world.close();
});

function run(projection: Projection, told: Partial<ProjectorOptions> = {}): Projector {
  const projector = startProjector({
    ...{ projection, topics: [topic], groupId: `projector-${world.instance}-${projection.name}` },
    ...{ store, schemas: anySchemas, log: silentLog, eventLog: world.logAs('projector') },
    ...told,
    limits: { retryMsMin: 50, retryMsMax: 200, lagMs: 100, ...told.limits },
  });
  projectors.push(projector);
  return projector;
}

const event = (name: string, seq: number, data = {}) =>
  anEvent({ aggregateId: `payment/${name}`, seq, data });

/** Sends events as a relay would, a call per event, so that batches are cut anywhere. */
async function send(...events: readonly StoredEvent[]): Promise<void> {
  const { writer } = world.logAs('payments');
  const context = { service: 'payments', recordedTime: new Date().toISOString() };
  for (const one of events) {
    await writer.append(topic, one.slot, [encodeEvent(one, context)], 10_000);
  }
}

async function rows(name = 'counting'): Promise<Record<string, number[]>> {
  const told = { instance: world.instance, projection: name };
  const found = await openedRows<CountingRow>(store, told);
  return Object.fromEntries(found.map(({ row }) => [row.key.slice('payment/'.length), row.seqs]));
}

const halts = () =>
  store.ask<{ halt_code: string; partition: number }>(
    'select halt_code, partition from checkpoints where halt_code is not null',
    [],
  );

describe('a projector', () => {
  const counting = countingProjection('counting');

  test('goes on where it stopped, and counts repeats once', async () => {
    await send(event('a', 1), event('b', 1), event('a', 1), event('a', 2));
    const first = run(counting);
    await eventually(async () => expect(await rows()).toEqual({ a: [1, 2], b: [1] }));
    await first.stop();
    await send(event('a', 2), event('a', 3), event('c', 1));
    run(counting);
    await eventually(async () => expect(await rows()).toEqual({ a: [1, 2, 3], b: [1], c: [1] }));
  });

  test('of two members of a group each works on its own partitions, also while they change hands', async () => {
    const names = ['a', 'b', 'c', 'd', 'e', 'f'];
    const batch = (from: number) =>
      [0, 1, 2].flatMap((step) => names.map((name) => event(name, from + step)));
    await send(...batch(1));
    const one = run(counting);
    await eventually(() => expect(one.isFlowing()).toBe(true));
    const two = run(counting);
    await send(...batch(4));
    await eventually(() => {
      expect(one.isFlowing() && two.isFlowing()).toBe(true);
      expect(one.status().length + two.status().length).toBe(3);
      expect(two.status().length).toBeGreaterThan(0);
    }, 30_000);
    await one.stop();
    await send(...batch(7));
    const all = Object.fromEntries(names.map((name) => [name, [1, 2, 3, 4, 5, 6, 7, 8, 9]]));
    await eventually(async () => expect(await rows()).toEqual(all), 30_000);
  });

  test('takes its read model up again where that was set back under it, as by a restore', async () => {
    await send(event('a', 1), event('a', 2));
    run(counting);
    await eventually(async () => expect(await rows()).toEqual({ a: [1, 2] }));
    const empty = `
      with rows as (delete from read_rows), places as (delete from aggregate_positions),
        applied as (delete from applied_events)
      update checkpoints set next_offset = 0`;
    await store.ask(empty, []);
    await send(event('a', 3));
    await eventually(async () => expect(await rows()).toEqual({ a: [1, 2, 3] }));
    expect(await halts()).toEqual([]);
  });

  test('an owner that lost its partition can write no more', async () => {
    const place = { topic, partition: 0 };
    const old = await store.claim('counting', place);
    await store.claim('counting', place);
    const apply = store.apply(old, [], () => {
      throw new Error('must not be asked');
    });
    await expect(apply).rejects.toMatchObject({ code: 'CLAIM_LOST' });
  });

  test('stops a partition whose history forked, and the others flow', async () => {
    const [a, b] = apart();
    await send(event(a, 1), event(a, 2), event(a, 1, { other: true }), event(a, 3), event(b, 1));
    const projector = run(counting);
    await eventually(async () => {
      expect(await halts()).toEqual([{ halt_code: 'HISTORY_FORKED', partition: event(a, 1).slot }]);
      expect(await rows()).toEqual({ [a]: [1, 2], [b]: [1] });
    });
    expect(projector.isFlowing()).toBe(false);
  });

  test('stops before a gap with an alarm and goes on when the missing event is sent', async () => {
    const [a, b] = apart();
    await send(event(a, 1), event(a, 3), event(b, 1));
    const projector = run(counting);
    await eventually(async () => {
      expect(await halts()).toEqual([{ halt_code: 'SEQUENCE_GAP', partition: event(a, 1).slot }]);
      expect(await rows()).toEqual({ [a]: [1], [b]: [1] });
    });
    await send(event(a, 4), event(a, 2));
    await eventually(async () => {
      expect(await rows()).toEqual({ [a]: [1, 2, 3, 4], [b]: [1] });
      expect(await halts()).toEqual([]);
      expect(projector.isFlowing()).toBe(true);
    });
  });

  test('does not skip what the log lost before it was read', async () => {
    const { slot } = event('a', 1);
    await send(event('a', 1));
    const first = run(counting);
    await eventually(async () => expect(await rows()).toEqual({ a: [1] }));
    await first.stop();
    await send(event('a', 2), event('a', 3));
    await world.admin.fetchTopicOffsets(topic); // makes the client find the partitions' leaders
    await world.admin.deleteTopicRecords({ topic, partitions: [{ partition: slot, offset: '2' }] });
    await send(event('b', 1));
    run(counting);
    await eventually(async () => {
      expect(await halts()).toEqual([{ halt_code: 'LOG_TRUNCATED', partition: slot }]);
    });
    expect((await rows()).a).toEqual([1]);
  });

  test('says how far behind it is', async () => {
    await send(event('a', 1), event('a', 2));
    run(counting);
    await eventually(async () => {
      const text =
        'select sum(log_end)::int as ends, sum(next_offset)::int as next from checkpoints';
      expect(await store.ask(text, [])).toEqual([{ ends: 2, next: 2 }]);
    });
  });
});

describe('a dead letter', () => {
  const failing = new Set(['payment/a:3']);
  const buggy = countingProjection('counting', failing);
  const sound = countingProjection('sound');
  const history = [1, 2, 3, 4, 5].flatMap((seq) => [event('a', seq), event('b', seq)]);

  test('parks its aggregate, others flow, and redriven in order nothing is different from a run without it', async () => {
    const letters = await world.createTopic('dead-letter');
    await store.migrate([sound]);
    const copier = startDeadLetterCopier({
      ...{ store, writer: world.logAs('projector').writer, topic: letters, log: silentLog },
    });
    await send(...history);
    run(buggy, { onDeadLetters: () => copier.wake() });
    run(sound);
    await eventually(async () => {
      expect(await rows()).toEqual({ a: [1, 2], b: [1, 2, 3, 4, 5] });
      expect(await rows('sound')).toEqual({ a: [1, 2, 3, 4, 5], b: [1, 2, 3, 4, 5] });
    });
    const waiting = await store.deadLetters({ projection: 'counting', limitMax: 10 });
    expect(waiting.map(({ seq, reason }) => [seq, reason])).toEqual([
      [3, 'FOLD_FAILED'],
      [4, 'BEHIND_DEAD_LETTER'],
      [5, 'BEHIND_DEAD_LETTER'],
    ]);
    await eventually(async () => {
      const copies = await world.records(letters);
      expect(copies.map(({ key, headers }) => [key, headers.dl_reason])).toEqual(
        waiting.map(({ aggregateId, reason }) => [aggregateId, reason]),
      );
    });
    await copier.stop();

    const again = (dryRun = false) =>
      redrive({
        ...{ store, projection: buggy, schemas: anySchemas, aggregateId: 'payment/a', dryRun },
        act: anAct({ letterId: waiting[0]?.id ?? '' }),
      });
    expect(await again()).toMatchObject({
      report: { applied: 0, left: 3, stopped: { reason: 'FOLD_FAILED' } },
    });
    failing.clear();
    expect(await again(true)).toMatchObject({
      report: { applied: 3, changes: [{ before: { count: 2 }, after: { count: 5 } }] },
    });
    expect((await rows()).a).toEqual([1, 2]);
    expect(await again()).toMatchObject({ report: { applied: 3, settled: 3, left: 0 } });
    await send(event('a', 6));
    await eventually(async () => {
      expect(await rows()).toEqual({ ...(await rows('sound')) });
      expect((await rows()).a).toEqual([1, 2, 3, 4, 5, 6]);
    });
    expect(await store.deadLetters({ limitMax: 10 })).toEqual([]);
  });

  test('a message that is no event parks the aggregate of its key until a readable repeat replaces it', async () => {
    const { writer } = world.logAs('payments');
    const { slot } = event('a', 1);
    await send(event('a', 1));
    await writer.append(topic, slot, [{ key: 'payment/a', value: '\u0000', headers: {} }], 10_000);
    await send(event('a', 3));
    run(countingProjection('counting'));
    await eventually(async () => {
      expect(await store.deadLetters({ limitMax: 10 })).toMatchObject([
        { reason: 'ENVELOPE_INVALID', seq: 2 },
        { reason: 'BEHIND_DEAD_LETTER', seq: 3 },
      ]);
    });
    await send(event('a', 2));
    await eventually(async () => {
      expect(await store.deadLetters({ limitMax: 10 })).toHaveLength(3);
      const counts = await store.deadLetterCounts();
      expect(counts.reduce((total, { count }) => total + count, 0)).toBe(3);
    });
    const projection = countingProjection('counting');
    const done = await redrive({
      ...{ store, projection, schemas: anySchemas, aggregateId: 'payment/a' },
      act: anAct(),
    });
    expect(done).toMatchObject({ report: { applied: 2, settled: 3 } });
    expect(await rows()).toEqual({ a: [1, 2, 3] });
  });
});

/** Two aggregates of different partitions. */
function apart(): readonly [string, string] {
  const other = ['b', 'c', 'd', 'e', 'f', 'g'].find(
    (name) => event(name, 1).slot !== event('a', 1).slot,
  );
  return ['a', String(other)];
}
