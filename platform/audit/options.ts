import type { EventLog } from '../event-log/kafka';
import type { LogRecord, PartitionMarks } from '../event-log/ports';
import type { SchemaRegistry } from '../event-log/schema-registry';
import type { HostedService } from '../host/hosted-service';
import type { ServiceStore } from '../outbox/ports';
import type { EventKey, Ledger, Seen } from './ledger/port';

/** Aggregates and events of a database asked for at once. */
export const askLimits = { requestsAtOnce: 8, rowsMax: 250, historyRowsMax: 100 } as const;

/** Bounds of the auditor. */
export const auditLimits = {
  /** Records of one topic taken in one step. */
  recordsMax: 1_000,
  /** Pause between two passes where nothing more is waiting. */
  intervalMs: 500,
  /** Committed events that were not sent for so long are told by their ids. */
  overdueMs: 30_000,
  /** From one page of aggregates to the next, and from one round to the next; the same of events tables. */
  aggregates: { pageMs: 500, roundMs: 5_000 },
  history: { pageMs: 2_000, roundMs: 10_000 },
  /** Where nothing happens, the places reached are written so often, and with them that the auditor is at work. */
  quietCommitMs: 2_000,
  /** Passes in which a log ends before what was read of it, until that is believed: a new leader may not know yet. */
  shrunkPasses: 6,
  /** Ended sagas judged in one pass. */
  familiesMax: 200,
  /** Events looked for in a projection in one step. */
  projectedMax: 500,
} as const;

/** A service under audit: its own code, and its database, of which only reads are used. */
export interface ServiceUnderAudit {
  readonly service: Pick<HostedService, 'name' | 'evolve' | 'identity'>;
  readonly store: ServiceStore<unknown>;
  readonly topic: string;
}

/** Reads the log from where the auditor stands. */
export interface LogFeed {
  /**
   * Records of a topic from these offsets on, in order per partition, at most `limitMax`; none where there is nothing
   * new. The same question may be asked again.
   */
  read(
    topic: string,
    of: {
      readonly marks: readonly PartitionMarks[];
      readonly offsets: ReadonlyMap<number, bigint>;
      readonly limitMax: number;
    },
  ): Promise<readonly LogRecord[]>;
}

/** Read models as far as an audit looks at them. */
export interface ProjectionWitness {
  /** How far each projection is in a topic. */
  positions(topic: string): Promise<readonly ProjectionPosition[]>;
  /**
   * Those of the events that a projection has passed and not applied with this content, and no dead letter
   * explains.
   */
  lacking(
    of: { readonly projection: string; readonly topic: string },
    events: readonly Seen[],
  ): Promise<readonly EventKey[]>;
}

export interface ProjectionPosition {
  readonly projection: string;
  readonly partition: number;
  readonly nextOffset: bigint;
}

/** What every part of an auditor works with. */
export interface AuditParts {
  readonly ledger: Ledger;
  readonly feed: LogFeed;
  readonly eventLog: Pick<EventLog, 'marks'>;
  readonly schemas: Pick<SchemaRegistry, 'read'>;
  readonly projections?: ProjectionWitness;
  /** Our own clock, milliseconds; `performance.now` where nothing is said. */
  readonly now: () => number;
  readonly overdueMs: number;
  /** Whoever looks at everything now waits for no pace: each step takes a page. */
  readonly isPaced: boolean;
}
