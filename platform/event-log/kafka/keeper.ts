import type { IHeaders } from 'kafkajs';
import { createKafka, logErrorOf } from './connection';
import type { LogConnection } from './connection';
import { keptClient } from './kept-client';
import { LogError } from '../ports';
import type { LogKeeper, StoredMessage } from '../ports';
import { connectProducer } from './writer';

/** Deleting the same again does no harm. */
const retries = 3;

/**
 * Deletes and appends for operators. No send is repeated by itself, and after one that failed the producer is thrown
 * away, so that what was appended once cannot be there twice.
 */
export function createKafkaKeeper(
  connection: LogConnection,
): LogKeeper & { close(): Promise<void> } {
  const named = { ...connection, name: 'the producer of an operator' };
  const kept = keptClient(() => connectProducer(connection), named);

  async function appendStored(
    { topic, partition }: Parameters<LogKeeper['appendStored']>[0],
    messages: readonly StoredMessage[],
    timeoutMs: number,
  ): Promise<bigint> {
    const records = messages.map((message) => ({ ...kafkaMessage(message), partition }));
    try {
      const producer = await kept.get();
      const told = { topic, acks: -1, timeout: timeoutMs, messages: records };
      const offset = (await producer.send(told))[0]?.baseOffset;
      if (offset !== undefined) return BigInt(offset);
      throw new LogError('LOG_UNAVAILABLE', 'the broker did not say where it put the messages');
    } catch (error) {
      await kept.giveUp();
      throw logErrorOf(error);
    }
  }

  async function forgetBefore(topic: string, offsets: ReadonlyMap<number, bigint>): Promise<void> {
    const partitions = [...offsets].map(([partition, offset]) => ({
      ...{ partition, offset: offset.toString() },
    }));
    const admin = createKafka(connection, retries).admin();
    try {
      await admin.connect();
      // The client looks for the partitions' leaders in what it knows of the topic, and this makes it know.
      await admin.fetchTopicOffsets(topic);
      await admin.deleteTopicRecords({ topic, partitions });
    } catch (error) {
      throw logErrorOf(error);
    } finally {
      await admin.disconnect();
    }
  }

  return { appendStored, forgetBefore, close: () => kept.close() };
}

function kafkaMessage({ timestamp, key, value, headers }: StoredMessage) {
  return { timestamp, key, value, headers: { ...headers } as IHeaders };
}
