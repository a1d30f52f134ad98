import { randomBytes } from 'node:crypto';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { Client } from 'pg';
import { connectLog } from '../../platform/event-log/kafka';
import type { EventLog } from '../../platform/event-log/kafka';
import { readTopic } from '../../platform/event-log/read-topic';
import type { LogRecord } from '../../platform/event-log/ports';
import { sealedLog } from '../../platform/event-log/sealed-log';
import { deadLetterTopic, eventPartitions, eventTopic } from '../../platform/event-log/topics';
import type { Vaults } from '../../platform/host/hosted-service';
import { postgresOptions } from '../../platform/runtime/connections';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { readCredentials } from '../../platform/security/tls';
import { openReadModelStore, readModelsDatabase } from '../../projections/store';
import type { ReadModelStore } from '../../projections/store';
import { testKeys } from './test-keys';
import { configFor } from './world';

export interface LogWorldOptions {
  readonly keysUrl?: () => string | undefined;
  /** Keys of the projector where it is to be one with processes of the world; made-up ones otherwise. */
  readonly keys?: Vaults;
}

/** Topics and read models of one test file, on the real servers, gone when it is done. */
export interface LogWorld {
  readonly instance: string;
  /** For what the client library does and our port does not: creating topics, deleting records. */
  readonly admin: Admin;
  /** The log as one of our processes sees it; `keysUrl` is where its key store answers, if not the world's. */
  logAs(name: string, keysUrl?: string): EventLog;
  /** The read models as the projector; each call opens a pool of its own. */
  openStore(): ReadModelStore;
  /** Creates `service-events.<service>` of this world. */
  createTopic(service: string): Promise<string>;
  /** Every record of a topic, raw. */
  records(topic: string): Promise<readonly LogRecord[]>;
  close(): Promise<void>;
}

/** `keysUrl` is where a key store answers: with it the values of the log are sealed, as in every process of ours. */
export async function openLogWorld({
  keysUrl,
  keys = testKeys,
}: LogWorldOptions = {}): Promise<LogWorld> {
  const instance = `t${randomBytes(4).toString('hex')}`;
  const admin = kafkaAdmin();
  await admin.connect();
  await asPostgresAdmin((client) =>
    client.query(`create database ${readModelsDatabase(instance)} owner projector`),
  );
  const opened: { close(): Promise<void> }[] = [];
  const topics: string[] = [];
  const keep = <Part extends { close(): Promise<void> }>(part: Part): Part => {
    opened.push(part);
    return part;
  };
  const connected = (name: string, url = keysUrl?.()): EventLog =>
    url === undefined ? connectAs(name) : sealedAs(name, { keysUrl: url, instance });
  const logAs = (name: string, url?: string): EventLog => keep(connected(name, url));
  const createTopic = async (service: string): Promise<string> => {
    const topic =
      service === 'dead-letter' ? deadLetterTopic(instance) : eventTopic(service, instance);
    const spec = { topic, numPartitions: eventPartitions, replicationFactor: 1 };
    await admin.createTopics({ waitForLeaders: true, topics: [spec] });
    topics.push(topic);
    return topic;
  };
  return {
    ...{ instance, admin, logAs, createTopic },
    openStore: () => keep(openReadModelStore(configFor('projector', instance), keys)),
    records: async (topic) => {
      const records: LogRecord[] = [];
      const eventLog = connected('projector');
      await readTopic({
        ...{ eventLog, topic, groupPrefix: 'projector-test', timeoutMs: 20_000 },
        onRecord: (record) => records.push(record),
      });
      await eventLog.close();
      return records;
    },
    close: async () => {
      await Promise.all(opened.map((part) => part.close()));
      if (topics.length > 0) await admin.deleteTopics({ topics: [...new Set(topics)] });
      await admin.disconnect();
      await asPostgresAdmin((client) =>
        client.query(`drop database ${readModelsDatabase(instance)} with (force)`),
      );
    },
  };
}

function sealedAs(
  name: string,
  { keysUrl, instance }: { readonly keysUrl: string; readonly instance: string },
): EventLog {
  const keys = openKeyring({ ...configFor(name), HOLDFAST_KEYS_URL: keysUrl }, { log: silentLog });
  const log = sealedLog(connectAs(name), { keys, instance });
  const close = async (): Promise<void> => {
    await log.close();
    await keys.close();
  };
  return { ...log, close };
}

function connectAs(name: string): EventLog {
  const config = configFor(name);
  return connectLog({
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    clientId: `${name}-test`,
    credentials: () => readCredentials(config),
    log: silentLog,
  });
}

function kafkaAdmin(): Admin {
  const config = configFor('admin');
  const { ca, cert, key } = readCredentials(config);
  return new Kafka({
    clientId: 'test-admin',
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    ssl: { ca: [ca.toString()], cert: cert.toString(), key: key.toString() },
    logLevel: logLevel.NOTHING,
  }).admin();
}

async function asPostgresAdmin(work: (client: Client) => Promise<unknown>): Promise<void> {
  const client = new Client(postgresOptions(configFor('admin'), 'postgres'));
  await client.connect();
  try {
    await work(client);
  } finally {
    await client.end();
  }
}
