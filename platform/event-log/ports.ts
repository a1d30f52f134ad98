/** A message as it stands in the log: CloudEvents attributes in headers, domain JSON as the value. */
export interface LogMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message byte for byte as the broker keeps it; {@link LogMessage} is what our readers see of it. */
export interface StoredMessage {
  /** When its sender gave it to the broker, milliseconds since 1970 as decimal text. */
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, StoredHeader | readonly StoredHeader[]>>;
}

export type StoredHeader = Buffer | string | null;

/** A message read from the log, with its place. */
export interface LogRecord extends LogMessage {
  readonly topic: string;
  readonly partition: number;
  /** Offset as decimal text: it may pass 2^53. */
  readonly offset: string;
  /** Absent where a record does not come from the log itself, as that of a dead letter. */
  readonly stored?: StoredMessage;
}

/** Appends to the log. */
export interface LogWriter {
  /** Makes sure there is a connection, so that what follows a lease check is the send and nothing slower. */
  connect(timeoutMs: number): Promise<void>;
  /**
   * Appends messages to one partition in order, acknowledged by all in-sync replicas, one call in flight per
   * partition. Rejects after `timeoutMs`; the outcome is then unknown, and a repeat is harmless downstream.
   */
  append(
    topic: string,
    partition: number,
    messages: readonly LogMessage[],
    timeoutMs: number,
  ): Promise<void>;
  close(): Promise<void>;
}

/** First offset a partition still holds, and the one its next message will get. */
export interface PartitionMarks {
  readonly partition: number;
  readonly low: bigint;
  readonly high: bigint;
}

/** Looks at the log from outside. */
export interface LogInspector {
  /** Marks of every partition, ascending. Throws {@link LogError} `TOPIC_MISSING` or `LOG_UNAVAILABLE`. */
  marks(topic: string): Promise<readonly PartitionMarks[]>;
  /**
   * Where a moment cuts the topic: for each partition the first offset whose time, as the sender told the broker, is
   * later than `timeMs` since 1970, or the end where there is none. Throws as `marks` does.
   */
  cutAt(topic: string, timeMs: number): Promise<ReadonlyMap<number, bigint>>;
}

/** Changes the log itself: for operators, and for nobody else. */
export interface LogKeeper {
  /** Deletes every record before an offset, by partition, for good. Throws as `marks` does. */
  forgetBefore(topic: string, offsets: ReadonlyMap<number, bigint>): Promise<void>;
  /**
   * Appends stored messages as they are, times included, and answers the offset of the first; one call in flight per
   * partition. The broker has `timeoutMs`; where it rejects, the outcome is unknown.
   */
  appendStored(
    place: TopicPartition,
    messages: readonly StoredMessage[],
    timeoutMs: number,
  ): Promise<bigint>;
}

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

/** Records of one partition in order, without holes of the log's own making. */
export interface LogBatch extends TopicPartition {
  readonly records: readonly LogRecord[];
  /** Offset the next message of the partition will get, as the broker said with this batch. */
  readonly high: bigint;
  /** False once the partition was taken away, sought elsewhere or the consumer is stopping: do not go on. */
  isCurrent(): boolean;
  /** Keeps the membership alive between transactions; throws when the group is being shared out again. */
  heartbeat(): Promise<void>;
}

/** How a reader steers its partitions. All calls are harmless for a partition it does not hold. */
export interface LogFlow {
  seek(place: TopicPartition, offset: bigint): void;
  pause(place: TopicPartition): void;
  resume(place: TopicPartition): void;
}

/** What a consumer group member does. */
export interface LogReader {
  readonly groupId: string;
  readonly topics: readonly string[];
  /** Partitions were handed out; each stays paused until `resume`. A throw is retried while they are ours. */
  assigned(places: readonly TopicPartition[], flow: LogFlow): Promise<void>;
  /** Answers how many records, from the first, are done with; the next batch begins after them. */
  read(batch: LogBatch, flow: LogFlow): Promise<number>;
  /** What is to come will never come: the log is not whole, or not what it was. Nothing is read after that. */
  failed?(error: Error): void;
}

/** A member of a consumer group, until stopped. It rebuilds itself after every failure. */
export interface LogConsumer {
  /** True while the member has its partitions and nothing failed since. */
  isJoined(): boolean;
  stop(): Promise<void>;
}

/** Closed list of what can go wrong with the log. Only `RECORD_REFUSED` is about the messages themselves. */
export type LogErrorCode =
  /** No broker answered, or one answered with trouble of its own; outcome unknown. */
  | 'LOG_UNAVAILABLE'
  /** Our own deadline passed; outcome unknown. */
  | 'LOG_TIMEOUT'
  /** The broker will never take these messages; nothing was written. */
  | 'RECORD_REFUSED'
  | 'TOPIC_MISSING'
  /** The certificate lacks the permission; a person must change the access list. */
  | 'LOG_FORBIDDEN'
  /** A second send to a partition while one was open: a bug of the caller. */
  | 'APPEND_OVERLAPS';

export class LogError extends Error {
  constructor(
    readonly code: LogErrorCode,
    message: string,
    options?: ErrorOptions,
  ) {
    super(`${code}: ${message}`, options);
    this.name = 'LogError';
  }
}
