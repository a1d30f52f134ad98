import type { RecordedEvent } from '../kernel/decision';
import type { Json } from '../kernel/json';
import type { StepKey } from '../kernel/step';
import type { StepRecord } from '../participant/fence-table';
import type { StepImage } from './commit-mark';
import type { SealedRows } from './sealing';
import type { VersionedTables } from './tables-version';

/** An aggregate as the service's database holds it. */
export interface Aggregate<State = Json> {
  readonly id: string;
  /** Number of events recorded so far; the next event is `seq + 1`. */
  readonly seq: number;
  readonly state: State;
}

/** A row of the events table: the service's own history, never deleted. */
export interface StoredEvent extends RecordedEvent {
  /** Kafka partition, `hash(aggregateId) mod partitions`, fixed at write time. */
  readonly slot: number;
  /** Schema version of `data`, `major.minor`. */
  readonly schema: string;
  /** Business time, RFC 3339 with milliseconds, taken once per transaction. */
  readonly time: string;
  readonly sagaId?: string;
  readonly step?: string;
  readonly epoch?: number;
  readonly direction?: 'forward' | 'undo';
  readonly correlationId?: string;
  readonly causationId?: string;
  readonly traceparent?: string;
  /** Id of the last event of the same transaction; absent in events older than this member. */
  readonly commitId?: string;
  /** The step record the transaction left; on its last event only. */
  readonly stepImage?: StepImage;
  /** sha256 over the canonical content; equal seq with another hash is a forked history. */
  readonly contentHash: string;
}

/** What one transaction changes in one aggregate: its new state and the events that led to it. */
export interface AggregateChange<State = Json> {
  readonly id: string;
  /** Sequence the decision was made at; another one at commit means somebody else was first. */
  readonly expectedSeq: number;
  readonly state: State;
  readonly events: readonly StoredEvent[];
}

/** What a transaction sees: the step record (locked, or conditioned on at commit) and aggregates on demand. */
export interface TransactionView<State = Json> {
  readonly stepRecord: StepRecord | undefined;
  /**
   * The saga's closing, the row of the step `*`; undefined where nobody took the saga over, and for the closing's own
   * transaction. Like the record it still stands at the commit: what was decided without it is not committed.
   */
  readonly closing: StepRecord | undefined;
  /** Latest committed state within the transaction; undefined for an aggregate that has no events yet. */
  load(aggregateId: string): Promise<Aggregate<State> | undefined>;
}

/** What a transaction wants: an answer and, where anything changes, everything that changes, together. */
export interface TransactionOutcome<Answer, State = Json> {
  readonly answer: Answer;
  readonly commit?: {
    readonly stepRecord: StepRecord;
    readonly aggregates: readonly AggregateChange<State>[];
  };
}

/**
 * State, events and step record: one call, or nothing. There is no method that writes one of them alone.
 * `work` may be called again after a conflict, so it must be free of effects of its own. Conflicts are retried
 * inside up to a bound, then thrown as the fault `STORE_CONFLICT`; technical trouble is `STORE_UNAVAILABLE`.
 */
export interface UnitOfWork<State = Json> {
  /** What the database is, by its name in OpenTelemetry's conventions; for traces. */
  readonly system?: string;
  transact<Answer>(
    key: StepKey,
    work: (view: TransactionView<State>) => Promise<TransactionOutcome<Answer, State>>,
    options?: TransactOptions,
  ): Promise<Answer>;
}

/** How one transaction is run. */
export interface TransactOptions {
  /** Everything, retries included, ends before this is over. */
  readonly timeoutMs?: number;
  /** Called after the writes and before their commit, where a store knows such a moment; a seam for chaos. */
  readonly written?: () => Promise<void>;
}

/**
 * The time-limited right to relay one slot. A challenger must see `version` unchanged for `leaseMs`
 * on its own clock.
 */
export interface SlotLease {
  readonly slot: number;
  readonly owner: string;
  readonly version: number;
  /**
   * End of the slot's partition when the events table was last known to hold all of it, an offset as decimal text. It
   * goes back with a restored database, and the log does not: what stands behind it is looked at before anything is
   * sent.
   */
  readonly logEnd?: string;
}

/** The outbox as the relay sees it: the unpublished part of the events table, per slot. */
export interface OutboxSource {
  /** Oldest unpublished events of a slot in fairness order; within one aggregate ascending and contiguous. */
  pending(slot: number, limitMax: number): Promise<readonly StoredEvent[]>;
  /** Idempotent and unconditional: it says "this is in the log". */
  markPublished(events: readonly StoredEvent[]): Promise<void>;
  readLease(slot: number): Promise<SlotLease | undefined>;
  /**
   * Writes the lease if the stored version is still `expectedVersion` (0: no row yet). False when
   * somebody was first.
   */
  writeLease(lease: SlotLease, expectedVersion: number): Promise<boolean>;
  /** Calls back soon after new events; only a hint, the table is the truth. Returns how to stop. */
  subscribe(wake: () => void): () => void;
  /** Depth of the outbox: pending rows and the age of the oldest. */
  depth(): Promise<{ readonly pending: number; readonly oldestAgeMs: number }>;
  /** The service's history of every aggregate, for audit and republish; ascending by aggregate and seq. */
  history(options: {
    readonly after?: { readonly aggregateId: string; readonly seq: number };
    readonly limitMax: number;
  }): Promise<readonly (StoredEvent & { readonly published: boolean })[]>;
}

/** Versioned schemas of the events a process may write; checked in the business transaction. */
export interface EventSchemas {
  /** Throws the fault `EVENT_INVALID` with the failing member's pointer; answers the version written. */
  check(type: string, data: Json): { readonly version: string; readonly hash: string };
}

/** A step record with the name of its step. */
export interface NamedStepRecord extends StepRecord {
  readonly step: string;
}

/** One service's database behind the two ports, with its life cycle. */
export interface ServiceStore<State = Json>
  extends UnitOfWork<State>, OutboxSource, VersionedTables, SealedRows {
  /** Answers within `timeoutMs` or throws `STORE_UNAVAILABLE`. */
  ping(timeoutMs: number): Promise<void>;
  readAggregate(id: string): Promise<Aggregate<State> | undefined>;
  /** Aggregates whose id starts with `prefix`, ascending by id, after `afterId`. */
  listAggregates(options: {
    readonly prefix: string;
    readonly afterId?: string;
    readonly limitMax: number;
  }): Promise<readonly Aggregate<State>[]>;
  readStepRecord(key: StepKey): Promise<StepRecord | undefined>;
  /** All rows of a saga but its closing, ascending by step; everything committed before the call is in it. */
  stepRecordsOf(sagaId: string): Promise<readonly NamedStepRecord[]>;
  close(): Promise<void>;
}
