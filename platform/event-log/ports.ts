/** A message as it stands in the log: CloudEvents attributes in headers, domain JSON as the value. */
export interface LogMessage {
  readonly key: string;
  readonly value: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** A message read from the log, with its place. */
export interface LogRecord extends LogMessage {
  readonly topic: string;
  readonly partition: number;
  /** Offset as decimal text: it may pass 2^53. */
  readonly offset: string;
}

/** Appends to the log. */
export interface LogWriter {
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
