import type { Log } from '../../runtime/log';
import type { OutboxSource, StoredEvent } from '../../outbox/ports';
import type { LogWriter } from '../ports';
import type { LogCheck } from './log-check';

/**
 * Limits of a relay. A send gets less than half a lease and follows a renewal that is at most a third old, so it is
 * over before anybody else may take the slot; and whoever is late for other reasons can only repeat.
 */
export const relayLimits = {
  leaseMs: 10_000,
  /** Most messages in one send. */
  batchSizeMax: 200,
  batchBytesMax: 700_000,
  sendTimeoutMs: 4_000,
  /** Waiting for work: the table is looked at again after this time even when no hint came. */
  idleMsMin: 250,
  idleMsMax: 1_000,
  /** How often somebody else's lease is looked at. */
  challengeMs: 500,
  backoffMsMin: 100,
  backoffMsMax: 5_000,
  /** After this time a parked aggregate is tried again. */
  parkedRetryMs: 60_000,
} as const;

/** Codes a relay of ours fails with. What drivers say under codes of their own comes beside them. */
export const relayFailureCodes = [
  ...(['LOG_UNAVAILABLE', 'LOG_TIMEOUT', 'RECORD_REFUSED', 'TOPIC_MISSING'] as const),
  ...(['LOG_FORBIDDEN', 'APPEND_OVERLAPS', 'LEASE_LOST', 'SLOT_STALLED'] as const),
  ...(['TOPIC_READ_TIMEOUT', 'HISTORY_FORKED', 'DATABASE_BEHIND', 'CIPHERTEXT_REFUSED'] as const),
  ...(['STORE_UNAVAILABLE', 'UNKNOWN'] as const),
] as const;

export type RelayLimits = { readonly [Name in keyof typeof relayLimits]: number };

/** What a relay tells the metrics. */
export interface RelayObserver {
  sent(events: readonly StoredEvent[]): void;
  /** Events sent again after a send whose outcome was unknown. */
  repeated(count: number): void;
  failed(code: string): void;
  /** Aggregates of a slot that cannot be sent. */
  parked(slot: number, count: number): void;
}

/** What a relay moves, where to, and under which name. */
export interface RelayOptions {
  readonly service: string;
  readonly source: OutboxSource;
  readonly writer: LogWriter;
  readonly topic: string;
  /** Slots of the outbox = partitions of the topic. */
  readonly partitions: number;
  /** Unique per start of a process. */
  readonly owner: string;
  readonly log: Log;
  /** Hash of a schema file, named in every envelope; undefined for one this build does not have. */
  readonly schemaHashOf?: (type: string, schema: string) => string | undefined;
  /** Looks at the log before anything is sent; without it a restored database is told by the readers only. */
  readonly logCheck?: LogCheck;
  readonly limits?: Partial<RelayLimits>;
  readonly observe?: Partial<RelayObserver>;
  /** Wall clock, milliseconds since 1970. */
  readonly clock?: () => number;
  /** Monotonic clock, milliseconds. */
  readonly nowMs?: () => number;
}

/** An aggregate whose next event the broker refuses; later events of it wait, others flow. */
export interface ParkedAggregate {
  readonly aggregateId: string;
  readonly seq: number;
  readonly slot: number;
  readonly reason: string;
  readonly retryAtMs: number;
}

/** One slot as this relay sees it. */
export interface SlotStatus {
  readonly slot: number;
  /** `leading`: ours; `waiting`: somebody else's; `failing`: backing off after `lastError`. */
  readonly state: 'leading' | 'waiting' | 'failing' | 'stopped';
  readonly sent: number;
  readonly repeats: number;
  readonly lastError?: string;
}

export interface RelayStatus {
  readonly slots: readonly SlotStatus[];
  readonly parked: readonly ParkedAggregate[];
}

/** Options with every default filled in. */
export type CompleteRelayOptions = Required<
  Omit<RelayOptions, 'limits' | 'observe' | 'logCheck'>
> & {
  readonly logCheck?: LogCheck;
  readonly limits: RelayLimits;
  readonly observe: RelayObserver;
};
