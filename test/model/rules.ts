import { consultFence } from '../../platform/participant/fence-table';
import { begin, isExpected, next } from '../../platform/saga/machine/machine';
import { beginRecovery } from '../../platform/saga/machine/recovery';
import { epochOfStep, initialState } from '../../platform/saga/machine/state';
import { verbsOf } from '../../platform/saga/machine/verbs';

/** The functions under test: exactly those that the workflow and the participants run. */
export interface Rules {
  readonly begin: typeof begin;
  readonly beginRecovery: typeof beginRecovery;
  readonly consultFence: typeof consultFence;
  readonly epochOfStep: typeof epochOfStep;
  readonly initialState: typeof initialState;
  readonly isExpected: typeof isExpected;
  readonly next: typeof next;
  readonly verbsOf: typeof verbsOf;
  /** What whoever starts a recovery hands over, wrong in one way; the rules of a recovery's beginning, removed. */
  readonly recovery?: RecoveryMistake;
}

export type RecoveryMistake =
  | 'forgets verdicts'
  | 'believes rows'
  | 'keeps the generation'
  | 'does not terminate'
  | 'reads the last history only';

export const rules: Rules = {
  begin,
  beginRecovery,
  consultFence,
  epochOfStep,
  initialState,
  isExpected,
  next,
  verbsOf,
};
