import { createKafkaInspector } from './kafka/inspector';
import { startKafkaConsumer } from './kafka/consumer';
import { createKafkaWriter } from './kafka/writer';
import type { LogConnection } from './kafka/connection';
import { createKafkaKeeper } from './kafka/keeper';
import type { LogConsumer, LogInspector, LogKeeper, LogReader, LogWriter } from './ports';

export type { LogConnection } from './kafka/connection';

/** The event log on Kafka: one writer and one inspector, shared, and any number of consumers. */
export interface EventLog extends LogInspector {
  readonly writer: LogWriter;
  readonly keeper: LogKeeper;
  /** Joins the reader's group and reads until stopped. */
  startConsumer(reader: LogReader): LogConsumer;
  /** Stops the consumers it started, then closes every connection. */
  close(): Promise<void>;
}

/** Nothing connects before it is used, so this cannot fail and a log that is away only delays. */
export function connectLog(connection: LogConnection): EventLog {
  const writer = createKafkaWriter(connection);
  const inspector = createKafkaInspector(connection);
  const keeper = createKafkaKeeper(connection);
  const consumers = new Set<LogConsumer>();
  return {
    writer,
    keeper,
    marks: (topic) => inspector.marks(topic),
    cutAt: (topic, timeMs) => inspector.cutAt(topic, timeMs),
    startConsumer: (reader) => {
      const consumer = startKafkaConsumer(connection, reader);
      consumers.add(consumer);
      return consumer;
    },
    close: async () => {
      await Promise.all([...consumers].map((consumer) => consumer.stop()));
      await Promise.all([writer.close(), inspector.close(), keeper.close()]);
    },
  };
}
