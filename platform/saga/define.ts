import type { z } from 'zod';
import type { CommandDescriptor, UndoDescriptor } from '../kernel/contract';
import type { Json } from '../kernel/json';
import type { SagaContract } from './contract';
import type { StepName } from './plan/names';

/** What a branch of a parallel block may do: compensatable steps, and blocks of its own. */
export interface BranchHandle {
  /**
   * A compensatable step. Its undo is planned before the command is sent, because a lost reply may hide a finished
   * step. The promise resolves when the step is done. On a refusal, an exhausted fault, the deadline or a cancel it
   * never settles: the saga turns back, and nothing after it is run.
   */
  step<Result>(
    name: StepName,
    command: CommandDescriptor<Result>,
    way: { readonly undo: UndoDescriptor },
  ): Promise<Result>;
  /** Runs branches side by side. When one turns the saga back, the others are waited for before anything is undone. */
  all<Branches extends Record<string, (branch: BranchHandle) => Promise<unknown>>>(
    branches: Branches,
  ): Promise<{ [Key in keyof Branches]: Awaited<ReturnType<Branches[Key]>> }>;
}

/** Who decides, and until when. */
export interface ApprovalOptions {
  /** Role the deciding person must have. */
  readonly role: string;
  /** Time to decide; afterwards the saga compensates with the reason `APPROVAL_ELAPSED`. */
  readonly withinMs: number;
  /** The saga's deadline stands still while it waits. */
  readonly freezesDeadline?: boolean;
}

/** What a saga function works with. Steps come one after the other; `all` is the only way to do things at once. */
export interface SagaHandle extends BranchHandle {
  /** `<workflow id>/<first run id>`: what step keys are made of. */
  readonly sagaId: string;
  /** Deterministic time of the workflow. */
  now(): Date;
  /** The go/no-go point, at most one. Done: the saga only goes forward. Refused: it goes back. */
  pivot<Result>(name: StepName, command: CommandDescriptor<Result>): Promise<Result>;
  /**
   * A step after the pivot. It has no undo: it is tried until it is done or a person decides;
   * undefined when skipped.
   */
  retriable<Result>(
    name: StepName,
    command: CommandDescriptor<Result>,
  ): Promise<Result | undefined>;
  /** Waits for a person. Denied or too late: the saga goes back, as after a refusal. */
  approval(name: StepName, options: ApprovalOptions): Promise<void>;
}

/** A saga: its contract, and the function that says what should happen. */
export interface SagaDefinition {
  readonly contract: SagaContract;
  readonly options: SagaOptions;
  run(saga: SagaHandle, input: Json): Promise<unknown>;
}

export interface SagaOptions {
  /** Events of the history after which the saga parks instead of starting a step; at most 8,000, the default. */
  readonly historyEventsMax?: number;
}

/**
 * Declares a saga. The function must be deterministic: no clock, no randomness, no network; everything it needs
 * comes from its input and from the handle. A saga turns back by its steps; it never throws to do so.
 */
export function defineSaga<Input extends z.ZodType>(
  contract: SagaContract<Input>,
  run: (saga: SagaHandle, input: z.output<Input>) => Promise<unknown>,
  options: SagaOptions = {},
): SagaDefinition {
  return { contract, options, run: (saga, input) => run(saga, input as z.output<Input>) };
}
