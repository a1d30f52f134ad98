import type { EventLog } from '../event-log/kafka';
import type { LogWriter } from '../event-log/ports';
import { relayLimits } from '../event-log/relay';
import type { OutboxSource } from '../outbox/ports';

/** Bounds of a run. The lease and the send are those of a relay, whose slots are taken over. */
export const republishLimits = {
  leaseMs: relayLimits.leaseMs,
  sendTimeoutMs: relayLimits.sendTimeoutMs,
  batchSizeMax: relayLimits.batchSizeMax,
  batchBytesMax: relayLimits.batchBytesMax,
  /** A log of which nothing came for so long is away. */
  stallMs: 30_000,
  /** Findings that are told in full. */
  findingsMax: 20,
  /** Up to so many aggregates are asked for one by one; more by reading the whole events table once more. */
  askedAloneMax: 1_000,
} as const;

/** What keeps an aggregate, or a whole service, from being sent again. A closed list, with what a person does next. */
export const republishCodes = {
  /** One number, two contents. Nothing at all is sent: which of the two is true, a person must say. */
  HISTORY_FORKED:
    'history was written twice, as after a restore: stop the service, see the runbook of a restore',
  /** The log has events of it that the events table does not have. */
  LOG_AHEAD:
    'the database is an old backup: stop the service before it gives these numbers away again',
  /** Numbers of an aggregate do not go 1, 2, 3 … in the events table. */
  TABLE_NOT_CONTIGUOUS: 'rows were deleted by hand: compare the events table with a backup',
  /** The content of a row does not give its hash. */
  TABLE_HASH_WRONG: 'the row was changed by hand: compare the events table with a backup',
  /** The partition has forgotten its first records, and still holds others. */
  LOG_TRUNCATED: 'retention took them, and they are not sent again unless --all says so',
  /** Later events of it stand so far before the end of the log that no reader would look for it there. */
  GAP_OUT_OF_REACH: 'no append puts it in order: fill an empty topic, and replay what reads it',
} as const;

export type RepublishCode = keyof typeof republishCodes;

/** What was found of one aggregate; `seq` is the event it is about. */
export interface RepublishFinding {
  readonly code: RepublishCode;
  readonly aggregateId: string;
  readonly seq: number;
  readonly detail: string;
}

/** What is being done at the moment. */
export interface RepublishProgress {
  readonly phase: 'log' | 'table' | 'lease' | 'sending';
  /** Records of the log and events of the table read so far, and events sent. */
  readonly records: number;
  readonly events: number;
  readonly sent: number;
}

export interface RepublishOptions {
  readonly service: string;
  readonly topic: string;
  readonly source: Pick<OutboxSource, 'history' | 'markPublished' | 'readLease' | 'writeLease'>;
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly writer: LogWriter;
  /** Consumer groups of this prefix must be allowed to us. */
  readonly groupPrefix: string;
  /** Unique per run: name of the lease's owner. */
  readonly owner: string;
  /** Hash of a schema file, named in every envelope, as the relay does. */
  readonly schemaHashOf?: (type: string, schema: string) => string | undefined;
  /** One aggregate alone. */
  readonly aggregateId?: string;
  /** Send what the log holds as well. */
  readonly all?: boolean;
  /** Only say what would be sent; no lease is taken and nothing is written. */
  readonly dryRun?: boolean;
  readonly findingsMax?: number;
  readonly leaseMs?: number;
  progress?(at: RepublishProgress): void;
}

/**
 * `complete`: the log holds what the events table says was sent; `lacking`: it does not, and this was a dry run;
 * `refused`: something was found that sending cannot put right.
 */
export type RepublishVerdict = 'complete' | 'lacking' | 'refused';

/** What a run has shown and done. */
export interface RepublishReport {
  readonly service: string;
  readonly verdict: RepublishVerdict;
  readonly dryRun: boolean;
  /** Of the events table. */
  readonly aggregates: number;
  readonly events: number;
  /** Events that wait in the outbox; they are the relay's to send. */
  readonly pending: number;
  /** Of the log, before anything was sent; a broken record is one that no reader can take for an event. */
  readonly records: number;
  readonly repeats: number;
  readonly broken: number;
  /** Events the table says were sent and the log did not hold. */
  readonly lacking: number;
  readonly sent: number;
  readonly tookMs: number;
  readonly counts: Readonly<Partial<Record<RepublishCode, number>>>;
  readonly findings: readonly RepublishFinding[];
}
