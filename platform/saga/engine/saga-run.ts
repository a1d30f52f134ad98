import { CancellationScope, workflowInfo } from '@temporalio/workflow';
import type { CommandDescriptor, UndoDescriptor } from '../../kernel/contract';
import type { Json } from '../../kernel/json';
import type { ParkedView, SagaStart, SagaState } from '../wire';
import type { SagaDefinition } from '../define';
import { changed, opened, stepIn } from '../plan/book';
import type { Book, BookedStep } from '../plan/book';
import { afterFact, ahead, canTurn } from '../plan/direction';
import type { Direction, DirectionFact, Turn } from '../plan/direction';
import type { ParkedStep } from '../plan/verbs';
import type { Verb } from '../plan/verbs';
import { sagaIdSeparator } from '../wire';
import { showInVisibility, showTransition } from './show';

/** A parked step, waiting for a verb; the verb's handler fills it in once the journal has it. */
export interface ParkedEntry extends ParkedStep {
  condition: ParkedView['condition'];
  reason: string;
  readonly since: string;
  acting: boolean;
  /** The journal has it: only then may a verb act. */
  durable: boolean;
  verb?: Verb;
}

/** A step of which the engine holds the commands; its state is in the book. */
export interface EngineStep {
  readonly name: string;
  readonly kind: 'compensatable' | 'pivot' | 'retriable';
  readonly command: CommandDescriptor;
  readonly undo?: UndoDescriptor;
}

/** An approval somebody is asked for. */
export interface PendingApproval {
  readonly role: string;
  acting: boolean;
  verdict?: 'approve' | 'deny';
}

/** Everything one run of a saga knows. The rules are in `plan/`; this holds their state and tells who waits. */
export class SagaRun {
  readonly sagaId: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Participant queues carry the same suffix as ours: several worlds share one server. */
  readonly queueSuffix: string;
  readonly startedAt = now();
  readonly steps = new Map<string, EngineStep>();
  readonly parked: ParkedEntry[] = [];
  readonly approvals = new Map<string, PendingApproval>();
  readonly notes: string[] = [];
  /** Scope of everything that is sent; cancelled only when another run has taken over. */
  readonly sending = new CancellationScope();
  /** Scope of compensatable steps; cancelled when the saga turns back. */
  readonly forwardScope: CancellationScope;
  direction: Direction = ahead;
  book: Book = [];
  /** Steps between their start and their end, parked ones included. */
  inFlight = 0;
  /** Verbs whose journal record is not durable yet: the unwind waits for them. */
  acting = 0;
  journalRecords = 0;
  /** The start is durable in the journal: from here on things may happen. */
  recorded = false;
  rawCancelled = false;
  /** The saga's end is being recorded: no verb is taken any more. */
  closing = false;
  finished?: Exclude<SagaState, 'running' | 'compensating' | 'parked'>;
  finishedAt?: string;
  /** Another run has taken over: nothing is sent any more. */
  halted?: string;
  private frozenSinceMs?: number;
  private frozenMs = 0;

  constructor(
    readonly definition: SagaDefinition,
    readonly start: SagaStart,
  ) {
    const info = workflowInfo();
    this.workflowId = info.workflowId;
    this.runId = info.runId;
    this.sagaId = `${info.workflowId}${sagaIdSeparator}${info.firstExecutionRunId}`;
    this.queueSuffix = info.taskQueue.replace(/^sagas/, '');
    this.forwardScope = new CancellationScope({ cancellable: true, parent: this.sending });
  }

  get name(): string {
    return this.definition.contract.name;
  }

  /** The state everybody sees; parked wins over the direction. */
  get state(): SagaState {
    if (this.finished !== undefined) return this.finished;
    if (this.parked.length > 0 || this.halted !== undefined) return 'parked';
    return this.direction.turn === undefined ? 'running' : 'compensating';
  }

  step(name: string): BookedStep {
    return stepIn(this.book, name);
  }

  open(step: Parameters<typeof opened>[1]): void {
    this.book = opened(this.book, step);
    showTransition(this);
  }

  change(name: string, change: Parameters<typeof changed>[2]): void {
    this.book = changed(this.book, name, change);
    showTransition(this);
  }

  /** A step's end, with the time of it. */
  end(name: string, status: BookedStep['status'], reason?: string): void {
    this.change(name, { status, finishedAt: now(), ...(reason === undefined ? {} : { reason }) });
  }

  record(fact: DirectionFact): void {
    this.direction = afterFact(this.direction, fact);
  }

  /** Turns the saga back, unless it is too late or it did already; running compensatable steps are cancelled. */
  turn(turn: Turn): boolean {
    if (!canTurn(this.direction) || this.halted !== undefined || this.closing) return false;
    this.record({ kind: 'turn', turn });
    this.forwardScope.cancel();
    showTransition(this);
    return true;
  }

  freezeDeadline(): void {
    this.frozenSinceMs ??= Date.now();
  }

  thawDeadline(): void {
    this.frozenMs += Date.now() - (this.frozenSinceMs ?? Date.now());
    delete this.frozenSinceMs;
  }

  get deadlineFrozen(): boolean {
    return this.frozenSinceMs !== undefined;
  }

  /** Time until the deadline; negative once it has passed. */
  remainingMs(): number {
    return this.start.deadlineAtMs + this.frozenMs - Date.now();
  }

  /**
   * Another run has taken over this saga. Nothing more is sent under this generation, undos neither: they would carry
   * epochs that the other run has shut or, worse, not yet shut.
   */
  halt(reason: string, step: string, direction: 'forward' | 'undo'): void {
    if (this.halted !== undefined) return;
    this.halted = reason;
    this.sending.cancel();
    const condition = 'unsettled';
    const entry = {
      step,
      kind: 'retriable',
      direction,
      condition,
      reason,
      acting: false,
      durable: true,
    } as const;
    this.parked.push({ ...entry, since: now() });
    showInVisibility(this);
  }
}

/** Time of the workflow, RFC 3339 with milliseconds. */
export function now(): string {
  return new Date().toISOString();
}

/** A promise for code that must not be run on: the saga turned back, or another run is in charge. */
export function never<Value>(): Promise<Value> {
  return new Promise<Value>(() => undefined);
}

/** Result of a saga function, or what an activity answered: JSON, with undefined as null. */
export function asJson(value: unknown): Json {
  return (value ?? null) as Json;
}
