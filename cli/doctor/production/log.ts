import { readLogSettings } from '../../../platform/event-log/kafka/settings';
import type { TopicSettings } from '../../../platform/event-log/kafka/settings';
import { eventPartitions, eventTopic } from '../../../platform/event-log/topics';
import type { Config } from '../../../platform/runtime/config';
import { silentLog } from '../../../platform/runtime/log';
import { readCredentials } from '../../../platform/security/tls';
import { ownedServices } from '../../owned-services';
import { fine, held, wrong } from '../finding';
import type { Finding } from '../finding';

/** One copy may be lost while another is being replaced. */
const copies = { replicas: 3, minInSync: 2 } as const;

/** The event log is what everything is built anew from: an event in it has to stay. */
export async function lookAtLog(config: Config): Promise<readonly Finding[]> {
  const topics = ownedServices.map(({ service }) =>
    eventTopic(service.name, config.HOLDFAST_INSTANCE),
  );
  const found = await readLogSettings(
    {
      ...{ brokers: config.HOLDFAST_KAFKA_BROKERS, clientId: 'holdfast-doctor', log: silentLog },
      credentials: () => readCredentials(config),
    },
    topics,
  );
  const where = (is: (one: TopicSettings) => boolean): string =>
    found.topics
      .filter(is)
      .map(({ topic }) => topic)
      .join(', ');
  const rule = (check: string, is: (one: TopicSettings) => boolean, said: string, fix: string) =>
    held(
      where(is) === '',
      fine(check, 'as it should be'),
      wrong(check, `${said}: ${where(is)}`, fix),
    );
  const { replicas, minInSync } = copies;
  return [
    held(
      found.brokers >= replicas,
      fine('Kafka, brokers', String(found.brokers)),
      wrong(
        'Kafka, brokers',
        String(found.brokers),
        `run ${replicas} or more, in places of their own`,
      ),
    ),
    rule(
      'Kafka, copies',
      (one) => one.replicas < replicas,
      `fewer than ${replicas} copies`,
      `reassign partitions with replication.factor=${replicas}`,
    ),
    rule(
      'Kafka, acknowledged',
      (one) => one.minInSync < minInSync,
      'a message that one broker has is acknowledged',
      `set min.insync.replicas=${minInSync}`,
    ),
    rule(
      'Kafka, leaders',
      (one) => one.uncleanElection,
      'a broker that lacks messages may become the leader',
      'set unclean.leader.election.enable=false',
    ),
    rule(
      'Kafka, retention',
      ({ retentionMs, retentionBytes, cleanupPolicy }) =>
        retentionMs !== -1 || retentionBytes !== -1 || cleanupPolicy !== 'delete',
      'the brokers forget events by themselves',
      'set retention.ms=-1, retention.bytes=-1, cleanup.policy=delete; holdfast archive prune forgets what files hold',
    ),
    rule(
      'Kafka, partitions',
      (one) => one.partitions !== eventPartitions,
      `not ${eventPartitions} partitions, which cannot be changed later`,
      'see docs/kubernetes.md for the numbers that stay',
    ),
  ];
}
