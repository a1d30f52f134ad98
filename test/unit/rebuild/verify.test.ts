import { contentHashOf } from '../../../platform/outbox/stamp';
import { createMemoryStore } from '../../../platform/outbox/memory/store';
import type { Aggregate, StoredEvent } from '../../../platform/outbox/ports';
import type { RebuildOptions } from '../../../platform/rebuild/options';
import { verifyRebuild } from '../../../platform/rebuild/verify';
import { boxParticipant, boxService, stepOf } from '../../support/box-service';
import type { Box } from '../../support/box-service';
import { anySchemas } from '../../support/counting';
import { memoryLog } from '../../support/memory-log';
import { wholeHistory } from '../../support/box-audit';

let sagas = 0;
/** A service of boxes with its log; `change` is what somebody did to a row by hand. */
function aWorld() {
  const store = createMemoryStore<Box>();
  const participant = boxParticipant(store);
  const log = memoryLog('boxes');
  const edits = new Map<string, (row: Aggregate<Box>) => Aggregate<Box> | undefined>();
  const edited = (row: Aggregate<Box> | undefined) =>
    row && (edits.get(row.id) ?? ((same) => same))(row);
  const seen = {
    history: store.history.bind(store),
    readAggregate: async (id: string) => edited(await store.readAggregate(id)),
    listAggregates: async (page: Parameters<typeof store.listAggregates>[0]) =>
      (await store.listAggregates(page)).flatMap((row) => edited(row) ?? []),
  };
  return {
    ...{ store, log, edits, seen },
    async put(boxIds: readonly string[], coins = 5) {
      await participant.handle(stepOf(`saga-${(sagas += 1)}`, boxIds).forward(0, { coins }));
    },
    relay: () => log.relay(store),
    verify: (told: Partial<RebuildOptions> = {}) =>
      verifyRebuild({
        ...{ service: 'boxes', topic: log.topic, groupPrefix: 'projector-test' },
        ...{ store: seen, eventLog: log.eventLog, schemas: anySchemas, waitMs: 5_000 },
        evolve: (state, event) => boxService.evolve(state as Box | undefined, event),
        ...told,
      }),
  };
}

async function aFilledWorld() {
  const world = aWorld();
  await world.put(['a', 'b', 'c']);
  await world.put(['b'], 7);
  await world.put(['b', 'd'], 1);
  await world.relay();
  return world;
}

const briefly = ({ findings }: Awaited<ReturnType<typeof verifyRebuild>>) =>
  findings.map(({ aggregateId, code, seq }) => `${aggregateId} ${code} ${seq}`);

test('a database that equals its log is found equal, repeats and all', async () => {
  const world = await aFilledWorld();
  world.log.send(...(await wholeHistory(world.store)).slice(0, 3));
  expect(await world.verify()).toMatchObject({
    ...{ verdict: 'equal', aggregates: 4, events: 6, repeats: 3, passes: 1, findings: [] },
  });
});

test('one changed field is named, with the event that gave it its value', async () => {
  const world = await aFilledWorld();
  world.edits.set('b', (row) => ({ ...row, state: { ...row.state, coins: 14 } }));
  expect(await world.verify()).toMatchObject({
    ...{ verdict: 'differs', counts: { STATE_DIFFERS: 1 } },
    findings: [
      {
        ...{ aggregateId: 'b', code: 'STATE_DIFFERS', seq: 3, type: 'box.put' },
        field: { pointer: '/coins', expected: '13', actual: '14', members: 1 },
      },
    ],
  });
  world.edits.set('b', (row) => ({ ...row, state: { ...row.state, locked: true } }));
  expect((await world.verify()).findings).toMatchObject([
    { aggregateId: 'b', seq: 1, field: { pointer: '/locked', expected: 'false', actual: 'true' } },
  ]);
});

test('a row that is not there, one that nobody recorded, and one of yesterday each have their code', async () => {
  const world = await aFilledWorld();
  world.edits.set('a', () => undefined);
  world.edits.set('b', (row) => ({ ...row, seq: 1, state: { ...row.state, coins: 5, puts: 1 } }));
  const forged = { id: 'f', seq: 1, state: { coins: 0, puts: 0, takes: 0, locked: false } };
  const store = {
    ...world.seen,
    listAggregates: async (page: Parameters<typeof world.store.listAggregates>[0]) =>
      page.afterId === 'f' ? [] : [...(await world.seen.listAggregates(page)), forged],
  };
  const report = await world.verify({ store });
  expect(briefly(report)).toEqual(['a NOT_IN_DATABASE 1', 'b DATABASE_BEHIND 2', 'f NOT_IN_LOG 1']);
  expect(report.aggregates).toBe(5);
});

describe('beside a service that writes on', () => {
  test('what it writes at any moment is no difference', async () => {
    const world = await aFilledWorld();
    const write = async () => {
      await world.put(['a', 'b', `new-${sagas}`], 3);
      await world.relay();
    };
    const seen: typeof world.seen = {
      history: async (...told) => (await write(), world.seen.history(...told)),
      readAggregate: async (id) => (await write(), world.seen.readAggregate(id)),
      listAggregates: async (page) => {
        await write();
        const found = await world.seen.listAggregates(page);
        await write();
        return found;
      },
    };
    const eventLog: typeof world.log.eventLog = {
      ...world.log.eventLog,
      marks: async (topic) => {
        await write();
        const found = await world.log.eventLog.marks(topic);
        await write();
        return found;
      },
    };
    const report = await world.verify({ store: seen, eventLog, aggregatesAtOnce: 3 });
    expect(briefly(report)).toEqual([]);
    expect(report).toMatchObject({ verdict: 'equal' });
    expect(report.passes).toBeGreaterThan(1);
  });

  test('a database that is ahead of the log is waited for', async () => {
    const world = await aFilledWorld();
    await world.put(['b', 'late']);
    let looks = 0;
    const eventLog: typeof world.log.eventLog = {
      ...world.log.eventLog,
      marks: async (topic) => {
        looks += 1;
        if (looks === 4) await world.relay();
        return world.log.eventLog.marks(topic);
      },
    };
    expect(await world.verify({ eventLog })).toMatchObject({ verdict: 'equal', aggregates: 5 });
    expect(looks).toBeGreaterThanOrEqual(4);
  });

  test('what is sent while the outbox is asked for it is not lost', async () => {
    const world = await aFilledWorld();
    await world.put(['b', 'late']);
    const seen: typeof world.seen = {
      ...world.seen,
      history: async (...told) => (await world.relay(), world.seen.history(...told)),
    };
    expect(await world.verify({ store: seen })).toMatchObject({ verdict: 'equal', aggregates: 5 });
  });

  test('and for so long that nothing comes any more it is not decided', async () => {
    const world = await aFilledWorld();
    await world.put(['b']);
    const report = await world.verify({ waitMs: 1 });
    expect(briefly(report)).toEqual(['b LOG_BEHIND 4']);
    expect(report.verdict).toBe('undecided');
  });

  test('an index that lags hides nothing and accuses nobody', async () => {
    const world = await aFilledWorld();
    const store = {
      ...world.seen,
      listAggregates: async (page: Parameters<typeof world.store.listAggregates>[0]) =>
        (await world.seen.listAggregates(page)).filter(({ id }) => id !== 'b'),
    };
    expect(await world.verify({ store })).toMatchObject({
      ...{ verdict: 'equal', aggregates: 4, events: 6, passes: 2 },
    });
    world.edits.set('b', (row) => ({ ...row, state: { ...row.state, takes: 1 } }));
    expect(briefly(await world.verify({ store }))).toEqual(['b STATE_DIFFERS 1']);
  });
});

describe('a log that is not whole', () => {
  const forgedOf = (event: StoredEvent): StoredEvent => {
    const other = { ...event, data: { coins: 99 } };
    return { ...other, contentHash: contentHashOf(other) };
  };

  test('an event that was sent and is not there is lost, and nobody waits for it', async () => {
    const world = await aFilledWorld();
    await world.put(['b', 'x']);
    for (const slot of [0, 1, 2]) {
      await world.store.markPublished(await world.store.pending(slot, 10));
    }
    const report = await world.verify({ waitMs: 60_000 });
    expect(briefly(report)).toEqual(['b EVENT_NOT_IN_LOG 4', 'x NOT_IN_LOG 1']);
    expect(report.tookMs).toBeLessThan(10_000);
  });

  test('a row that counts more events than there are is not waited for either', async () => {
    const world = await aFilledWorld();
    world.edits.set('b', (row) => ({ ...row, seq: 9 }));
    const report = await world.verify({ waitMs: 60_000 });
    expect(briefly(report)).toEqual(['b SEQ_WITHOUT_EVENT 4']);
  });

  test('two contents of one number fork the history, in the log or between log and table', async () => {
    const world = await aFilledWorld();
    const events = await wholeHistory(world.store);
    const second = events.find(({ aggregateId, seq }) => aggregateId === 'b' && seq === 2)!;
    world.log.send(forgedOf(second));
    expect(briefly(await world.verify())).toEqual(['b HISTORY_FORKED 2']);

    const other = aWorld();
    const [first] = events;
    other.log.send(forgedOf(first!));
    await other.put(['a']);
    expect((await other.verify()).findings).toMatchObject([
      { aggregateId: 'a', code: 'HISTORY_FORKED', seq: 1, field: { pointer: '/coins' } },
    ]);
  });

  test('a record that is no event of ours, or was changed, is told by its aggregate', async () => {
    const world = await aFilledWorld();
    world.log.append(0, { key: 'a', value: '{}', headers: {} });
    world.log.append(0, { key: 'stray', value: '{}', headers: {} });
    world.log.append(0, { key: '', value: '{}', headers: {} });
    const { findings } = await world.verify();
    expect(findings).toMatchObject([
      { aggregateId: '', code: 'ENVELOPE_INVALID' },
      {
        aggregateId: 'a',
        code: 'ENVELOPE_INVALID',
        detail: expect.stringMatching(/partition 0/) as string,
      },
      { aggregateId: 'stray', code: 'ENVELOPE_INVALID' },
    ]);
  });

  test('a payload is read by its schema, as every reader does', async () => {
    const world = await aFilledWorld();
    const saying = (verdict: 'invalid' | 'unknown-version') => ({
      schemas: { read: () => ({ verdict, detail: '/coins is missing' }) },
    });
    expect(await world.verify(saying('invalid'))).toMatchObject({
      ...{ verdict: 'differs', counts: { SCHEMA_INVALID: 4 } },
    });
    expect(await world.verify(saying('unknown-version'))).toMatchObject({
      ...{ verdict: 'undecided', counts: { SCHEMA_VERSION_UNKNOWN: 4 } },
    });
  });

  test('a log that has forgotten its beginning decides nothing', async () => {
    const world = await aFilledWorld();
    [0, 1, 2].forEach((partition) => world.log.forget(partition, 1_000n));
    const report = await world.verify();
    expect(report.counts).toEqual({ LOG_TRUNCATED: 4 });
    expect(report.verdict).toBe('undecided');
  });
});

test('a few aggregates at a time find what all at once find, and the first are told', async () => {
  const world = aWorld();
  const ids = Array.from({ length: 600 }, (_, index) => `box-${String(index).padStart(4, '0')}`);
  for (let from = 0; from < ids.length; from += 100) await world.put(ids.slice(from, from + 100));
  await world.relay();
  for (const id of ids.slice(90)) {
    world.edits.set(id, (row) => ({ ...row, state: { ...row.state, coins: 0 } }));
  }
  const once = await world.verify({ findingsMax: 3 });
  const often = await world.verify({ findingsMax: 3, aggregatesAtOnce: 1 });
  expect(briefly(once)).toEqual([90, 91, 92].map((each) => `box-00${each} STATE_DIFFERS 1`));
  expect(often.findings).toEqual(once.findings);
  expect([once.counts, often.counts]).toEqual([{ STATE_DIFFERS: 510 }, { STATE_DIFFERS: 510 }]);
  expect([once.passes, often.passes]).toEqual([1, 3]);
});

test('one aggregate alone is compared alone, and one that nobody knows is an error', async () => {
  const world = await aFilledWorld();
  world.edits.set('a', () => undefined);
  expect(await world.verify({ aggregateId: 'b' })).toMatchObject({
    ...{ verdict: 'equal', aggregates: 1, events: 3 },
  });
  expect(briefly(await world.verify({ aggregateId: 'a' }))).toEqual(['a NOT_IN_DATABASE 1']);
  await expect(world.verify({ aggregateId: 'z' })).rejects.toMatchObject({
    code: 'AGGREGATE_UNKNOWN',
  });
});
