import type { TopicPartition } from '../ports';
import type { Plan, View } from './view';
import type { Reading } from './reading';

/** The right to move one projection over one partition, until somebody else is given the partition. */
export interface Claim extends TopicPartition {
  readonly projection: string;
  /** The generation of the read model that it moves, as the store names it. */
  readonly generation: string;
  /** Grows with every switch to another generation; 0 where there was none, or the store knows none. */
  readonly era?: number;
  readonly ownerEpoch: string;
  /** Offset of the next record to apply. */
  readonly nextOffset: bigint;
}

/**
 * Why a partition stands still. `SEQUENCE_GAP` and `CIPHERTEXT_REFUSED`, a stored row that does not open, are looked at
 * again without a restart.
 */
export const haltCodes = [
  'SEQUENCE_GAP',
  'HISTORY_FORKED',
  'LOG_TRUNCATED',
  'CIPHERTEXT_REFUSED',
] as const;
export type HaltCode = (typeof haltCodes)[number];

export interface Halt {
  readonly code: HaltCode;
  readonly detail: string;
}

/** Thrown when another owner was given the partition meanwhile: nothing was written. */
export class ClaimLost extends Error {
  readonly code = 'CLAIM_LOST';
}

/** Thrown when another generation of the read model is the live one by now: nothing was written; claim anew. */
export class GenerationSwitched extends Error {
  readonly code = 'GENERATION_SWITCHED';
}

/**
 * Where read models are kept. Each change is one transaction: checkpoint, positions, rows and dead letters. What people
 * do about dead letters is in `../letters/port.ts`.
 */
export interface ProjectionStore {
  /**
   * Takes a partition of the live generation over; whoever had it can write no more. A new projection begins at
   * offset 0.
   */
  claim(projection: string, place: TopicPartition): Promise<Claim>;
  /**
   * Shows `decide` what is stored about the readings and writes what it answers, or throws {@link ClaimLost} or
   * {@link GenerationSwitched}. `decide` is pure and runs inside the transaction.
   */
  apply(claim: Claim, readings: readonly Reading[], decide: (view: View) => Plan): Promise<Plan>;
  /** Notes why a partition stands still, or that it moves again. */
  halt(claim: Claim, halt: Halt | undefined): Promise<void>;
  /** Notes where the log ends, so that readers can tell how far behind a projection is. */
  noteEnd(projection: string, place: TopicPartition, high: bigint): Promise<void>;
  /** False once the claim's generation is not the one to maintain any more. */
  isCurrent(claim: Claim): Promise<boolean>;
}
