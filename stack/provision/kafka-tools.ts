import type { Note } from '../cache/binary';
import { provideJava } from './java';
import { provideJars } from './maven';

/** The newest version whose command-line tools are published beside the broker. */
const version = '4.3.0';

const jars = {
  subject: 'kafka',
  variable: 'HOLDFAST_KAFKA_LIBS',
  key: `kafka-${version}`,
  artifacts: [
    `org.apache.kafka:kafka_2.13:${version}`,
    // Kafka's own tools, for looking into the log with nothing of ours in between.
    `org.apache.kafka:kafka-tools:${version}`,
    // Without a logging binding the broker is silent.
    'org.slf4j:slf4j-simple:1.7.36',
  ],
  mainJar: 'kafka_2.13-',
};

/** Kafka's jars, broker and tools alike, and the Java that runs them. */
export interface KafkaTools {
  java: string;
  /** Folder of jars; the class path is `<libs>/*`. */
  libs: string;
  version: string;
}

/** Fetches Kafka where it is not there yet. */
export async function provisionKafkaTools(note: Note = () => undefined): Promise<KafkaTools> {
  const { binary: java } = await provideJava();
  const found = await provideJars(jars, note);
  return { java, ...found };
}
