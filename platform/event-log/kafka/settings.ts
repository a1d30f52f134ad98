import { ConfigResourceTypes } from 'kafkajs';
import type { LogConnection } from './connection';
import { createKafka, logErrorOf } from './connection';

/** How the brokers keep a topic. */
export interface TopicSettings {
  readonly topic: string;
  readonly partitions: number;
  /** Copies of the partition that has fewest of them. */
  readonly replicas: number;
  /** Copies that have to have a message before it is acknowledged. */
  readonly minInSync: number;
  /** Milliseconds, and bytes of a partition; -1 of both keeps for ever. */
  readonly retentionMs: number;
  readonly retentionBytes: number;
  /** `delete`, or `compact` where only the last record of each key stays. */
  readonly cleanupPolicy: string;
  /** A copy that lacks acknowledged messages may become the leader. */
  readonly uncleanElection: boolean;
}

export interface LogSettings {
  readonly brokers: number;
  readonly topics: readonly TopicSettings[];
}

/**
 * Asks the brokers how they keep these topics; for whoever may describe their settings. Throws a `LogError`, as
 * `TOPIC_MISSING` where one of them is not there.
 */
export async function readLogSettings(
  connection: LogConnection,
  topics: readonly string[],
): Promise<LogSettings> {
  const admin = createKafka(connection, 3).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const { topics: found } = await admin.fetchTopicMetadata({ topics: [...topics] });
    const resources = topics.map((name) => ({ type: ConfigResourceTypes.TOPIC, name }));
    const described = await admin.describeConfigs({ resources, includeSynonyms: false });
    return {
      brokers: brokers.length,
      topics: found.map(({ name, partitions }) => {
        const entries = described.resources.find((one) => one.resourceName === name)?.configEntries;
        const setting = (key: string) =>
          entries?.find(({ configName }) => configName === key)?.configValue ?? '';
        return {
          ...{ topic: name, partitions: partitions.length },
          replicas: Math.min(...partitions.map(({ replicas }) => replicas.length)),
          minInSync: Number(setting('min.insync.replicas')),
          retentionMs: Number(setting('retention.ms')),
          retentionBytes: Number(setting('retention.bytes')),
          cleanupPolicy: setting('cleanup.policy'),
          uncleanElection: setting('unclean.leader.election.enable') === 'true',
        };
      }),
    };
  } catch (error) {
    throw logErrorOf(error);
  } finally {
    await admin.disconnect();
  }
}
