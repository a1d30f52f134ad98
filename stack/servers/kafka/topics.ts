import { readFileSync } from 'node:fs';
import type { AclEntry, Admin } from 'kafkajs';
import {
  AclOperationTypes,
  AclPermissionTypes,
  AclResourceTypes,
  Kafka,
  Partitioners,
  ResourcePatternTypes,
  logLevel,
} from 'kafkajs';
import { forServices } from '../../../activities/list';
import { eventPartitions, eventTopic } from '../../../platform/event-log/topics';
import { brokerPort, replication } from './properties';
import type { ServerContext } from '../server';
import { identityFiles } from '../server';

type Reach = Pick<ServerContext, 'certsDir' | 'ports' | 'brokers'>;

const topicPrefix = eventTopic('');
const healthTopic = 'holdfast-health';

/** Who writes which topic; the prefix of a topic is the unit of permission, so instances are covered too. */
const writers = {
  ...forServices((name) => name),
  sagas: 'orchestrator',
  'dead-letter': 'projector',
} as const;

/** Our topics in an instance: `service-events.<service>` or `service-events.<service>-<instance>`. */
export function topicNames(instance: string): string[] {
  return Object.keys(writers).map((name) => eventTopic(name, instance));
}

/** Kafka as its administrator. */
export function client(reach: Reach): Kafka {
  const files = identityFiles(reach.certsDir, 'admin');
  const ids = Array.from({ length: reach.brokers }, (_, index) => index + 1);
  return new Kafka({
    clientId: 'holdfast-stack',
    brokers: ids.map((id) => `localhost:${reach.ports[brokerPort(id)]}`),
    ssl: {
      ca: [readFileSync(files.ca, 'utf8')],
      cert: readFileSync(files.crt, 'utf8'),
      key: readFileSync(files.key, 'utf8'),
    },
    connectionTimeout: 2_000,
    requestTimeout: 15_000,
    logLevel: logLevel.NOTHING,
    retry: { retries: 1, initialRetryTime: 50 },
  });
}

const { ALLOW } = AclPermissionTypes;
const { PREFIXED, LITERAL } = ResourcePatternTypes;

function allow(
  name: string,
  resourceType: AclResourceTypes,
  resourceName: string,
  operation: AclOperationTypes,
  resourcePatternType: ResourcePatternTypes = PREFIXED,
): AclEntry {
  const principal = `User:${name}`;
  return {
    ...{ principal, host: '*', permissionType: ALLOW },
    ...{ operation, resourceType, resourceName, resourcePatternType },
  };
}

/** Who reads, and what the names of its groups begin with. */
const readers = { projector: 'projector', orchestrator: 'reactor', auditor: 'auditor' } as const;

/** Writers may write, describe and read their own topic; readers read all of them, in groups of their own. */
function accessList(): AclEntry[] {
  const { TOPIC, GROUP, CLUSTER } = AclResourceTypes;
  const { WRITE, READ, DESCRIBE, IDEMPOTENT_WRITE } = AclOperationTypes;
  const writing = Object.entries(writers).flatMap(([topic, name]) => [
    allow(name, TOPIC, topicPrefix + topic, WRITE),
    allow(name, TOPIC, topicPrefix + topic, DESCRIBE),
    // A relay looks at what stands behind the end it has noted, before it sends.
    allow(name, TOPIC, topicPrefix + topic, READ),
    allow(name, GROUP, `${name}-relay`, READ),
    allow(name, CLUSTER, 'kafka-cluster', IDEMPOTENT_WRITE, LITERAL),
  ]);
  return [
    ...writing,
    ...Object.entries(readers).flatMap(([name, groups]) => [
      allow(name, TOPIC, topicPrefix, READ),
      allow(name, TOPIC, topicPrefix, DESCRIBE),
      allow(name, GROUP, groups, READ),
      allow(name, GROUP, groups, DESCRIBE),
    ]),
  ];
}

async function createMissing(admin: Admin, topics: string[], brokers: 1 | 3): Promise<void> {
  const existing = new Set(await admin.listTopics());
  const missing = topics.filter((topic) => !existing.has(topic));
  if (missing.length === 0) return;
  const { factor, minInSync } = replication(brokers);
  await admin.createTopics({
    waitForLeaders: true,
    topics: missing.map((topic) => ({
      topic,
      numPartitions: topic === healthTopic ? 1 : eventPartitions,
      replicationFactor: factor,
      configEntries: [
        { name: 'min.insync.replicas', value: String(minInSync) },
        // An event store that forgets cannot replay; the health topic may.
        { name: 'retention.ms', value: topic === healthTopic ? '60000' : '-1' },
      ],
    })),
  });
}

/** Throws while a broker is missing, or a copy of one of our partitions is behind. */
export async function requireAllBrokers(reach: Reach): Promise<void> {
  const admin = client(reach).admin();
  await admin.connect();
  try {
    const { brokers } = await admin.describeCluster();
    if (brokers.length < reach.brokers) throw new Error(`${brokers.length} brokers are up`);
    const { topics } = await admin.fetchTopicMetadata({ topics: [healthTopic, ...topicNames('')] });
    const behind = topics.flatMap(({ name, partitions }) =>
      partitions.filter(({ isr, replicas }) => isr.length < replicas.length).map(() => name),
    );
    if (behind.length > 0) throw new Error(`a copy of ${[...new Set(behind)].join()} is behind`);
  } finally {
    await admin.disconnect();
  }
}

/** Creates the topics of an instance and everybody's permissions; safe to repeat. */
export async function ensureTopics(reach: Reach, instance: string): Promise<void> {
  const admin = client(reach).admin();
  await admin.connect();
  try {
    const { brokers } = await admin.describeCluster();
    if (brokers.length < reach.brokers) throw new Error(`${brokers.length} brokers are up`);
    await createMissing(admin, [healthTopic, ...topicNames(instance)], reach.brokers);
    await admin.createAcls({ acl: accessList() });
  } finally {
    await admin.disconnect();
  }
}

/** What Kafka is for: one record, acknowledged by as many copies as it takes. */
export async function produceOne(reach: Reach): Promise<void> {
  const producer = client(reach).producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    allowAutoTopicCreation: false,
  });
  await producer.connect();
  try {
    await producer.send({ topic: healthTopic, acks: -1, messages: [{ value: 'ready' }] });
  } finally {
    await producer.disconnect();
  }
}
