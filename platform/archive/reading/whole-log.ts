import { connectLog } from '../../event-log/kafka';
import type { EventLog, LogConnection } from '../../event-log/kafka';
import type { LogFlow, LogReader, PartitionMarks, TopicPartition } from '../../event-log/ports';
import { openFiles } from '../files/open';
import type { ArchiveFiles } from '../files/open';
import { createFeed } from './feed';
import type { Feed } from './feed';
import { cutInFiles, joinMarks } from './seam';

type Broker = Pick<EventLog, 'marks' | 'cutAt' | 'startConsumer'>;

/**
 * The log as it was before retention took the beginning of it: the records in the files of `folder`, and from where
 * those end the broker's. For whoever reads from the first record or from any place; who follows the end needs the
 * broker alone. Without a folder, and for topics that nothing was exported of, it is the broker's log.
 */
export function wholeLog<Log extends Broker>(broker: Log, folder: string): Log {
  if (folder === '') return broker;
  const files = openFiles(folder);
  let broken: Error | undefined;

  async function marks(topic: string): Promise<readonly PartitionMarks[]> {
    // Readers ask now and then; what keeps records from them must not look like a log that merely stands still.
    if (broken !== undefined) throw broken;
    const found = await broker.marks(topic);
    return found.map((one) => joinMarks(one, files.partition({ topic, ...one })));
  }

  async function cutAt(topic: string, timeMs: number): Promise<ReadonlyMap<number, bigint>> {
    const cuts = await broker.cutAt(topic, timeMs);
    return new Map(
      [...cuts].map(([partition, offset]) => {
        const held = files.partition({ topic, partition });
        return [partition, (held && cutInFiles(held, timeMs)) ?? offset] as const;
      }),
    );
  }

  return {
    ...broker,
    ...{ marks, cutAt },
    startConsumer: (reader) => {
      const fail = (error: Error): void => {
        broken ??= error;
        reader.failed?.(error);
      };
      const { joined, end } = joinedReader(reader, { broker, files, fail });
      const consumer = broker.startConsumer(joined);
      return {
        isJoined: () => consumer.isJoined(),
        stop: async () => {
          await end();
          await consumer.stop();
        },
      };
    },
  };
}

/** The log of a process whose archive, if it has one, is in `folder`; nothing connects before it is used. */
export function connectWholeLog(connection: LogConnection, folder: string): EventLog {
  return wholeLog(connectLog(connection), folder);
}

interface Sides {
  readonly broker: Broker;
  readonly files: ArchiveFiles;
  readonly fail: (error: Error) => void;
}

/** A reader for the broker that hands `reader` what is in the files before. */
function joinedReader(reader: LogReader, { broker, files, fail }: Sides) {
  let feeds = new Map<string, Feed>();
  const feedOf = (place: TopicPartition): Feed | undefined => feeds.get(nameOf(place));
  const flow: LogFlow = {
    seek: (place, offset) => feedOf(place)?.seek(offset),
    pause: (place) => feedOf(place)?.pause(),
    resume: (place) => feedOf(place)?.resume(),
  };
  const end = async (): Promise<void> =>
    void (await Promise.all([...feeds.values()].map((one) => one.end())));

  function feed(place: TopicPartition, steering: LogFlow): Feed {
    return createFeed({
      ...{ place, reader, flow, broker: steering, failed: fail },
      files: () => files.partition(place),
      marks: async () => marksOf(place, await broker.marks(place.topic)),
    });
  }

  const joined: LogReader = {
    ...{ groupId: reader.groupId, topics: reader.topics, failed: fail },
    assigned: async (places, steering) => {
      feeds.forEach((one) => void one.end());
      feeds = new Map(places.map((place) => [nameOf(place), feed(place, steering)]));
      await reader.assigned(places, flow);
    },
    read: async (batch) => (await feedOf(batch)?.fromBroker(batch)) ?? 0,
  };
  return { joined, end };
}

function marksOf(place: TopicPartition, marks: readonly PartitionMarks[]): PartitionMarks {
  const found = marks.find(({ partition }) => partition === place.partition);
  if (found === undefined) throw new RangeError(`there is no ${nameOf(place)}`);
  return found;
}

function nameOf({ topic, partition }: TopicPartition): string {
  return `${topic}/${partition}`;
}
