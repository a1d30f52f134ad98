import { ByteReader, BytesMissing } from './byte-reader';
import { NotOurs, readBatches } from './batches';
import type { LibraryCall, ProtocolOf } from './library';

/** The version that is read here: the newest the library speaks, and every broker since 2.3 does. */
const version = 11;

/** An answer with records, in the library's words. Throws {@link NotOurs} and {@link BytesMissing}. */
export function readFetched(raw: Buffer) {
  const reader = new ByteReader(raw);
  const [clientSideThrottleTime, errorCode, sessionId] = [
    ...[reader.int32(), reader.int16(), reader.int32()],
  ];
  const responses = reader.list(() => ({
    topicName: reader.shortText(),
    partitions: reader.list(() => readPartition(reader)),
  }));
  // The broker has not waited: it expects us to.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function readPartition(reader: ByteReader) {
  const head = {
    partition: reader.int32(),
    errorCode: reader.int16(),
    highWatermark: reader.int64().toString(),
    lastStableOffset: reader.int64().toString(),
    lastStartOffset: reader.int64().toString(),
    abortedTransactions: reader.list(() => ({
      producerId: reader.int64().toString(),
      firstOffset: reader.int64().toString(),
    })),
    preferredReadReplica: reader.int32(),
  };
  const size = reader.int32();
  const messages = size <= 0 ? [] : readBatches(reader.piece(size));
  return { ...head, messages };
}

/** The library's protocol with our reading of answers; what is not ours, the library reads. */
export function quickFetch<Asked>(own: ProtocolOf<Asked>): ProtocolOf<Asked> {
  return {
    ...own,
    protocol: (asking) => {
      const known = own.protocol(asking);
      if (known === undefined || asking.version !== version) return known;
      return (asked) => withReading(known(asked));
    },
  };
}

function withReading(call: LibraryCall): LibraryCall {
  const { response } = call;
  const decode = async (raw: Buffer): Promise<unknown> => {
    try {
      return readFetched(raw);
    } catch (error) {
      if (!(error instanceof NotOurs || error instanceof BytesMissing)) throw error;
      return response.decode(raw);
    }
  };
  return { ...call, response: { ...response, decode } };
}
