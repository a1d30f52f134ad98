import { ByteWriter, sizeOf } from './bytes';
import { writeBatch } from './records';
import type { WireMessage } from './records';
import type { LibraryRequest, ProtocolOf } from './library';

/** What the library asks to be written: messages of some partitions, in order. */
export interface ProduceAsked {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null | undefined;
  /** Whatever the library counts with; -1 where it numbers nothing. */
  readonly producerId?: { toString(): string } | undefined;
  readonly producerEpoch?: number | undefined;
  readonly compression?: number | undefined;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number | undefined;
      readonly messages: readonly WireMessage[];
    }[];
  }[];
}

/** Room for headers and everything else of one message beside its value. */
const besideValueBytes = 1_100;

/** Version 3 to 7 of the request have the same body. Answers it as the library's own encoder would. */
export function produceBody(asked: ProduceAsked, nowMs = Date.now()): Buffer {
  const messages = asked.topicData.flatMap(({ partitions }) =>
    partitions.flatMap((one) => one.messages),
  );
  const bytes = messages.reduce((sum, { value }) => sum + sizeOf(value) + besideValueBytes, 256);
  const writer = new ByteWriter(bytes);
  writer.shortText(asked.transactionalId ?? null);
  writer.int16(asked.acks);
  writer.int32(asked.timeout);
  writer.int32(asked.topicData.length);
  for (const { topic, partitions } of asked.topicData) {
    writer.shortText(topic);
    writer.int32(partitions.length);
    for (const { partition, messages: own, firstSequence = 0 } of partitions) {
      const producer = { producerId: BigInt((asked.producerId ?? -1).toString()), firstSequence };
      writer.int32(partition);
      const size = writer.hole32();
      writeBatch(writer, own, { ...producer, producerEpoch: asked.producerEpoch ?? 0 }, nowMs);
      writer.fillHole32(size, writer.length - size - 4);
    }
  }
  return writer.written();
}

/** The library's protocol with our body, where nothing is to be compressed; its own where something is. */
export function quickProduce(own: ProtocolOf<ProduceAsked>): ProtocolOf<ProduceAsked> {
  return {
    ...own,
    protocol: (asking) => {
      const known = own.protocol(asking);
      if (known === undefined || asking.version < 3) return known;
      return (asked) => {
        const made = known(asked);
        if ((asked.compression ?? 0) !== 0) return made;
        return { ...made, request: withBody(made.request, () => produceBody(asked)) };
      };
    },
  };
}

/** The library reads no more of an encoder than its memory, and what of it was written. */
function withBody(request: LibraryRequest, body: () => Buffer): LibraryRequest {
  const encode = async () => {
    const buffer = body();
    return { buf: buffer, buffer };
  };
  return { ...request, encode };
}
