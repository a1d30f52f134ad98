import { spawn } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { decodeEvent, eventId } from '../../platform/event-log/envelope';
import type { LogRecord, LogWriter } from '../../platform/event-log/ports';
import { startProjector } from '../../platform/event-log/projector';
import { startRelay } from '../../platform/event-log/relay';
import type { Relay, RelayOptions } from '../../platform/event-log/relay';
import { readLog, auditTable } from '../../platform/event-log/audit';
import { openPostgresStore } from '../../platform/outbox/postgres/store';
import type { ServiceStore, StoredEvent } from '../../platform/outbox/ports';
import { postgresOptions } from '../../platform/runtime/connections';
import { projectRoot } from '../../platform/runtime/paths';
import { silentLog } from '../../platform/runtime/log';
import { anySchemas, countingProjection } from '../support/counting';
import type { CountingRow } from '../support/counting';
import { anEvent, doneStep } from '../support/events';
import { eventually } from '../support/eventually';
import { memoryOutbox } from '../support/memory-outbox';
import { openKeyStoreWorld } from '../support/key-store';
import { openLogWorld } from '../support/log-world';
import type { LogWorld } from '../support/log-world';
import { openedRows } from '../support/read-rows';
import { boxSealing } from '../support/stores';
import { configFor, environmentFor } from '../support/world';

let world: LogWorld;
let topic: string;
/** Where the key store of a relay process is; without one the log is as the relay in here writes it. */
let keysUrl: string | undefined;
const relays: Relay[] = [];

beforeEach(async () => {
  keysUrl = undefined;
  world = await openLogWorld({ keysUrl: () => keysUrl });
  topic = await world.createTopic('payments');
});
afterEach(async () => {
  await Promise.all(relays.splice(0).map((relay) => relay.stop()));
  await world.close();
});

function relayOf(source: RelayOptions['source'], told: Partial<RelayOptions> = {}): Relay {
  const relay = startRelay({
    ...{ service: 'payments', source, topic, partitions: 3, owner: 'one', log: silentLog },
    writer: told.writer ?? world.logAs('payments').writer,
    ...told,
  });
  relays.push(relay);
  return relay;
}

function histories(names: readonly string[], count: number): StoredEvent[] {
  return Array.from({ length: count }, (_, index) =>
    names.map((name) => anEvent({ aggregateId: `payment/${name}`, seq: index + 1 })),
  ).flat();
}

const idOf = (record: LogRecord) => eventId(decodeEvent(record));

/** First occurrences of every aggregate must be 1, 2, 3 …; answers how often each id is there. */
function countInOrder(records: readonly LogRecord[]): Map<string, number> {
  const counts = new Map<string, number>();
  const last = new Map<string, number>();
  for (const record of records) {
    const { aggregateId, seq } = decodeEvent(record);
    const id = idOf(record);
    if (!counts.has(id))
      expect([aggregateId, seq]).toEqual([aggregateId, (last.get(aggregateId) ?? 0) + 1]);
    counts.set(id, (counts.get(id) ?? 0) + 1);
    last.set(aggregateId, Math.max(seq, last.get(aggregateId) ?? 0));
  }
  return counts;
}

/** A service's store in PostgreSQL that already holds these events. */
async function storeWith(
  events: readonly StoredEvent[],
  sealing = boxSealing,
): Promise<ServiceStore<object>> {
  const pool = postgresOptions(configFor('payments'), 'payments');
  const store = openPostgresStore<object>({ pool, instance: world.instance, ...sealing });
  await store.migrate();
  for (const aggregateId of new Set(events.map((event) => event.aggregateId))) {
    const own = events.filter((event) => event.aggregateId === aggregateId);
    const key = { sagaId: `saga-${aggregateId}`, step: 'fill' };
    const change = { id: aggregateId, expectedSeq: 0, state: {}, events: own };
    await store.transact(key, async () => ({
      answer: undefined,
      commit: { stepRecord: { ...key, ...doneStep }, aggregates: [change] },
    }));
  }
  return store;
}

describe('a relay between PostgreSQL and Kafka', () => {
  test('brings every event into the log once, in order, and table and log agree', async () => {
    const store = await storeWith(histories(['a', 'b', 'c', 'd', 'e', 'f'], 20));
    relayOf(store);
    await eventually(async () => expect((await store.depth()).pending).toBe(0));
    const counts = countInOrder(await world.records(topic));
    expect(counts.size).toBe(120);
    expect([...counts.values()].every((count) => count === 1)).toBe(true);
    const reading = { eventLog: world.logAs('projector'), topic, timeoutMs: 20_000 };
    const content = await readLog({
      ...reading,
      service: 'payments',
      groupPrefix: 'projector-test',
    });
    expect(content.violations).toEqual([]);
    expect(await auditTable('payments', store, content)).toEqual({ events: 120, violations: [] });
    await store.close();
  });

  test('killed between send and mark it repeats under the same id and hash, and each counts once', async () => {
    const keyStore = await openKeyStoreWorld();
    keysUrl = keyStore.url();
    const keys = await keyStore.keysOf('payments', 'store.payments');
    const vault = keys.vault('store.payments');
    const store = await storeWith(histories(['a', 'b'], 5), { service: 'payments', vault });
    const { slot } = histories(['a'], 1)[0]!;
    const die = {
      HOLDFAST_CRASH_POINTS: 'relay.published-not-marked:payments=1',
      HOLDFAST_KEYS_URL: keysUrl,
    };
    expect(await runRelayProcess(die)).toBe('SIGKILL');
    const sentByDead = (await world.records(topic)).filter(({ partition }) => partition === slot);
    expect((await store.depth()).pending).toBeGreaterThan(0);
    relayOf(store, { limits: { leaseMs: 1_000 }, owner: 'successor' });
    await eventually(async () => expect((await store.depth()).pending).toBe(0));
    const records = await world.records(topic);
    const counts = countInOrder(records);
    expect(counts.size).toBe(10);
    expect(records.length).toBeGreaterThan(10);
    for (const dead of sentByDead) {
      const again = records.filter((record) => idOf(record) === idOf(dead));
      expect(new Set(again.map(({ headers }) => headers.ce_contenthash)).size).toBe(1);
    }
    await expectProjected(2, 5);
    await Promise.all([store.close(), keys.close(), keyStore.close()]);
  });

  function runRelayProcess(env: Record<string, string>): Promise<NodeJS.Signals | null> {
    const entry = path.join(projectRoot, 'dist', 'workers', 'relay.js');
    const child = spawn(process.execPath, [entry, 'payments'], {
      env: { ...environmentFor('payments'), HOLDFAST_INSTANCE: world.instance, ...env },
      stdio: 'ignore',
    });
    return once(child, 'exit').then(([, signal]) => signal as NodeJS.Signals | null);
  }

  async function expectProjected(aggregates: number, count: number): Promise<void> {
    const store = world.openStore();
    const projection = countingProjection('counting');
    await store.migrate([projection]);
    const projector = startProjector({
      ...{ projection, topics: [topic], groupId: `projector-${world.instance}`, store },
      ...{ eventLog: world.logAs('projector'), schemas: anySchemas, log: silentLog },
    });
    await eventually(async () => {
      const rows = await openedRows<CountingRow>(store, { instance: world.instance });
      expect(rows.map(({ row }) => row.count)).toEqual(Array(aggregates).fill(count));
    });
    await projector.stop();
  }
});

describe('two relays of one service', () => {
  const quick = { leaseMs: 1_500, challengeMs: 50, sendTimeoutMs: 700, idleMsMin: 50 };

  test('share the slots one owner each, and the other takes over when one stops answering', async () => {
    const outbox = memoryOutbox(histories(['a', 'b', 'c', 'd'], 10));
    const one = relayOf(outbox.source, { limits: quick });
    const two = relayOf(outbox.source, { owner: 'two', limits: quick });
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    const leading = (relay: Relay) =>
      relay.status().slots.flatMap(({ slot, state }) => (state === 'leading' ? [slot] : []));
    expect([...leading(one), ...leading(two)].sort()).toEqual([0, 1, 2]);
    expect((await world.records(topic)).length).toBe(40);
    await one.stop();
    outbox.add(histories(['x', 'y', 'z', 'w'], 3));
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    expect(leading(two)).toEqual([0, 1, 2]);
  });

  test('a zombie whose lease was taken while it slept can only repeat', async () => {
    const outbox = memoryOutbox(histories(['a', 'b', 'c', 'd'], 4));
    const { writer } = world.logAs('payments');
    let wakeUp: () => void = () => undefined;
    const asleep = new Promise<void>((resolve) => (wakeUp = resolve));
    let sleeping = 0;
    const sleepy: LogWriter = {
      ...writer,
      append: async (...told) => {
        sleeping += 1;
        await asleep;
        await writer.append(...told);
      },
    };
    const zombie = relayOf(outbox.source, { owner: 'zombie', writer: sleepy, limits: quick });
    await eventually(() => expect(sleeping).toBeGreaterThan(0));
    const rightful = relayOf(outbox.source, { owner: 'rightful', limits: quick });
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    outbox.add(histories(['a', 'b', 'c', 'd'], 8).filter(({ seq }) => seq > 4));
    await eventually(() => expect(outbox.unpublished()).toEqual([]));
    wakeUp();
    const before = 32;
    await eventually(async () => {
      const counts = countInOrder(await world.records(topic));
      expect(counts.size).toBe(before);
      expect(Math.max(...counts.values())).toBe(2);
    });
    await eventually(() =>
      expect(zombie.status().slots.every(({ state }) => state === 'waiting')).toBe(true),
    );
    expect(rightful.status().slots.map(({ state }) => state)).toEqual(Array(3).fill('leading'));
  });
});
