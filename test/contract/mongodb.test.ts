import type { ClientSession, CommandStartedEvent, MongoClient } from 'mongodb';
import { collectionsOf, migrate, openClient } from '../../platform/outbox/mongodb/collections';
import { openMongoStore } from '../../platform/outbox/mongodb/store';
import { mongoUnitOfWork } from '../../platform/outbox/mongodb/transact';
import { mongoOptions } from '../../platform/runtime/connections';
import { boxParticipant, stepOf } from '../support/box-service';
import type { Box } from '../support/box-service';
import { answered } from '../support/fence-play';
import { freshInstance } from '../support/stores';
import { configFor } from '../support/world';

describe('promises only MongoDB has to make', () => {
  const { url, options } = mongoOptions(configFor('orders'));
  const instance = freshInstance();
  let client: MongoClient;

  beforeAll(async () => {
    client = openClient(url, { ...options, monitorCommands: true });
    await migrate(client.db('orders'), collectionsOf(client.db('orders'), instance));
  });
  afterAll(() => client.close());

  const participantOn = (through: MongoClient) => {
    const collections = collectionsOf<Box>(client.db('orders'), instance);
    return boxParticipant({ transact: mongoUnitOfWork<Box>(through, collections, () => {}) });
  };

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
    const collections = collectionsOf<Box>(client.db('orders'), instance);
    expect(await collections.events.countDocuments({ aggregateId: 'unknown-a' })).toBe(1);
  });

  test('a commit that never answers is a fault, and the next delivery finds what it did', async () => {
    const step = stepOf('silent', ['silent-a']);
    const losing = participantOn(losingReplies(client, Infinity));
    const late = losing.handle(step.forward(0), { timeoutMs: 400 });
    await expect(late).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE', action: 'retry' });
    expect(await answered(participantOn(client), step.forward(0))).toBe('done 5');
    const collections = collectionsOf<Box>(client.db('orders'), instance);
    expect(await collections.events.countDocuments({ aggregateId: 'silent-a' })).toBe(1);
  });

  test('a service without its database says so, and does not wait for ever', async () => {
    const away = { serverSelectionTimeoutMS: 300, connectTimeoutMS: 300 };
    const nowhere = openMongoStore<Box>({
      url: 'mongodb://localhost:1/?replicaSet=rs0',
      options: { ...options, ...away },
      database: 'orders',
    });
    await expect(nowhere.ping(1_000)).rejects.toMatchObject({ code: 'STORE_UNAVAILABLE' });
    const step = stepOf('nowhere', ['a']);
    const gone = boxParticipant(nowhere);
    expect(await answered(gone, step.forward(0))).toBe('STORE_UNAVAILABLE');
    await nowhere.close();
  });
});

/** The same client, whose first `replies` commits reach the server and are answered to nobody. */
function losingReplies(client: MongoClient, replies: number): MongoClient {
  let lost = 0;
  const startSession = (...args: Parameters<MongoClient['startSession']>): ClientSession => {
    const session = client.startSession(...args);
    const commit = session.commitTransaction.bind(session);
    session.commitTransaction = async () => {
      await commit();
      if (lost >= replies) return;
      lost += 1;
      throw Object.assign(new Error('the connection was lost'), {
        hasErrorLabel: (label: string) => label === 'UnknownTransactionCommitResult',
      });
    };
    return session;
  };
  return new Proxy(client, {
    get: (target, member) =>
      member === 'startSession' ? startSession : (Reflect.get(target, member) as unknown),
  });
}
