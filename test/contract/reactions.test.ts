import { Client as TemporalClient, Connection } from '@temporalio/client';
import { Client } from 'pg';
import { startProjector } from '../../platform/event-log/projector';
import type { Projector } from '../../platform/event-log/projector';
import { encodeEvent } from '../../platform/event-log/envelope';
import { consumerName, reactionProjection } from '../../platform/reactions/projection';
import type { Reacted } from '../../platform/reactions/projection';
import type { Reaction } from '../../platform/reactions/reaction';
import { startStarter } from '../../platform/reactions/starter';
import type { PendingStart, Starter, StarterOptions } from '../../platform/reactions/starter';
import { postgresOptions } from '../../platform/runtime/connections';
import { silentLog } from '../../platform/runtime/log';
import { sagaStartOptions } from '../../platform/saga/start-options';
import { readCredentials } from '../../platform/security/tls';
import { runningQuery, runningWith } from '../../reactions/engine';
import { openReactionStore } from '../../reactions/store';
import type { ReactionStore } from '../../reactions/store';
import { anySchemas, countingProjection } from '../support/counting';
import { anEvent } from '../support/events';
import { eventually } from '../support/eventually';
import { openLogWorld } from '../support/log-world';
import { testKeys } from '../support/test-keys';
import type { LogWorld } from '../support/log-world';
import { noteReaction, readReaction } from '../support/reactions';
import { openedRows } from '../support/read-rows';
import { configFor } from '../support/world';

let world: LogWorld;
let topic: string;
let store: ReactionStore;
/** Temporal: every start it was asked for, and the workflow ids it has taken. */
let asked: string[];
let taken: Set<string>;
const running: { stop(): Promise<void> }[] = [];

const openStore = () =>
  openReactionStore(configFor('orchestrator', world.instance), {
    reactions: [noteReaction, readReaction],
    keys: testKeys,
  });

beforeEach(async () => {
  world = await openLogWorld();
  topic = await world.createTopic('orders');
  store = openStore();
  await store.tablesOf().migrate();
  [asked, taken] = [[], new Set()];
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.stop()));
  await store.close();
  const admin = new Client(postgresOptions(configFor('admin'), 'sagas'));
  await admin.connect();
  await admin.query(`drop schema reactions_${world.instance} cascade`);
  await admin.end();
  await world.close();
});

const note = (name: string, seq: number, time = '2026-11-26T10:00:00.000Z') =>
  anEvent({ aggregateId: `note/${name}`, seq, type: 'note.made', time, data: { noteId: name } });

async function send(...events: ReturnType<typeof note>[]): Promise<void> {
  const { writer } = world.logAs('orders');
  const context = { service: 'orders', recordedTime: new Date().toISOString() };
  for (const one of events) {
    await writer.append(topic, one.slot, [encodeEvent(one, context)], 10_000);
  }
}

async function follow(reaction: Reaction = noteReaction): Promise<Projector> {
  const projector = startProjector({
    projection: reactionProjection(reaction, await store.since(reaction)),
    ...{ topics: [topic], groupId: `reactor-${world.instance}`, store, schemas: anySchemas },
    ...{ log: silentLog, eventLog: world.logAs('orchestrator') },
    limits: { retryMsMin: 50, retryMsMax: 200, lagMs: 100 },
  });
  running.push(projector);
  return projector;
}

/** As Temporal does: takes an id once, running or closed. */
async function start({ row: { workflowId } }: PendingStart): Promise<'started' | 'exists'> {
  asked.push(workflowId);
  if (taken.has(workflowId)) return 'exists';
  taken.add(workflowId);
  return 'started';
}

type Told = Partial<Pick<StarterOptions, 'start' | 'tell' | 'isJournaled'>>;

function startAll(told: Told = {}): Starter {
  const { records } = store;
  const isJournaled = async () => false;
  const tell = async () => 'nobody' as const;
  const isTaken = async () => false;
  const starter = startStarter({
    records,
    isJournaled,
    start,
    tell,
    isTaken,
    log: silentLog,
    ...told,
  });
  running.push(starter);
  return starter;
}

async function states(): Promise<Record<string, number>> {
  const told = { instance: world.instance, of: 'reactions' } as const;
  const counts: Record<string, number> = {};
  for (const { row } of await openedRows<Reacted>(store, told)) {
    counts[row.state] = (counts[row.state] ?? 0) + 1;
  }
  return counts;
}

describe('a reaction', () => {
  test('starts one saga for each event, however often it is delivered', async () => {
    await send(note('a', 1), note('b', 1), note('a', 1), note('a', 2));
    await follow();
    startAll();
    startAll();
    await eventually(async () => expect(await states()).toEqual({ started: 3 }));
    expect(taken.size).toBe(3);
  });

  test('starts nothing twice after a death at any point', async () => {
    const names = ['a', 'b', 'c'];
    await send(...names.map((name) => note(name, 1)));
    const first = await follow();
    await eventually(async () => expect(await states()).toEqual({ pending: 3 }));
    await first.stop();
    // Noted and not started: whoever comes next finds the row.
    const dying = startAll({
      start: async (pending) => {
        await start(pending);
        throw new Error('killed between the start and the note');
      },
    });
    await eventually(() => expect(taken.size).toBe(3));
    await dying.stop();
    expect(await states()).toEqual({ pending: 3 });
    // Started and not noted: Temporal says so, or the journal where Temporal has forgotten.
    const forgotten = [...taken][0] ?? '';
    taken.delete(forgotten);
    const before = asked.length;
    await follow();
    startAll({ isJournaled: async (id) => id === forgotten });
    await eventually(async () => expect(await states()).toEqual({ started: 3 }));
    expect(asked.slice(before).sort()).toEqual([...taken].sort());
    expect(taken.has(forgotten)).toBe(false);
  });

  test('is not touched by a read model that is built anew from the same log', async () => {
    await send(note('a', 1));
    await follow();
    startAll();
    await eventually(async () => expect(await states()).toEqual({ started: 1 }));
    const readModels = world.openStore();
    const counting = countingProjection('counting');
    await readModels.migrate([counting]);
    const again = startProjector({
      ...{ projection: counting, topics: [topic], groupId: `projector-${world.instance}` },
      ...{ store: readModels, schemas: anySchemas, log: silentLog },
      eventLog: world.logAs('projector'),
    });
    running.push(again);
    await eventually(async () => {
      expect(await readModels.ask('select key from read_rows', [])).toHaveLength(1);
    });
    expect([await states(), asked.length]).toEqual([{ started: 1 }, 1]);
  });

  test('tells a saga once it waits, and does not hold up others until then', async () => {
    const ofNow = (name: string) => note(name, 1, new Date().toISOString());
    await send(ofNow('a'), ofNow('b'));
    await follow(readReaction);
    const waiting = new Set(['b']);
    const told: string[] = [];
    const tells: StarterOptions['tell'] = async ({ row: { businessKey, jti } }) => {
      if (!waiting.has(businessKey)) return 'nobody';
      told.push(jti);
      return 'told';
    };
    startAll({ tell: tells });
    await eventually(async () => expect(await states()).toEqual({ pending: 1, told: 1 }));
    waiting.add('a');
    await eventually(async () => expect(await states()).toEqual({ told: 2 }));
    expect([told.length, new Set(told).size, asked]).toEqual([2, 2, []]);
  });

  test('gives up what nobody waited for in time', async () => {
    await send(note('a', 1, new Date(Date.now() - readReaction.withinMs).toISOString()));
    await follow(readReaction);
    startAll();
    await eventually(async () => expect(await states()).toEqual({ unheard: 1 }));
  });

  test('begins where it was told at its first start, and stays with it', async () => {
    const late: Reaction = { ...noteReaction, from: 'now' };
    await send(note('a', 1));
    const since = await store.since(late);
    expect(Date.parse(since)).toBeGreaterThan(Date.now() - 60_000);
    expect(await store.since({ ...late, from: 'beginning' })).toBe(since);
    const after = new Date(Date.parse(since) + 1).toISOString();
    await send(note('a', 2, after), note('b', 1));
    await follow(late);
    startAll();
    await eventually(async () => expect(await states()).toEqual({ started: 1 }));
    const [row] = await store.ask<{ key: string }>('select key from read_rows', []);
    expect(row?.key).toBe('note/a:2');
  });

  test('parks what its saga cannot take among letters of its own, and the others flow', async () => {
    const broken = anEvent({ aggregateId: 'note/x', seq: 1, type: 'note.made', data: {} });
    await send(broken, note('a', 1));
    await follow();
    startAll();
    await eventually(async () => expect(await states()).toEqual({ started: 1 }));
    await eventually(async () => {
      const letters = await store.ask<{ projection: string; reason: string }>(
        'select projection, reason from dead_letters',
        [],
      );
      expect(letters).toEqual([{ projection: consumerName(noteReaction), reason: 'FOLD_FAILED' }]);
    });
  });
});

test('Temporal finds the running saga of a business key, whatever stands in it', async () => {
  const config = configFor('orchestrator', world.instance);
  const { ca, cert, key } = readCredentials(config);
  const connection = await Connection.connect({
    address: config.HOLDFAST_TEMPORAL_ADDRESS,
    tls: { serverRootCACertificate: ca, clientCertPair: { crt: cert, key } },
  });
  const { workflow } = new TemporalClient({
    ...{ connection, namespace: config.HOLDFAST_TEMPORAL_NAMESPACE },
  });
  const taskQueue = `sagas${world.instance}`;
  const keys = ['n-1', `o'brien`, String.raw`a\b`, `x' OR SagaName != 'y`];
  const start = { owner: 'o', requestHash: 'h', deadlineAtMs: 0, input: {} };
  const handles = await Promise.all(
    keys.map((businessKey, index) =>
      workflow.start('file-note', {
        ...sagaStartOptions({
          ...{ saga: 'file-note', title: 'File', taskQueue, start: { ...start, businessKey } },
        }),
        workflowId: `file-note:${world.instance}-${index}`,
      }),
    ),
  );
  try {
    for (const [index, businessKey] of keys.entries()) {
      const query = runningQuery('file-note', taskQueue, businessKey);
      await eventually(async () => {
        const found = await runningWith(workflow.list({ query }), businessKey);
        expect(found).toEqual([handles[index]?.workflowId]);
      });
    }
  } finally {
    await Promise.all(handles.map((handle) => handle.terminate('the test is over')));
    await connection.close();
  }
});
