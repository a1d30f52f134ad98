import { auditLimits } from '../../../platform/audit/options';
import { openPace } from '../../../platform/audit/pass/pace';
import { contentHashOf } from '../../../platform/outbox/stamp';
import { auditedBoxes } from '../../support/audited-boxes';
import { wholeHistory } from '../../support/box-audit';

async function filled() {
  const world = auditedBoxes();
  await world.put(['left/x', 'right/x']);
  await world.put(['a', 'b'], 7);
  await world.put(['b'], 1);
  await world.relay();
  return world;
}

test('a service that equals its log is found clean, repeats and all', async () => {
  const world = await filled();
  world.log.send(...(await wholeHistory(world.store)).slice(0, 3));
  expect(await world.findings()).toEqual([]);
  const { services } = await world.auditor.pass();
  expect(services).toMatchObject([{ name: 'boxes', mark: { events: 5, repeats: 3 }, lag: 0 }]);
});

describe('what is injected is found with its ids', () => {
  test('a drop: an event that the table calls sent, and the log has not', async () => {
    const world = await filled();
    expect(await world.findings()).toEqual([]);
    await world.put(['a'], 2);
    const [dropped] = await world.store.pending(await slotOf(world, 'a'), 10);
    await world.store.markPublished([dropped!]);
    expect(await world.findings()).toEqual(['EVENT_NOT_IN_LOG a:2']);
    await world.put(['a'], 3);
    await world.relay();
    expect(await world.findings()).toEqual(['EVENT_NOT_IN_LOG a:2', 'SEQUENCE_GAP a:2']);
  });

  test('a duplicate with another content', async () => {
    const world = await filled();
    const [first] = await wholeHistory(world.store);
    const forged = { ...first!, data: { coins: 8 } };
    world.log.send({ ...forged, contentHash: contentHashOf(forged) });
    expect(await world.findings()).toEqual(['HISTORY_FORKED a:1']);
  });

  test('a swap of two events', async () => {
    const world = auditedBoxes();
    await world.put(['b'], 7);
    await world.put(['b'], 1);
    const [first, second] = await wholeHistory(world.store);
    world.log.send(second!, first!);
    await world.store.markPublished([first!, second!]);
    expect(await world.findings()).toEqual(['LOG_OUT_OF_ORDER b:1', 'SEQUENCE_GAP b:1']);
  });

  test('a wrong amount in a row, though nothing happened to it', async () => {
    const world = await filled();
    expect(await world.findings()).toEqual([]);
    world.changed.rows.set('b', (row) => ({ ...row, state: { ...row.state, coins: 9 } }));
    expect(await world.findings()).toEqual(['STATE_DIFFERS b']);
    const [finding] = await world.ledger.findings({ since: new Date(0), limitMax: 1 });
    expect(finding).toMatchObject({
      eventId: 'b:2',
      detail: expect.stringContaining('/coins') as string,
    });
  });

  test('a row that was deleted, and one of yesterday', async () => {
    const world = await filled();
    expect(await world.findings()).toEqual([]);
    world.changed.rows.set('a', () => undefined);
    world.changed.rows.set('b', (row) => ({ ...row, seq: 1 }));
    expect(await world.findings()).toEqual(['DATABASE_BEHIND b', 'NOT_IN_DATABASE a']);
  });

  test('a row of the events table that was changed, and one that was deleted', async () => {
    const world = await filled();
    expect(await world.findings()).toEqual([]);
    world.changed.events.set('a:1', (event) => ({ ...event, data: { coins: 1 } }));
    world.changed.events.set('b:1', (event) => {
      const forged = { ...event, data: { coins: 1 } };
      return { ...forged, contentHash: contentHashOf(forged) };
    });
    world.changed.events.set('left/x:1', () => undefined);
    expect(await world.findings(12)).toEqual(['HISTORY_FORKED b:1', 'TABLE_HASH_WRONG a:1']);
    world.changed.events.clear();
    world.changed.events.set('b:2', () => undefined);
    expect(await world.findings(12)).toContain('TABLE_NOT_CONTIGUOUS b:2');
  });

  test('an event that no table knows', async () => {
    const world = await filled();
    const [first] = await wholeHistory(world.store);
    const forged = { ...first!, aggregateId: 'forged' };
    world.log.send({ ...forged, contentHash: contentHashOf(forged) });
    expect(await world.findings()).toEqual([
      ...['EVENT_NOT_IN_TABLE forged:1', 'NOT_IN_DATABASE forged'],
    ]);
  });

  test('a transaction that leaves two aggregates uneven', async () => {
    const world = await filled();
    await world.put(['left/x'], 2);
    await world.relay();
    expect(await world.findings()).toEqual(['PAIRS_ARE_EVEN pair/x']);
  });

  test('an aggregate that breaks a rule of its own', async () => {
    const world = await filled();
    world.changed.rows.set('b', (row) => ({ ...row, state: { ...row.state, coins: -8 } }));
    expect(await world.findings()).toEqual(['COINS_NOT_NEGATIVE b', 'STATE_DIFFERS b']);
  });
});

describe('what merely takes its time is no violation', () => {
  test('an event that commits late, or waits for its relay', async () => {
    const world = await filled();
    await world.put(['a', 'left/x', 'right/x'], 2);
    expect(await world.findings(8)).toEqual([]);
    world.clock.ms += 60_000;
    expect(await world.findings(2)).toEqual([
      ...['EVENT_OVERDUE a:2', 'EVENT_OVERDUE left/x:2', 'EVENT_OVERDUE right/x:2'],
    ]);
  });

  test('a transaction of which the log shows a part', async () => {
    const world = auditedBoxes();
    await world.put(['left/x', 'right/x']);
    const [left, right] = await wholeHistory(world.store);
    world.log.send(left!);
    await world.store.markPublished([left!]);
    expect(await world.findings(8)).toEqual([]);
    world.log.send(right!);
    await world.store.markPublished([right!]);
    expect(await world.findings()).toEqual([]);
  });

  test('a step that was written, though nobody heard so', async () => {
    const world = auditedBoxes();
    await world.put(['left/x', 'right/x']);
    const [left, right] = await wholeHistory(world.store);
    await world.store.markPublished([left!, right!]);
    world.log.send(left!);
    const commit = world.ledger.commit.bind(world.ledger);
    world.ledger.commit = async (change) => {
      await commit(change);
      throw Object.assign(new Error('nobody heard'), { code: 'STORE_UNAVAILABLE' });
    };
    expect((await world.auditor.pass()).services).toMatchObject([
      { away: expect.stringContaining('heard') as string },
    ]);
    world.ledger.commit = commit;
    world.log.send(right!);
    expect(await world.findings(8)).toEqual([]);
  });

  test('a database that is away: the audit of it waits', async () => {
    const world = await filled();
    const pass = world.auditor.pass.bind(world.auditor);
    world.changed.rows.set('b', () => {
      throw Object.assign(new Error('nobody answers'), { code: 'STORE_UNAVAILABLE' });
    });
    expect((await pass()).services).toEqual([
      { name: 'boxes', away: 'STORE_UNAVAILABLE nobody answers' },
    ]);
    world.changed.rows.clear();
    expect(await world.findings()).toEqual([]);
  });
});

test('a log that has forgotten what was not read says so, and accuses nobody else', async () => {
  const world = await filled();
  const slot = await slotOf(world, 'b');
  world.log.forget(slot, 1n);
  expect(await world.findings()).toEqual([]);
  await world.put(['b'], 2);
  await world.put(['b', 'left/x', 'right/x'], 2);
  await world.relay();
  const marks = await world.log.eventLog.marks(world.log.topic);
  world.log.forget(slot, marks[slot]!.high);
  expect(await world.findings(8)).toEqual([`LOG_TRUNCATED ${world.log.topic}/${slot}`]);
  world.changed.rows.set('b', (row) => ({ ...row, state: { ...row.state, coins: 1 } }));
  expect(await world.findings()).toContain('STATE_DIFFERS b');
});

test('a pass costs what is new, not what there is', async () => {
  const world = await filled();
  const readsOfAPass = async () => {
    await world.findings(6);
    const before = world.clock.reads;
    await world.auditor.pass();
    return world.clock.reads - before;
  };
  const idle = await readsOfAPass();
  for (let box = 0; box < 200; box += 1) await world.put([`more-${box}`]);
  await world.relay();
  expect(await readsOfAPass()).toBeLessThanOrEqual(idle + 1);
  await world.put(['one-more']);
  await world.relay();
  const before = world.clock.reads;
  await world.auditor.pass();
  expect(world.clock.reads - before).toBeLessThanOrEqual(idle + 4);
});

async function slotOf(world: ReturnType<typeof auditedBoxes>, id: string): Promise<number> {
  const [event] = await world.store.history({ after: { aggregateId: id, seq: 0 }, limitMax: 1 });
  return event!.slot;
}

test('at its pace, what nothing happened to is looked at once a round, however fast steps follow', async () => {
  const world = auditedBoxes({ isPaced: true });
  await world.put(['a', 'b'], 7);
  await world.relay();
  const told = async (afterMs: number): Promise<readonly string[]> => {
    world.clock.ms += afterMs;
    return (await world.auditor.pass()).found.map(({ code, subject }) => `${code} ${subject}`);
  };
  const { aggregates } = auditLimits;
  await told(0);
  // The last page of a round has nothing on it.
  await told(aggregates.pageMs);
  world.changed.rows.set('b', (row) => ({ ...row, state: { ...row.state, coins: 9 } }));
  for (let step = 0; step < 8; step += 1) expect(await told(aggregates.pageMs)).toEqual([]);
  expect(await told(aggregates.pageMs)).toEqual(['STATE_DIFFERS b']);
});

test('a page that could not be looked at is due again at once', () => {
  const pace = openPace(() => 100, { pageMs: 500, roundMs: 5_000 });
  expect([pace.isDue(true), pace.isDue(true)]).toEqual([true, true]);
  pace.took(true);
  expect([pace.isDue(true), pace.isDue(false)]).toEqual([false, false]);
});
