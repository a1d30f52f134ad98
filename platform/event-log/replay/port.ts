import type { TopicPartition } from '../ports';
import type { ProjectionStore } from '../projector/store-port';

/**
 * `live` is read and maintained, `building` is folded from the log's first record, `kept` was live before and stands
 * where it stopped, `dropped` is being deleted.
 */
export type GenerationState = 'live' | 'building' | 'kept' | 'dropped';

/** One build of a read model. */
export interface Generation {
  readonly projection: string;
  /** From 1; a number is given once. */
  readonly number: number;
  /** What checkpoints, rows and letters of it are kept under. */
  readonly name: string;
  readonly state: GenerationState;
  /** Identity of the code it is folded with; absent where that is not known. */
  readonly fold?: string;
  /** RFC 3339. */
  readonly startedAt: string;
  readonly switchedAt?: string;
}

/** Where a generation stands in one partition. */
export interface GenerationPlace extends TopicPartition {
  readonly nextOffset: bigint;
}

/** A key whose rows differ, or that one generation lacks. */
export interface RowPair {
  readonly key: string;
  readonly live?: unknown;
  readonly other?: unknown;
  /** What is stored of the live one does not open. */
  readonly isRefused?: true;
}

/** Rows of two generations, compared where both have applied the same events of every aggregate in them. */
export interface Comparison {
  /** Rows of each, at the moment of the comparison. */
  readonly liveRows: number;
  readonly otherRows: number;
  /** Keys that were drawn and stood at the same events. */
  readonly compared: number;
  /** Keys that were drawn, but an event in one was still on its way to the other, or waits as a dead letter. */
  readonly apart: number;
  readonly differing: readonly RowPair[];
}

/** A dead letter of one generation that another does not have. */
export interface LetterLine extends TopicPartition {
  readonly offset: string;
  readonly aggregateId: string;
  readonly seq: number;
  readonly reason: string;
  readonly detail: string;
}

/** The exclusive right to replay one projection, for as long as the connection behind it lasts. */
export interface ReplayHold {
  release(): Promise<void>;
}

/** How a switch went: not, where the other generation had not reached the live one's place in time. */
export type SwitchOutcome = 'switched' | 'behind';

/** Generations of read models beside the live one. */
export interface GenerationStore {
  /** Undefined while somebody else replays the projection. */
  hold(projection: string): Promise<ReplayHold | undefined>;
  /** Every generation that is not dropped, oldest first. */
  generations(projection: string): Promise<readonly Generation[]>;
  /**
   * The generation under construction: the one that is there, where it is folded with the same code, otherwise a new
   * one; a half-built one of other code is dropped.
   */
  begin(projection: string, fold: string): Promise<Generation>;
  /** What maintains a generation that is not live; refuses once it is. */
  storeOf(generation: Generation): ProjectionStore;
  placesOf(generation: Generation): Promise<readonly GenerationPlace[]>;
  /** Draws up to `sampleMax` keys of each side and compares them with the live generation's. */
  compare(generation: Generation, sampleMax: number): Promise<Comparison>;
  /** Letters that wait in it and not in the live one, the first `limitMax` of them, and how many there are. */
  newLetters(
    generation: Generation,
    limitMax: number,
  ): Promise<{ readonly count: number; readonly first: readonly LetterLine[] }>;
  /**
   * Makes it the live one in one transaction, in which nobody moves the live one: `isAtLeast` is asked until it says
   * that the generation has reached those places, or `waitMs` are over. What was live is kept, what was kept dropped.
   */
  switchTo(
    generation: Generation,
    told: {
      readonly waitMs: number;
      isAtLeast(places: readonly GenerationPlace[]): boolean;
    },
  ): Promise<SwitchOutcome>;
  /** Gives a generation up that is not live; `clear` deletes it. */
  drop(generation: Generation): Promise<void>;
  /** Deletes what is left of dropped generations, a little at a time; what was interrupted goes on here. */
  clear(projection: string, stopping?: AbortSignal): Promise<void>;
}
