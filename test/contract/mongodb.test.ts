import type { ClientSession, CommandStartedEvent, MongoClient } from 'mongodb';
import { collectionsOf, migrate, openClient } from '../../platform/outbox/mongodb/collections';
import { openMongoStore } from '../../platform/outbox/mongodb/store';
import { readSteps } from '../../platform/outbox/mongodb/steps';
import { mongoUnitOfWork } from '../../platform/outbox/mongodb/transact';
import { createSealing } from '../../platform/outbox/sealing';
import { createSagaRecords } from '../../platform/participant/saga-records';
import { mongoOptions } from '../../platform/runtime/connections';
import { boxParticipant, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { answered } from '../support/fence-play';
import { heldStore } from '../support/held-store';
import { boxSealing, freshInstance } from '../support/stores';
import { configFor } from '../support/world';

describe('promises only MongoDB has to make', () => {
  const { url, options } = mongoOptions(configFor('orders'));
  const instance = freshInstance();
  const sealing = createSealing({ ...boxSealing, instance });
  let client: MongoClient;

  beforeAll(async () => {
    client = openClient(url, { ...options, monitorCommands: true });
    await migrate(client.db('orders'), collectionsOf(client.db('orders'), instance));
  });
  afterAll(() => client.close());

  const unitOfWorkOn = (through: MongoClient) =>
    mongoUnitOfWork<Box>(
      through,
      { collections: collectionsOf(client.db('orders'), instance), sealing },
      () => {},
    );
  const participantOn = (through: MongoClient) =>
    boxParticipant({ transact: unitOfWorkOn(through) });
  const storeOn = () => ({
    transact: unitOfWorkOn(client),
    stepRecordsOf: (sagaId: string) =>
      readSteps(collectionsOf(client.db('orders'), instance).steps, { sagaId, sealing }),
  });

  test('every transaction, also one that only reads, is a snapshot committed by a majority on disk', async () => {
    const seen: CommandStartedEvent[] = [];
    const listener = (event: CommandStartedEvent) => seen.push(event);
    client.on('commandStarted', listener);
    const step = stepOf('concerns', ['concerns-a']);
    const participant = participantOn(client);
    expect(await answered(participant, step.forward(0))).toBe('done 5');
    expect(await answered(participant, step.forward(0))).toBe('done 5');
    expect(await answered(participant, step.forward(0, { coins: 7 }))).toBe('STEP_INPUT_CONFLICT');
    client.off('commandStarted', listener);
    const firsts = seen.filter((event) => event.command.startTransaction === true);
    const commits = seen.filter((event) => event.commandName === 'commitTransaction');
    expect(firsts).toHaveLength(3);
    expect(commits).toHaveLength(3);
    for (const { command } of firsts)
      expect(command.readConcern).toMatchObject({ level: 'snapshot' });
    for (const { command } of commits) {
      expect(command.writeConcern).toMatchObject({ w: 'majority', j: true });
      expect(command.maxTimeMS).toBeGreaterThan(0);
    }
  });

  test('a commit whose reply was lost is asked again and answered once', async () => {
    const step = stepOf('unknown', ['unknown-a']);
    const losing = losingReplies(client, 1);
    expect(await answered(participantOn(losing), step.forward(0))).toBe('done 5');
    expect(await answered(participantOn(client), step.forward(0))).toBe('done 5');
    const collections = collectionsOf(client.db('orders'), instance);
    expect(await collections.events.countDocuments({ aggregateId: 'unknown-a' })).toBe(1);
  });

  test('a commit that never answers is a fault, and the next delivery finds what it did', async () => {
    const step = stepOf('silent', ['silent-a']);
    const losing = participantOn(losingReplies(client, Infinity));
    const late = losing.handle(step.forward(0), { timeoutMs: 400 });
    await expect(late).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', action: 'retry' });
    expect(await answered(participantOn(client), step.forward(0))).toBe('done 5');
    const collections = collectionsOf(client.db('orders'), instance);
    expect(await collections.events.countDocuments({ aggregateId: 'silent-a' })).toBe(1);
  });

  test('a step that meets a write conflict is decided again on what is there now', async () => {
    const held = heldStore({ transact: unitOfWorkOn(client) });
    const late = answered(boxParticipant(held.store), stepOf('late', ['contended']).forward(0));
    await held.isInside;
    await answered(participantOn(client), stepOf('early', ['contended']).forward(0));
    held.release();
    expect(await late).toBe('done 5');
    const { events } = collectionsOf(client.db('orders'), instance);
    expect(await events.countDocuments({ aggregateId: 'contended' })).toBe(2);
  });

  test.each([
    ['a transaction the server lost', 251],
    ['a primary that stepped down', 189],
  ])('%s is run again from the start, and applied once', async (title, code) => {
    const step = stepOf(title, [title]);
    const failing = endingBadly(client, 2, code);
    expect(await answered(participantOn(failing), step.forward(0))).toBe('done 5');
    const { events } = collectionsOf(client.db('orders'), instance);
    expect(await events.countDocuments({ aggregateId: title })).toBe(1);
  });

  test('a transaction the server loses again and again is a fault, and nothing is written', async () => {
    const step = stepOf('lost for ever', ['lost for ever']);
    const losing = participantOn(endingBadly(client, Infinity, 251));
    const late = losing.handle(step.forward(0), { timeoutMs: 60_000 });
    await expect(late).rejects.toMatchObject({ code: 'STORE_CONFLICT' });
    const { events, steps } = collectionsOf(client.db('orders'), instance);
    expect(await events.countDocuments({ aggregateId: 'lost for ever' })).toBe(0);
    expect(await steps.countDocuments({ '_id.sagaId': 'lost for ever' })).toBe(0);
  });

  test('a closing meets a step that has written and not committed, and waits for its end', async () => {
    const step = stepOf('written', ['written-a']);
    const held = holdingCommit(client);
    const late = answered(participantOn(held.client), step.forward(0));
    await held.isInside;
    const records = createSagaRecords(storeOn(), () => new Date());
    const takeover = { sagaId: 'written', generation: 1, run: 'recovery' };
    const early = records.close(takeover, { timeoutMs: 500 });
    await expect(early).rejects.toMatchObject({ action: 'retry' });
    held.release();
    expect(await late).toBe('done 5');
    const { rows } = await records.close(takeover);
    expect(rows).toMatchObject([{ step: 'put coins', state: 'done' }]);
  });

  test('a service without its database says so, and does not wait for ever', async () => {
    const away = { serverSelectionTimeoutMS: 300, connectTimeoutMS: 300 };
    const nowhere = openMongoStore<Box>({
      url: 'mongodb://localhost:1/?replicaSet=rs0',
      options: { ...options, ...away },
      database: 'orders',
      ...boxSealing,
    });
    await expect(nowhere.ping(1_000)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const step = stepOf('nowhere', ['a']);
    const gone = boxParticipant(nowhere);
    expect(await answered(gone, step.forward(0))).toBe('STORE_UNAVAILABLE');
    await nowhere.close();
  });
});

const labelled = (label: string, members: object = {}) =>
  Object.assign(new Error(label), {
    ...members,
    hasErrorLabel: (asked: string) => asked === label,
  });

/** The same client, whose first `replies` commits reach the server and are answered to nobody. */
function losingReplies(client: MongoClient, replies: number): MongoClient {
  let lost = 0;
  return committing(client, async (commit) => {
    await commit();
    if (lost >= replies) return;
    lost += 1;
    throw labelled('UnknownTransactionCommitResult');
  });
}

/** The same client, whose first `times` transactions are lost by the server before they commit. */
function endingBadly(client: MongoClient, times: number, code: number): MongoClient {
  let lost = 0;
  return committing(client, async (commit) => {
    if (lost >= times) return commit();
    lost += 1;
    throw labelled('TransientTransactionError', { code });
  });
}

/** The same client, whose first transaction has written everything and stops before its commit. */
function holdingCommit(client: MongoClient) {
  let release = () => {};
  const released = new Promise<void>((resolve) => (release = resolve));
  let arrive = () => {};
  const isInside = new Promise<void>((resolve) => (arrive = resolve));
  const held = committing(client, async (commit) => {
    arrive();
    await released;
    return commit();
  });
  return { client: held, isInside, release };
}

/** The same client, whose commits go through `how`. */
function committing(
  client: MongoClient,
  how: (commit: () => Promise<void>) => Promise<void>,
): MongoClient {
  const startSession = (...args: Parameters<MongoClient['startSession']>): ClientSession => {
    const session = client.startSession(...args);
    const commit = session.commitTransaction.bind(session);
    session.commitTransaction = () => how(commit);
    return session;
  };
  return new Proxy(client, {
    get: (target, member) =>
      member === 'startSession' ? startSession : (Reflect.get(target, member) as unknown),
  });
}
