import type { LogRecord, TopicPartition } from '../ports';
import type { Plan, RedrivePlan, View } from './view';
import type { DeadLetterReason, Reading } from './reading';

/** The right to move one projection over one partition, until somebody else is given the partition. */
export interface Claim extends TopicPartition {
  readonly projection: string;
  readonly ownerEpoch: string;
  /** Offset of the next record to apply. */
  readonly nextOffset: bigint;
}

/** Why a partition stands still. Only `SEQUENCE_GAP` is looked at again without a restart. */
export type HaltCode = 'SEQUENCE_GAP' | 'HISTORY_FORKED' | 'LOG_TRUNCATED';

export interface Halt {
  readonly code: HaltCode;
  readonly detail: string;
}

/** A record that waits for a person, or behind one that does. */
export interface DeadLetter {
  readonly id: string;
  readonly projection: string;
  readonly aggregateId: string;
  readonly seq: number;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly record: LogRecord;
  /** RFC 3339. */
  readonly parkedAt: string;
}

/** Thrown when another owner was given the partition meanwhile: nothing was written. */
export class ClaimLost extends Error {
  readonly code = 'CLAIM_LOST';
}

/** Where read models are kept. Each change is one transaction: checkpoint, positions, rows and dead letters. */
export interface ProjectionStore {
  /** Takes a partition over; whoever had it can write no more. A new projection begins at offset 0. */
  claim(projection: string, place: TopicPartition): Promise<Claim>;
  /**
   * Shows `decide` what is stored about the readings and writes what it answers, or throws {@link ClaimLost}.
   * `decide` is pure and runs inside the transaction.
   */
  apply(claim: Claim, readings: readonly Reading[], decide: (view: View) => Plan): Promise<Plan>;
  /** Notes why a partition stands still, or that it moves again. */
  halt(claim: Claim, halt: Halt | undefined): Promise<void>;
  /** Notes where the log ends, so that readers can tell how far behind a projection is. */
  noteEnd(projection: string, place: TopicPartition, high: bigint): Promise<void>;
  /**
   * The queue of one parked aggregate, by number and then by arrival, and what is stored about it;
   * then writes what `decide` answers.
   */
  redrive(
    projection: string,
    aggregateId: string,
    decide: (
      letters: readonly DeadLetter[],
      load: (readings: readonly Reading[]) => Promise<View>,
    ) => Promise<RedrivePlan>,
  ): Promise<RedrivePlan>;
  /** Dead letters in order of arrival; `uncopied` are those not yet in the log's own topic. */
  deadLetters(options: {
    readonly projection?: string;
    readonly uncopied?: boolean;
    readonly limitMax: number;
  }): Promise<readonly DeadLetter[]>;
  /** How many wait, by projection and reason; payloads are not read. */
  deadLetterCounts(): Promise<
    readonly { readonly projection: string; readonly reason: string; readonly count: number }[]
  >;
  markCopied(ids: readonly string[]): Promise<void>;
}
