import type { z } from 'zod';
import type { CommandDescriptor, UndoDescriptor } from '../kernel/contract';
import type { Json } from '../kernel/json';
import type { SagaContract } from './contract';
import type { StepName } from './plan/names';

/** How patiently a step is sent. Left out, the limits of the engine hold (`limits.ts`). */
export interface StepPatience {
  /** One attempt, milliseconds; a step that is one local transaction needs no more than the default. */
  readonly attemptMs?: number;
  /**
   * The participant says at least this often that it is still at work; for steps that call the outside and take
   * longer than a transaction. Without a sign the attempt counts as lost.
   */
  readonly heartbeatMs?: number;
}

/** A compensatable step: how it is undone, and what a fault that outlasts the deadline does. */
export interface CompensatableWay extends StepPatience {
  readonly undo: UndoDescriptor;
  /** Default: the saga goes back, and the step is undone like a success. */
  readonly onFault?: 'compensate';
}

/** A compensatable step that waits for a person instead of going back; the person may skip it. */
export interface ParkingWay extends StepPatience {
  readonly undo: UndoDescriptor;
  readonly onFault: 'park';
  /** Attempts before it is settled and parks. */
  readonly attemptsMax?: number;
}

export interface PivotPolicy extends StepPatience {
  /**
   * Settled as not done before the deadline, for example because it cannot be sent at all: wait for a person
   * (default), or go back. After the deadline it goes back in either case.
   */
  readonly onFault?: 'park' | 'compensate';
}

export interface RetriablePolicy extends StepPatience {
  /** Attempts, and milliseconds, before it is settled and parks. */
  readonly attemptsMax?: number;
  readonly patienceMs?: number;
}

/** What a branch of a parallel block may do: compensatable steps, and blocks of its own. */
export interface BranchHandle {
  /**
   * A compensatable step. Its undo is planned before the command is sent, because a lost reply may hide a finished
   * step. The promise resolves when the step is done. On a refusal, an exhausted fault, the deadline or a cancel the
   * saga turns back and nothing after the step is run, unless an operator resumes it and the step is done after all.
   */
  step<Result>(
    name: StepName,
    command: CommandDescriptor<Result>,
    way: CompensatableWay,
  ): Promise<Result>;
  /** The same for a step that may park: undefined when a person skipped it. */
  step<Result>(
    name: StepName,
    command: CommandDescriptor<Result>,
    way: ParkingWay,
  ): Promise<Result | undefined>;
  /**
   * Another saga as a compensatable step. It is done when all of the child's steps are, and answers what the child's
   * function returned; the child then waits for this saga: it is undone whole when this one goes back, and ends when
   * this one is past its pivot and done. A child has no pivot of its own. Long lists of items go into children,
   * because a history has a limit.
   */
  child<Input extends z.ZodType>(
    name: StepName,
    contract: SagaContract<Input>,
    input: z.input<Input>,
  ): Promise<Json>;
  /**
   * Runs branches side by side. When one turns the saga back, the others are waited for before anything is undone.
   */
  all<Branches extends Record<string, (branch: BranchHandle) => Promise<unknown>>>(
    branches: Branches,
  ): Promise<{ [Key in keyof Branches]: Awaited<ReturnType<Branches[Key]>> }>;
}

/** Who decides, and until when. Whoever started the saga never decides. */
export interface ApprovalOptions {
  /** Role the deciding person must have. */
  readonly role: string;
  /** Time to decide; afterwards the saga compensates with the reason `APPROVAL_ELAPSED`. */
  readonly withinMs: number;
  /** What it is about, in cents: people with a limit of their own may decide up to it. */
  readonly amountCents?: number;
  /** The saga's deadline stands still while it waits. */
  readonly freezesDeadline?: boolean;
}

/** What is awaited from outside, and until when. */
export interface EventOptions {
  /** Role of whoever may deliver it. */
  readonly role: string;
  /** Time to wait; afterwards the saga compensates with the reason `EVENT_ELAPSED`. */
  readonly withinMs: number;
  readonly freezesDeadline?: boolean;
}

/** What a saga function works with. Steps come one after the other; `all` is the only way to do things at once. */
export interface SagaHandle extends BranchHandle {
  /** `<workflow id>/<first run id>`: what step keys are made of. */
  readonly sagaId: string;
  /** When the saga was started: the only time it may decide by, because a recovery must decide the same. */
  readonly startedAt: Date;
  /** The go/no-go point, at most one. Done: the saga only goes forward. Refused: it goes back. */
  pivot<Result>(
    name: StepName,
    command: CommandDescriptor<Result>,
    policy?: PivotPolicy,
  ): Promise<Result>;
  /**
   * A step after the pivot. It has no undo: it is tried until it is done or a person decides;
   * undefined when skipped.
   */
  retriable<Result>(
    name: StepName,
    command: CommandDescriptor<Result>,
    policy?: RetriablePolicy,
  ): Promise<Result | undefined>;
  /**
   * The pivot of a child saga: answers its parent, waits for what that decides, and goes on once the parent is past
   * its own pivot and has nothing else to do. Up to here everything can be undone, and from here on steps are
   * `retriable`. A child that does not call it holds at its end. In a saga that is nobody's child it is a pivot that
   * asks nobody.
   */
  hold(answer?: unknown): Promise<void>;
  /** Waits for a person. Denied or too late: the saga goes back, as after a refusal. Before the pivot only. */
  approval(name: StepName, options: ApprovalOptions): Promise<void>;
  /**
   * Waits for an event or a callback and answers its data, once. Too late: the saga goes back. Before the pivot
   * only.
   */
  event(name: StepName, options: EventOptions): Promise<Json>;
  /**
   * Begins again with another input in a new run of the same saga, with a history of its own: for sagas whose steps
   * are too many for one history and cannot be children. What was done stays done and is undone if the saga goes
   * back; names of steps are used once over all runs. Never resolves; nothing of the function is run after it.
   */
  continueWith(input: unknown): Promise<never>;
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
  /** Bytes of the history, likewise; at most 20 MiB, the default. */
  readonly historyBytesMax?: number;
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
