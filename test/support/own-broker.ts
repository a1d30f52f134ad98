import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Kafka, logLevel } from 'kafkajs';
import type { Admin } from 'kafkajs';
import { connectLog } from '../../platform/event-log/kafka';
import type { EventLog } from '../../platform/event-log/kafka';
import type { LogRecord } from '../../platform/event-log/ports';
import { readTopic } from '../../platform/event-log/read-topic';
import { eventPartitions, eventTopic } from '../../platform/event-log/topics';
import { parseConfig } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { readCredentials } from '../../platform/security/tls';
import { startStack } from '../../stack';
import { eventually } from './eventually';

/** A Kafka broker of one test file alone, which may be stopped, suspended and killed. */
export interface OwnBroker {
  readonly admin: Admin;
  logAs(name: string): EventLog;
  createTopic(): Promise<string>;
  records(topic: string): Promise<readonly LogRecord[]>;
  signal(signal: NodeJS.Signals): void;
  /** Ends it as an operator would, or at once; resolves when it is gone. */
  stop(): Promise<void>;
  kill(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

/** Starts it on a free block of ports with topics of payments; a broker that does not come up is a failure. */
export async function startOwnBroker(): Promise<OwnBroker> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-broker-'));
  const stateDir = path.join(folder, 'state');
  const stack = await startStack({ stateDir, portBase: 0, fast: true, servers: ['kafka'] });
  const configOf = (name: string) => parseConfig(stack.environmentFor(name));
  const logs: EventLog[] = [];
  const admin = adminOf(configOf('admin'));
  await admin.connect();
  let topics = 0;
  const logAs = (name: string): EventLog => {
    const config = configOf(name);
    const log = connectLog({
      ...{ brokers: config.HOLDFAST_KAFKA_BROKERS, clientId: `${name}-suite`, log: silentLog },
      credentials: () => readCredentials(config),
    });
    logs.push(log);
    return log;
  };
  return {
    ...{ admin, logAs },
    async createTopic() {
      const topic = eventTopic('payments', `t${(topics += 1)}`);
      const spec = { topic, numPartitions: eventPartitions, replicationFactor: 1 };
      await eventually(async () => {
        const there = await admin.listTopics();
        if (!there.includes(topic)) await admin.createTopics({ topics: [spec] });
        await admin.fetchTopicOffsets(topic);
      }, 60_000);
      return topic;
    },
    async records(topic) {
      const records: LogRecord[] = [];
      const eventLog = logAs('projector');
      await readTopic({
        ...{ eventLog, topic, groupPrefix: 'projector-raw', timeoutMs: 20_000 },
        onRecord: (record) => records.push(record),
      });
      return records;
    },
    signal: (signal) => stack.signalServer('kafka', signal),
    stop: () => stack.stopServer('kafka'),
    async kill() {
      stack.signalServer('kafka', 'SIGKILL');
      await stack.stopServer('kafka');
    },
    start: () => stack.startServer('kafka'),
    async close() {
      await Promise.all(logs.map((log) => log.close()));
      await admin.disconnect();
      await stack.stop();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function adminOf(config: ReturnType<typeof parseConfig>): Admin {
  const { ca, cert, key } = readCredentials(config);
  return new Kafka({
    ...{ clientId: 'suite-admin', brokers: config.HOLDFAST_KAFKA_BROKERS },
    ssl: { ca: [ca.toString()], cert: cert.toString(), key: key.toString() },
    logLevel: logLevel.NOTHING,
  }).admin();
}
