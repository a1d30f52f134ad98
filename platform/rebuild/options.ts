import type { EventLog } from '../event-log/kafka';
import type { RebuiltStore } from './capture';
import type { Finding, RebuildCode, RebuildVerdict } from './finding/codes';
import type { RollService } from './roll/roll';

/** Bounds of a run; all but `stallMs` can be chosen. */
export const rebuildLimits = {
  /** Aggregates whose states are in memory at a time; for more the log is read again. */
  aggregatesAtOnce: 100_000,
  /** Findings that are told in full. */
  findingsMax: 20,
  /** How long events may still be on their way to the log. */
  waitMs: 30_000,
  /** A log of which nothing came for so long is away. */
  stallMs: 30_000,
} as const;

/** What is being done at the moment. */
export interface RebuildProgress {
  readonly phase: 'database' | 'log' | 'waiting';
  /** Aggregates captured so far, and records of the log read so far. */
  readonly aggregates: number;
  readonly records: number;
}

export interface RebuildOptions extends RollService {
  readonly topic: string;
  readonly store: RebuiltStore;
  readonly eventLog: Pick<EventLog, 'marks' | 'startConsumer'>;
  /** Consumer groups of this prefix must be allowed to us. */
  readonly groupPrefix: string;
  /** One aggregate alone. */
  readonly aggregateId?: string;
  readonly aggregatesAtOnce?: number;
  readonly findingsMax?: number;
  readonly waitMs?: number;
  progress?(at: RebuildProgress): void;
}

/** What a run has shown. */
export interface RebuildReport {
  readonly service: string;
  readonly verdict: RebuildVerdict;
  /** Aggregates whose state was folded and compared, or for which something was found. */
  readonly aggregates: number;
  /** Distinct events of these aggregates in the log. */
  readonly events: number;
  /** The same events again; harmless. */
  readonly repeats: number;
  /** Events that stand behind later ones of their aggregate, as one that was published again may; no reader stops. */
  readonly late: number;
  /** Times the log was read from its beginning. */
  readonly passes: number;
  readonly tookMs: number;
  readonly eventsPerSecond: number;
  readonly counts: Readonly<Partial<Record<RebuildCode, number>>>;
  readonly findings: readonly Finding[];
}

/** Something asked for an aggregate that neither database nor log knows. */
export class AggregateUnknown extends Error {
  readonly code = 'AGGREGATE_UNKNOWN';
}
