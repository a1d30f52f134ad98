import type { CommandDescriptor, UndoDescriptor } from '../../kernel/contract';
import type { Json } from '../../kernel/json';
import type { Recovery, StartedStep } from '../machine/recovery';

/** A step that an earlier run started, with everything needed to settle, undo or finish it. */
export interface RecoveredStep extends StartedStep {
  /** With the latest input the journal knows. */
  readonly command: CommandDescriptor;
  /** False where only a row tells of the step: it keeps a hash of the input. Absent: known. */
  readonly isInputKnown?: boolean;
  readonly undo?: UndoDescriptor;
  /** RFC 3339. */
  readonly startedAt: string;
  /** Workflow id of the saga that the step is. */
  readonly child?: string;
  /** What a person said the step would have answered, when they did it by hand. */
  readonly result?: Json;
}

/** What a recovery has found out before it begins. */
export interface RecoveryStart extends Recovery {
  readonly started: readonly RecoveredStep[];
  /** The latest inputs people gave for steps, started or not. */
  readonly inputs: { readonly [step: string]: Json };
  /** What events were delivered before the saga was ended, by the name of their wait. */
  readonly delivered: { readonly [wait: string]: Json };
}
