import type { Log } from '../../runtime/log';
import type { LogEvent } from '../envelope';
import type { EventLog } from '../kafka';
import type { TopicPartition } from '../ports';
import type { SchemaRegistry } from '../schema-registry';
import type { Lag } from './lag';
import type { Projection } from './projection';
import type { DeadLetterReason } from './reading';
import type { HaltCode, ProjectionStore } from './store-port';

/** Limits of a projector; a transaction ends long before the group loses patience with the member. */
export const projectorLimits = {
  /** Records in one transaction. */
  batchSizeMax: 100,
  /** Pause before a partition that failed or has a gap is looked at again, doubled each time. */
  retryMsMin: 250,
  retryMsMax: 30_000,
  /** Longer than a group's session: until then a partition lost to another owner may really be theirs. */
  reclaimMs: 7_000,
  /** How often the end of the log is noted for those who ask how far behind a projection is. */
  lagMs: 2_000,
} as const;

export type ProjectorLimits = { readonly [Name in keyof typeof projectorLimits]: number };

/** What a projector tells the metrics. */
export interface ProjectorObserver {
  applied(events: readonly LogEvent[]): void;
  duplicates(count: number): void;
  deadLetter(reason: DeadLetterReason): void;
  /** A partition stands still for this reason, or moves again. */
  halted(place: TopicPartition, code: HaltCode | undefined): void;
  lag(place: TopicPartition, lag: Lag): void;
}

/** One projection over its topics. */
export interface ProjectorOptions {
  readonly projection: Projection;
  readonly topics: readonly string[];
  /** Consumer group; the access list allows groups that begin with `projector`. */
  readonly groupId: string;
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  readonly store: ProjectionStore;
  readonly schemas: Pick<SchemaRegistry, 'read'>;
  readonly log: Log;
  /** Called after dead letters were stored. */
  readonly onDeadLetters?: () => void;
  readonly limits?: Partial<ProjectorLimits>;
  readonly observe?: Partial<ProjectorObserver>;
}

/** Options with every default filled in. */
export type CompleteProjectorOptions = Required<Omit<ProjectorOptions, 'limits' | 'observe'>> & {
  readonly limits: ProjectorLimits;
  readonly observe: ProjectorObserver;
};

/** A partition as this projector holds it. */
export interface PartitionStatus extends TopicPartition {
  readonly nextOffset: bigint;
  readonly halt?: { readonly code: HaltCode | 'STORE_FAILED'; readonly detail: string };
}
