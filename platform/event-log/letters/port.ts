import type { LogEvent } from '../envelope';
import type { LogRecord } from '../ports';
import type { DeadLetterReason, Problem, Reading } from '../projector/reading';
import type { KeptRow, Position, View } from '../projector/view';
import type { Cause } from './cause';

/** A record that waits for a person, or behind one that does. */
export interface DeadLetter extends Cause {
  readonly id: string;
  readonly projection: string;
  readonly aggregateId: string;
  readonly seq: number;
  readonly reason: DeadLetterReason;
  readonly detail: string;
  readonly record: LogRecord;
  /** Payload a person put in the place of the record's; the record stays as it was read. */
  readonly edited?: string;
  /** In lists: what is stored of it does not open. The record has neither value nor headers then. */
  readonly isRefused?: true;
  /** RFC 3339. */
  readonly parkedAt: string;
}

/** How a letter ended. `repeat` had been applied meanwhile, `replaced` gave way to a readable repeat of its number. */
export type LetterEnd = 'applied' | 'repeat' | 'replaced' | 'discarded';

/** A letter that waits, or one that is done with, kept for good. */
export type KeptLetter = DeadLetter & {
  readonly settled?: { readonly at: string; readonly end: LetterEnd; readonly actId: string };
};

export const letterVerbs = ['retry', 'edit', 'discard'] as const;
export type LetterVerb = (typeof letterVerbs)[number];

/** What a person does about a letter, and why. */
export interface LetterAct {
  /** The same id is the same act: told again, it changes nothing and answers as it did. */
  readonly id: string;
  readonly verb: LetterVerb;
  readonly letterId: string;
  /** Pseudonym of the person. */
  readonly actor: string;
  readonly reason: string;
  /** Of an `edit`: the payload from now on. */
  readonly edited?: string;
}

/** An act as it is kept: when, on what, and what came of it. */
export interface KeptAct extends LetterAct {
  readonly projection: string;
  readonly aggregateId: string;
  /** RFC 3339. */
  readonly at: string;
  /** Of an `edit`: the payload until then. */
  readonly before?: string;
  readonly report: LetterReport;
}

/** A row before and after; undefined before for one that would be new. */
export interface RowChange {
  readonly key: string;
  readonly before?: unknown;
  readonly after: unknown;
}

/** What came of an act, or would come of it. */
export interface LetterReport {
  /** Events that are in the rows now. */
  readonly applied: number;
  /** Letters that are gone now: applied, repeats, replaced or discarded. */
  readonly settled: number;
  /** Letters of the aggregate that still wait. */
  readonly left: number;
  /** Why it ended before the end of the queue; the aggregate stays parked then. */
  readonly stopped?: Problem & { readonly id: string };
  readonly changes: readonly RowChange[];
}

/** What a redrive is to write. */
export interface RedrivePlan {
  readonly applied: readonly LogEvent[];
  readonly positions: ReadonlyMap<string, Position>;
  readonly rows: ReadonlyMap<string, KeptRow>;
  /** Members of these rows that stand in clear. */
  readonly listed: readonly string[];
  /** Numbers that are given up; without a hash where nothing readable stands for them. */
  readonly skipped: readonly {
    readonly aggregateId: string;
    readonly seq: number;
    readonly hash?: string;
  }[];
  readonly settled: readonly { readonly id: string; readonly end: LetterEnd }[];
  /** The letter that still cannot be applied, why, and its cause now. */
  readonly stopped?: Problem & Cause & { readonly id: string; readonly seq: number };
  readonly before: ReadonlyMap<string, KeptRow>;
}

/** Letters of one cause in one projection. */
export interface LetterGroup extends Cause {
  readonly projection: string;
  /** Reason of those that are not behind another. */
  readonly reason: string;
  readonly letters: number;
  readonly aggregates: number;
  /** Id of the oldest. */
  readonly firstId: string;
  readonly firstAt: string;
  readonly lastAt: string;
}

/** What letters are looked for by; members that are left out match every letter. */
export interface LetterFilter {
  readonly projection?: string;
  readonly group?: string;
  readonly aggregateId?: string;
  readonly reason?: string;
}

/** How an act is carried out. */
export interface ActOptions {
  readonly projection: string;
  readonly aggregateId: string;
  readonly act: LetterAct;
  /** Everything is done as it would be, and rolled back. */
  readonly dryRun: boolean;
}

/**
 * Dead letters, those that wait and those that are done with, and what people did about them. Contents are sealed: one
 * that does not open is `isRefused` in lists, and the fault `CIPHERTEXT_REFUSED` for whoever asks for it or acts on it.
 */
export interface LetterStore {
  /**
   * Carries an act out in one transaction, in which nobody else moves the projection: shows `decide` the queue of the
   * aggregate, by number and then by arrival, writes what it answers, and keeps the act with its report. An `edit`
   * writes the payload and asks `decide` in a dry run only. `isRepeat` when the act was carried out before.
   */
  carryOut(
    options: ActOptions,
    decide: (
      letters: readonly DeadLetter[],
      load: (readings: readonly Reading[]) => Promise<View>,
    ) => Promise<RedrivePlan>,
  ): Promise<{ readonly report: LetterReport; readonly isRepeat: boolean }>;
  /** Letters that wait, in order of arrival. */
  deadLetters(
    options: LetterFilter & { readonly afterId?: string; readonly limitMax: number },
  ): Promise<readonly DeadLetter[]>;
  letter(id: string): Promise<KeptLetter | undefined>;
  /** Acts on one aggregate, oldest first. */
  acts(projection: string, aggregateId: string): Promise<readonly KeptAct[]>;
  /** Largest first. */
  letterGroups(options: {
    readonly projection?: string;
    readonly group?: string;
    readonly limitMax: number;
  }): Promise<readonly LetterGroup[]>;
  /** First letters of the parked aggregates of a group, by arrival. */
  firstOfGroup(options: {
    readonly group: string;
    readonly afterId?: string;
    readonly limitMax: number;
  }): Promise<readonly Pick<DeadLetter, 'id' | 'projection' | 'aggregateId'>[]>;
  /** How many wait, by projection and reason; payloads are not read. */
  deadLetterCounts(): Promise<
    readonly { readonly projection: string; readonly reason: string; readonly count: number }[]
  >;
  /** Aggregates whose events wait, by projection. */
  parkedAggregates(): Promise<readonly { readonly projection: string; readonly count: number }[]>;
  /** Letters not yet in the log's own topic, those that are done with included. */
  uncopiedLetters(limitMax: number): Promise<readonly DeadLetter[]>;
  markCopied(ids: readonly string[]): Promise<void>;
}
