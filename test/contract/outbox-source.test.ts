import { slotOf } from '../../platform/outbox/hash';
import type { ServiceStore, StoredEvent } from '../../platform/outbox/ports';
import type { StepRecord } from '../../platform/participant/fence-table';
import type { StepParticipant } from '../../platform/participant/handle';
import { boxParticipant, boxPartitions, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { eventually } from '../support/eventually';
import { freshInstance, storeCases } from '../support/stores';

const idsOf = (events: readonly StoredEvent[]) => events.map((it) => `${it.aggregateId}:${it.seq}`);

const withoutEffect = ({ effect: _effect, ...record }: StepRecord) => record;

describe.each(storeCases)('the outbox of $name', ({ name, open }) => {
  let store: ServiceStore<Box>;
  let participant: StepParticipant;
  let instance: string;
  let sagas = 0;

  beforeEach(async () => {
    instance = freshInstance();
    store = open(instance);
    await store.migrate();
    participant = boxParticipant(store);
  });
  afterEach(() => store.close());

  /** One command that records one event per mention of a box. */
  const put = async (...boxIds: string[]) => {
    sagas += 1;
    await participant.handle(stepOf(`saga-${sagas}`, boxIds).forward(0));
  };
  const pendingEverywhere = async (limitMax = 100) => {
    const slots = Array.from({ length: boxPartitions }, (_, slot) => slot);
    return (await Promise.all(slots.map((slot) => store.pending(slot, limitMax)))).flat();
  };

  test('it offers a slot its own events, each aggregate in the order of its history', async () => {
    for (let round = 0; round < 3; round += 1) await put('red', 'green', 'blue', 'black');
    for (let slot = 0; slot < boxPartitions; slot += 1) {
      const events = await store.pending(slot, 100);
      expect(events.every((event) => event.slot === slot)).toBe(true);
      const mine = ['red', 'green', 'blue', 'black'].filter((id) => slotOf(id, 3) === slot);
      for (const id of mine) {
        const seqs = events.filter((event) => event.aggregateId === id).map((event) => event.seq);
        expect(seqs).toEqual([1, 2, 3]);
      }
      expect(events).toHaveLength(mine.length * 3);
    }
  });

  test('an event carries where it came from, and comes back exactly as it was stamped', async () => {
    const [message] = [stepOf('saga-x', ['red']).forward(7)];
    await boxParticipant(store, { trace: () => '00-trace-01' }).handle(message);
    const [event] = await pendingEverywhere();
    expect(event).toEqual({
      aggregateId: 'red',
      seq: 1,
      type: 'box.put',
      schema: '1.0',
      time: expect.stringMatching(/^2030-01-01T00:00:00\.\d{3}Z$/) as string,
      data: { coins: 5 },
      slot: slotOf('red', boxPartitions),
      sagaId: 'saga-x',
      step: 'put coins',
      epoch: 7,
      direction: 'forward',
      correlationId: 'saga-x',
      causationId: 'saga-x:put coins:7:forward',
      traceparent: '00-trace-01',
      commitId: 'red:1',
      stepImage: {
        key: { sagaId: 'saga-x', step: 'put coins' },
        record: withoutEffect(
          (await store.readStepRecord({ sagaId: 'saga-x', step: 'put coins' }))!,
        ),
        effect: [['red', 1]],
        events: [['red', 1]],
      },
      contentHash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
    });
  });

  test('an event is offered again until it is marked, and marks may be repeated in any order', async () => {
    await put('red');
    await put('red');
    const [first, second] = await pendingEverywhere();
    expect(idsOf(await pendingEverywhere())).toEqual(['red:1', 'red:2']);
    await store.markPublished([first!]);
    await store.markPublished([first!]);
    expect(idsOf(await pendingEverywhere())).toEqual(['red:2']);
    await store.markPublished([second!, first!]);
    await store.markPublished([]);
    expect(await pendingEverywhere()).toEqual([]);
  });

  test('a mark of an event nobody wrote changes nothing', async () => {
    await put('red');
    const [event] = await pendingEverywhere();
    await store.markPublished([{ ...event!, seq: 9 }]);
    await store.markPublished([{ ...event!, aggregateId: 'nowhere' }]);
    expect(idsOf(await pendingEverywhere())).toEqual(['red:1']);
    expect(await store.history({ limitMax: 10 })).toHaveLength(1);
  });

  test('of several events of one command, those not marked are offered again', async () => {
    await put('red', 'red', 'red');
    const events = await pendingEverywhere();
    expect(idsOf(events)).toEqual(['red:1', 'red:2', 'red:3']);
    await store.markPublished(events.slice(0, 1));
    expect(idsOf(await pendingEverywhere())).toEqual(['red:2', 'red:3']);
    expect((await store.depth()).pending).toBe(2);
    await store.markPublished(events.slice(1, 2));
    await store.markPublished(events.slice(2, 3));
    expect(await pendingEverywhere()).toEqual([]);
    expect((await store.depth()).pending).toBe(0);
  });

  test('what lies behind a hole waits until the hole is marked', async () => {
    for (let round = 0; round < 3; round += 1) await put('red');
    const events = await pendingEverywhere();
    await store.markPublished([events[1]!]);
    expect(idsOf(await pendingEverywhere())).toEqual(['red:1']);
    await store.markPublished([events[0]!]);
    expect(idsOf(await pendingEverywhere())).toEqual(['red:3']);
  });

  test('a backlog drains in small batches without skipping or reordering any aggregate', async () => {
    const boxIds = ['red', 'green', 'blue'];
    for (let round = 0; round < 5; round += 1) await put(...boxIds);
    const seen: StoredEvent[] = [];
    for (let rounds = 0; rounds < 60; rounds += 1) {
      for (let slot = 0; slot < boxPartitions; slot += 1) {
        const batch = await store.pending(slot, 2);
        expect(batch.length).toBeLessThanOrEqual(2);
        await store.markPublished(batch);
        seen.push(...batch);
      }
      if (seen.length === 15) break;
    }
    for (const id of boxIds) {
      const seqs = seen.filter((event) => event.aggregateId === id).map((event) => event.seq);
      expect(seqs).toEqual([1, 2, 3, 4, 5]);
    }
  });

  test('an aggregate with a long backlog does not keep the others waiting', async () => {
    const others = ['a', 'b', 'c', 'd', 'e', 'f'].filter(
      (id) => slotOf(id, 3) === slotOf('red', 3),
    );
    for (const id of others) await put(id);
    for (let round = 0; round < 12; round += 1) await put('red');
    const batch = await store.pending(slotOf('red', 3), others.length + 2);
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(batch.map((event) => event.aggregateId))).toEqual(new Set([...others, 'red']));
  });

  test('its depth is the number of waiting events and the age of the oldest', async () => {
    expect(await store.depth()).toEqual({ pending: 0, oldestAgeMs: 0 });
    await put('red', 'green');
    const { pending, oldestAgeMs } = await store.depth();
    expect(pending).toBe(2);
    expect(oldestAgeMs).toBeGreaterThanOrEqual(0);
    expect(oldestAgeMs).toBeLessThan(60_000);
  });

  test('the history keeps every event for good and can be paged through from anywhere', async () => {
    await put('red', 'green');
    await put('green', 'blue', 'green');
    await store.markPublished((await pendingEverywhere()).filter((it) => it.aggregateId === 'red'));
    const all = await store.history({ limitMax: 100 });
    const ids = ['blue:1', 'green:1', 'green:2', 'green:3', 'red:1'];
    expect(idsOf(all)).toEqual(ids);
    expect(all.map((event) => event.published)).toEqual([false, false, false, false, true]);
    for (let from = 0; from < ids.length; from += 1) {
      const after = { aggregateId: all[from]!.aggregateId, seq: all[from]!.seq };
      expect(idsOf(await store.history({ after, limitMax: 100 }))).toEqual(ids.slice(from + 1));
      expect(idsOf(await store.history({ after, limitMax: 2 }))).toEqual(
        ids.slice(from + 1, from + 3),
      );
    }
    const beforeBlue = { aggregateId: 'b', seq: 4 };
    expect(idsOf(await store.history({ after: beforeBlue, limitMax: 1 }))).toEqual(['blue:1']);
  });

  test('of those who race for a lease one gets it, and it is taken over only at the version seen', async () => {
    expect(await store.readLease(1)).toBeUndefined();
    const challengers = ['a', 'b', 'c', 'd'].map((owner) => ({ slot: 1, owner, version: 1 }));
    const firsts = await Promise.all(challengers.map((lease) => store.writeLease(lease, 0)));
    expect(firsts.filter(Boolean)).toHaveLength(1);
    const held = await store.readLease(1);
    expect(held).toEqual(challengers[firsts.indexOf(true)]);
    expect(await store.writeLease({ slot: 1, owner: 'late', version: 1 }, 0)).toBe(false);
    expect(await store.writeLease({ ...held!, version: 2 }, 1)).toBe(true);
    expect(await store.writeLease({ slot: 1, owner: 'thief', version: 2 }, 1)).toBe(false);
    const thieves = ['x', 'y', 'z'].map((owner) => ({ slot: 1, owner, version: 3 }));
    const steals = await Promise.all(thieves.map((lease) => store.writeLease(lease, 2)));
    expect(steals.filter(Boolean)).toHaveLength(1);
    expect(await store.readLease(1)).toEqual(thieves[steals.indexOf(true)]);
    expect(await store.readLease(2)).toBeUndefined();
  });

  test('a commit wakes who subscribed, and nobody who stopped', async () => {
    let wakes = 0;
    const stop = store.subscribe(() => (wakes += 1));
    await put('red');
    await eventually(() => expect(wakes).toBeGreaterThan(0));
    stop();
    stop();
  });

  if (name === 'postgres' || name === 'mongodb') {
    test('a commit of another process wakes who subscribed', async () => {
      const other = open(instance);
      let wakes = 0;
      const stop = other.subscribe(() => (wakes += 1));
      await eventually(() => expect(wakes).toBeGreaterThan(0));
      // The listener says "now I listen" once; what comes after it is somebody else's commit.
      const wakesBefore = wakes;
      await eventually(async () => {
        await put('red');
        expect(wakes).toBeGreaterThan(wakesBefore);
      });
      stop();
      await other.close();
    });
  }

  test('migrations that run at the same time and again do no harm', async () => {
    await put('red');
    const others = [open(instance), open(instance)];
    if (name !== 'memory') await Promise.all([...others, store].map((each) => each.migrate()));
    await Promise.all(others.map((each) => each.close()));
    expect(idsOf(await pendingEverywhere())).toEqual(['red:1']);
  });
});
