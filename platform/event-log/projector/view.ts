import type { LogEvent } from '../envelope';
import type { ReadRow } from './projection';
import type { Problem, Reading } from './reading';
import type { Halt } from './store-port';

/** How far an aggregate has been applied, and what its last event was. */
export interface Position {
  readonly lastSeq: number;
  readonly lastHash: string;
}

/** A row with the aggregates it was made of and the time of its youngest event. */
export interface KeptRow {
  readonly row: ReadRow;
  readonly sources: readonly string[];
  readonly asOf: string;
}

/** Events of a parked aggregate that wait, by sequence number; undefined for one whose envelope is broken. */
export interface ParkedQueue {
  readonly lastSeq: number;
  readonly hashes: ReadonlyMap<number, string | undefined>;
}

/** What is stored about the aggregates and rows of some readings. */
export interface View {
  readonly nextOffset: bigint;
  readonly positions: ReadonlyMap<string, Position>;
  /** Hashes of those of the readings' events that were applied before, by event id. */
  readonly applied: ReadonlyMap<string, string>;
  readonly queues: ReadonlyMap<string, ParkedQueue>;
  readonly rows: ReadonlyMap<string, KeptRow>;
  /** Rows that stand there and do not open, by key, each with what is wrong: nothing is folded into them. */
  readonly refused?: ReadonlyMap<string, Error>;
}

/** A reading that becomes a dead letter. */
export interface NewLetter extends Problem {
  readonly reading: Reading;
  /** Its number, or the one it must have where the envelope cannot be read. */
  readonly seq: number;
}

/** What one transaction is to write. */
export interface Plan {
  /** How many readings, from the first, are done with. */
  readonly handled: number;
  readonly nextOffset: bigint;
  readonly applied: readonly LogEvent[];
  readonly duplicates: number;
  readonly positions: ReadonlyMap<string, Position>;
  readonly rows: ReadonlyMap<string, KeptRow>;
  /** Members of these rows that stand in clear. */
  readonly listed: readonly string[];
  readonly letters: readonly NewLetter[];
  /** Why the rest cannot follow; `missing` names the event a gap waits for. */
  readonly halt?: Halt & { readonly missing?: { aggregateId: string; seq: number } };
}
