import type { Consumer, ConsumerGroupJoinEvent, EachBatchPayload } from 'kafkajs';
import { waiter } from '../../runtime/waiter';
import { createKafka, logErrorOf } from './connection';
import type { LogConnection } from './connection';
import type { LogConsumer, LogFlow, LogReader, LogRecord, StoredMessage } from '../ports';
import type { TopicPartition } from '../ports';
import { recordOf } from '../stored';

/** Limits of group membership, in milliseconds; a read must heartbeat more often than the session lasts. */
export const consumerLimits = {
  sessionTimeoutMs: 6_000,
  heartbeatMs: 1_500,
  rebalanceTimeoutMs: 10_000,
  /**
   * How long a fetch waits where there is no news, and a resumed partition for being asked for. Each broker is
   * asked.
   */
  fetchWaitMs: 1_000,
  /** Most bytes of a partition in one fetch; a reader finds an event that came late within them. */
  fetchBytesMax: 1_048_576,
  restartMsMin: 250,
  restartMsMax: 5_000,
  partitionsAtOnce: 3,
} as const;

/** One life of the group member, from joining to its end. */
interface Membership {
  readonly consumer: Consumer;
  readonly ended: Promise<unknown>;
}

/**
 * Joins a consumer group and reads until stopped. The log keeps no position for us: every assignment starts paused, and
 * the reader says where to begin. Offsets are committed for dashboards only.
 */
export function startKafkaConsumer(connection: LogConnection, reader: LogReader): LogConsumer {
  const bell = waiter();
  const state = { stopped: false, joined: false, generation: 0 };

  async function supervise(): Promise<void> {
    let backoffMs: number = consumerLimits.restartMsMin;
    while (!state.stopped) {
      const renewal = renewalOf(connection);
      const consumer = createConsumer(connection, reader);
      try {
        const { ended } = await begin(consumer);
        backoffMs = consumerLimits.restartMsMin;
        await Promise.race([ended, renewal.heard, bell.stopped]);
      } catch (error) {
        connection.log.warn('the consumer failed and joins again', { error: logErrorOf(error) });
      }
      renewal.stop();
      state.joined = false;
      state.generation += 1;
      await leave(consumer);
      if (state.stopped) return;
      await bell.wait(backoffMs);
      backoffMs = Math.min(backoffMs * 2, consumerLimits.restartMsMax);
    }
  }

  async function begin(consumer: Consumer): Promise<Membership> {
    const flow = flowOf(consumer);
    consumer.on(consumer.events.REBALANCING, () => void (state.joined = false));
    consumer.on(consumer.events.GROUP_JOIN, (event) => onJoin(event, flow));
    const ended = new Promise<unknown>((resolve) => {
      consumer.on(consumer.events.CRASH, ({ payload }) => {
        connection.log.warn('the consumer crashed', { error: logErrorOf(payload.error) });
        resolve(payload.error);
      });
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...reader.topics], fromBeginning: true });
    await consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      partitionsConsumedConcurrently: consumerLimits.partitionsAtOnce,
      eachBatch: (payload) => readBatch(payload, flow),
    });
    return { consumer, ended };
  }

  /** Called in the middle of joining, before anything is fetched: the pause below must be synchronous. */
  function onJoin({ payload }: ConsumerGroupJoinEvent, flow: LogFlow): void {
    state.generation += 1;
    const places = placesOf(payload.memberAssignment);
    places.forEach((place) => flow.pause(place));
    void assign(places, flow, state.generation);
  }

  async function assign(places: TopicPartition[], flow: LogFlow, generation: number) {
    let backoffMs: number = consumerLimits.restartMsMin;
    while (!state.stopped && generation === state.generation) {
      try {
        await reader.assigned(places, flow);
        state.joined = generation === state.generation;
        return;
      } catch (error) {
        connection.log.warn('the assigned partitions could not be taken up', { error });
        await bell.wait(backoffMs);
        backoffMs = Math.min(backoffMs * 2, consumerLimits.restartMsMax);
      }
    }
  }

  async function readBatch(payload: EachBatchPayload, flow: LogFlow): Promise<void> {
    const { batch } = payload;
    const generation = state.generation;
    const records = batch.messages.map(({ offset, timestamp, key, value, headers = {} }) =>
      recordOf(batch, offset, { timestamp, key, value, headers: headers as StoredHeaders }),
    );
    const done = await reader.read(
      {
        topic: batch.topic,
        partition: batch.partition,
        records,
        high: BigInt(batch.highWatermark),
        isCurrent: () =>
          generation === state.generation && payload.isRunning() && !payload.isStale(),
        heartbeat: () => payload.heartbeat(),
      },
      flow,
    );
    const last = records[done - 1];
    if (last === undefined) return;
    payload.resolveOffset(last.offset);
    await payload.commitOffsetsIfNecessary(positionAfter(last));
  }

  const finished = supervise();
  return {
    isJoined: () => state.joined,
    stop: async () => {
      state.stopped = true;
      bell.stop();
      await finished;
    },
  };

  async function leave(consumer: Consumer): Promise<void> {
    try {
      await consumer.disconnect();
    } catch (error) {
      connection.log.debug('the consumer did not leave its group', { error });
    }
  }
}

/** A member joins anew under renewed credentials, from where it has read. */
function renewalOf({ renewed }: LogConnection): { heard: Promise<void>; stop(): void } {
  let stop = (): void => undefined;
  const heard = new Promise<void>((resolve) => {
    stop = renewed?.(resolve) ?? stop;
  });
  return { heard, stop };
}

function createConsumer(connection: LogConnection, reader: LogReader): Consumer {
  return createKafka(connection, 1).consumer({
    groupId: reader.groupId,
    allowAutoTopicCreation: false,
    sessionTimeout: consumerLimits.sessionTimeoutMs,
    rebalanceTimeout: consumerLimits.rebalanceTimeoutMs,
    heartbeatInterval: consumerLimits.heartbeatMs,
    maxWaitTimeInMs: consumerLimits.fetchWaitMs,
    maxBytesPerPartition: consumerLimits.fetchBytesMax,
    retry: { retries: 3, restartOnFailure: async () => false },
  });
}

function flowOf(consumer: Consumer): LogFlow {
  const one = ({ topic, partition }: TopicPartition) => [{ topic, partitions: [partition] }];
  return {
    seek: (place, offset) => consumer.seek({ ...place, offset: offset.toString() }),
    pause: (place) => consumer.pause(one(place)),
    resume: (place) => consumer.resume(one(place)),
  };
}

function placesOf(assignment: Record<string, number[]>): TopicPartition[] {
  return Object.entries(assignment).flatMap(([topic, partitions]) =>
    partitions.map((partition) => ({ topic, partition })),
  );
}

function positionAfter({ topic, partition, offset }: LogRecord) {
  const next = (BigInt(offset) + 1n).toString();
  return { topics: [{ topic, partitions: [{ partition, offset: next }] }] };
}

/** The library's type has absent values, which it never reads. */
type StoredHeaders = StoredMessage['headers'];
