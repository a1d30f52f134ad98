import type { Admin } from 'kafkajs';
import { createKafka, logErrorOf } from './connection';
import type { LogConnection } from './connection';
import { keptClient } from './kept-client';
import type { LogInspector, PartitionMarks } from '../ports';

const retries = 3;

/** An inspector that keeps one connection and gives it up after a failure. */
export function createKafkaInspector(
  connection: LogConnection,
): LogInspector & { close(): Promise<void> } {
  const told = { ...connection, name: 'the admin client' };
  const kept = keptClient(() => connectAdmin(connection), told);

  async function asking<Answer>(question: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    try {
      return await question(await kept.get());
    } catch (error) {
      await kept.giveUp();
      throw logErrorOf(error);
    }
  }

  async function ask(topic: string): Promise<readonly PartitionMarks[]> {
    const found = await asking((admin) => admin.fetchTopicOffsets(topic));
    return found
      .map(({ partition, low, high }) => ({ partition, low: BigInt(low), high: BigInt(high) }))
      .sort((left, right) => left.partition - right.partition);
  }

  /** The protocol asks for the first record at a time or later; a partition without one answers its end. */
  async function cutAt(topic: string, timeMs: number): Promise<ReadonlyMap<number, bigint>> {
    const found = await asking((admin) => admin.fetchTopicOffsetsByTimestamp(topic, timeMs + 1));
    return new Map(found.map(({ partition, offset }) => [partition, BigInt(offset)]));
  }

  /** Partitions of a topic are taken up together: they share one answer. */
  const asked = new Map<string, Promise<readonly PartitionMarks[]>>();
  return {
    close: () => kept.close(),
    cutAt,
    marks: (topic) => {
      const answer = asked.get(topic) ?? ask(topic).finally(() => asked.delete(topic));
      asked.set(topic, answer);
      return answer;
    },
  };
}

async function connectAdmin(connection: LogConnection): Promise<Admin> {
  const admin = createKafka(connection, retries).admin({ retry: { retries } });
  await admin.connect();
  return admin;
}
