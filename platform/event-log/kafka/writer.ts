import type { Producer } from 'kafkajs';
import { createKafka, logErrorOf } from './connection';
import type { LogConnection } from './connection';
import { keptClient } from './kept-client';
import { LogError } from '../ports';
import type { LogMessage, LogWriter } from '../ports';

/** Share of the caller's deadline the broker may use to gather acknowledgements. */
const brokerShare = 0.8;

/**
 * A writer over one producer that never repeats by itself: after any failure the producer is thrown away, so that
 * nothing of a send whose outcome is unknown can be sent later behind the caller's back.
 */
export function createKafkaWriter(connection: LogConnection): LogWriter {
  const open = new Set<string>();
  const told = { ...connection, name: 'the producer' };
  const kept = keptClient(() => connectProducer(connection), told);

  async function within<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
    try {
      return await deadline(timeoutMs, work);
    } catch (error) {
      // Not waited for: it may take as long as what was given up.
      void kept.giveUp();
      throw logErrorOf(error);
    }
  }

  async function send(
    topic: string,
    partition: number,
    messages: readonly LogMessage[],
    { ms, isOver }: { readonly ms: number; readonly isOver: () => boolean },
  ) {
    const timeout = Math.ceil(ms * brokerShare);
    const records = messages.map(({ key, value, headers }) => ({
      ...{ key, value, headers, partition },
    }));
    const connected = await kept.get();
    // The caller has given it up while there was no connection yet: sent now, it would be behind the caller's back.
    if (isOver()) return;
    await connected.send({ topic, acks: -1, timeout, messages: records });
  }

  return {
    connect: async (timeoutMs) => void (await within(timeoutMs, kept.get())),
    append: async (topic, partition, messages, timeoutMs) => {
      const place = `${topic}/${partition}`;
      if (open.has(place)) throw new LogError('APPEND_OVERLAPS', place);
      open.add(place);
      let isOver = false;
      const life = { ms: timeoutMs, isOver: () => isOver };
      try {
        await within(timeoutMs, send(topic, partition, messages, life));
      } finally {
        isOver = true;
        open.delete(place);
      }
    },
    close: () => kept.close(),
  };
}

/** A producer that sends where it is told, and repeats nothing by itself. */
export async function connectProducer(connection: LogConnection): Promise<Producer> {
  const producer = createKafka(connection, 0).producer({
    allowAutoTopicCreation: false,
    createPartitioner: () => explicitPartition,
    retry: { retries: 0 },
  });
  await producer.connect();
  return producer;
}

/** The slot stored with the event decides; a client library's idea of a good partition would reorder. */
function explicitPartition({ message }: { message: { partition?: number } }): number {
  if (message.partition === undefined) throw new LogError('APPEND_OVERLAPS', 'no partition given');
  return message.partition;
}

async function deadline<Value>(timeoutMs: number, work: Promise<Value>): Promise<Value> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    const error = new LogError('LOG_TIMEOUT', `no answer within ${timeoutMs} ms`);
    timer = setTimeout(() => reject(error), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
