import type { CommandDescriptor, UndoDescriptor } from '../../kernel/contract';
import type { Json } from '../../kernel/json';
import type { StartedStep } from '../machine/recovery';
import type { SagaStart } from '../wire';

/** A step that an earlier run started, with everything needed to settle, undo or finish it. */
export interface RecoveredStep extends StartedStep {
  /** With the latest input the journal knows. */
  readonly command: CommandDescriptor;
  readonly undo?: UndoDescriptor;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Workflow id of the saga that the step is. */
  readonly child?: string;
  /** What a person said the step would have answered, when they did it by hand. */
  readonly result?: Json;
}

/** What a recovery has found out before it begins. */
export interface RecoveryStart {
  readonly workflowId: string;
  readonly sagaId: string;
  readonly saga: string;
  /** Number of this recovery; above every one before it. */
  readonly generation: number;
  /** A child saga that had done its part and told its parent so: it stands until the parent decides. */
  readonly held: boolean;
  /** Why it is needed: TERMINATED, TIMED_OUT, RESET, FAILED, DELETED or the code of a fence. */
  readonly reason: string;
  readonly startedAt: string;
  readonly start: SagaStart;
  readonly started: readonly RecoveredStep[];
  /** What events were delivered before the saga was ended, by the name of their wait. */
  readonly delivered: { readonly [wait: string]: Json };
}
