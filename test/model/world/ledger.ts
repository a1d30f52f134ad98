import type { Verdict } from '../../../platform/saga/machine/recovery';
import type { RepairVerb } from '../../../platform/saga/verbs';

/** What outlives a run: the journal, Temporal's histories, and how much of each trouble is still to come. */
export interface Ledger {
  /** Verdict of a person on each step, the latest. */
  readonly verdicts: readonly (Verdict | '')[];
  /** Latest input of each step that the journal knows. */
  readonly inputs: string;
  /** A verb that the journal has and that has not acted yet, per step. */
  readonly journaled: readonly (RepairVerb | '')[];
  /** Steps whose forward was scheduled by earlier runs, in the order of their first start. */
  readonly history: readonly number[];
  /** Of the latest of those runs alone. */
  readonly lastHistory: readonly number[];
  readonly generation: number;
  /** Whether some run said that the saga is completed, or that it is not. */
  readonly said: { readonly completed: boolean; readonly undone: boolean };
  /** The end is in the journal. */
  readonly isFinished: boolean;
  readonly wasReset: boolean;
  readonly left: Budget;
  /** What a recovery that does not terminate first believed the history to be; in a mutation only. */
  readonly read?: readonly number[];
}

/** How often each kind of trouble may still happen. */
export interface Budget {
  readonly verbs: number;
  readonly terminations: number;
  readonly resets: number;
  readonly turns: number;
  readonly pauses: number;
}

export function emptyLedger(steps: number, left: Budget): Ledger {
  return {
    verdicts: Array<''>(steps).fill(''),
    inputs: 'a'.repeat(steps),
    journaled: Array<''>(steps).fill(''),
    history: [],
    lastHistory: [],
    generation: 0,
    said: { completed: false, undone: false },
    isFinished: false,
    wasReset: false,
    left,
  };
}

export function spend(ledger: Ledger, kind: keyof Budget): Ledger {
  return { ...ledger, left: { ...ledger.left, [kind]: ledger.left[kind] - 1 } };
}

export function replaced<Value>(
  values: readonly Value[],
  index: number,
  value: Value,
): readonly Value[] {
  return values.map((old, at) => (at === index ? value : old));
}

/** What a verb means for a recovery, once the journal has it. */
export function verdictOf(verb: RepairVerb, side: 'forward' | 'undo'): Verdict | '' {
  if (verb === 'skip') return side === 'forward' ? 'skipped' : 'left';
  if (verb !== 'mark-done-externally') return '';
  return side === 'forward' ? 'done-externally' : 'undone-externally';
}
