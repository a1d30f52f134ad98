import { workflowInfo } from '@temporalio/workflow';
import type { CommandDescriptor, UndoDescriptor } from '../../kernel/contract';
import type { Json } from '../../kernel/json';
import type { StepKind } from '../../kernel/step';
import type { SagaDefinition, StepPatience } from '../define';
import { sagaLimits } from '../limits';
import { initialState } from '../machine/state';
import type { Input } from '../machine/protocol';
import type { MachineState } from '../machine/state';
import type { Ending } from '../plan/direction';
import type { Outcome } from '../plan/moves';
import { sagaIdSeparator } from '../wire';
import type { SagaPace, SagaStart } from '../wire';
import type { RecoveryTarget } from './activities';
import type { RecoveryStart } from './recovery-start';

/** The commands of a step, and how patiently they are sent; its state is in the machine. */
export interface EngineStep {
  readonly name: string;
  readonly kind: StepKind;
  readonly command: CommandDescriptor;
  /** False where a recovery knows the step by its row alone; the saga function knows the input. */
  readonly isInputKnown?: boolean;
  readonly undo?: UndoDescriptor;
  /** Of a step that is a saga: the time its contract gives it, milliseconds. */
  readonly childDeadlineMs?: number;
  readonly patience: StepPatience & { readonly attemptsMax?: number; readonly patienceMs?: number };
}

/** A decision or an event the saga waits for. */
export interface EngineWait {
  readonly name: string;
  readonly kind: 'approval' | 'event';
  readonly role: string;
  readonly withinMs: number;
  readonly amountCents?: number;
  readonly freezesDeadline: boolean;
  /** Milliseconds since 1970; set when the wait begins. */
  untilMs?: number;
  /** An act for it is on its way through the journal: the time does not run out under it. */
  acting: boolean;
}

/** What is shown of a step beside its state; times are RFC 3339. */
export interface StepTimes {
  readonly startedAt: string;
  readonly finishedAt?: string;
}

/**
 * Everything one run of a saga knows. The machine has the rules' state; this has what the rules need not know:
 * commands, results, times, and who waits for what.
 */
export class SagaRun {
  readonly sagaId: string;
  readonly workflowId: string;
  readonly runId: string;
  /** Participant queues carry the same suffix as ours: several worlds share one server. */
  readonly queueSuffix: string;
  startedAt: string;
  pace: SagaPace;
  machine: MachineState = initialState;
  /** Applies one input to the machine and does what it says; given by the interpreter. */
  tell: (input: Input) => void = notConnected;
  /** Carries on with something in the background; what it throws fails the workflow task. */
  inBackground: (work: () => Promise<unknown>) => void = notConnected;
  readonly steps = new Map<string, EngineStep>();
  readonly waits = new Map<string, EngineWait>();
  readonly times = new Map<string, StepTimes>();
  readonly parkedSince = new Map<string, string>();
  /** What a recovery asks before it begins, and who does not answer: shown as parked, and asked on and on. */
  readonly unanswered = new Map<string, { readonly reason: string; readonly since: string }>();
  /** Resolves once the journal knows whether a step is parked: no verb acts before, and no run ends. */
  readonly parking = new Map<string, Promise<void>>();
  /** The journal is told when a step is parked no more. */
  recordsUnparked = false;
  readonly results = new Map<string, Json>();
  /** Inputs a person gave for a step, until it is sent with them. */
  readonly newInputs = new Map<string, Json>();
  /** Tells the saga function that a step is resolved. */
  readonly resolvers = new Map<string, (value: Json | undefined) => void>();
  /** Cancels the attempt of a forward. */
  readonly interrupts = new Map<string, () => void>();
  /** Last outcome of a forward, of which a pivot's settle wants to know whether its time is over. */
  readonly outcomes = new Map<string, Outcome>();
  /** Steps whose settle a person wants asked again at once. */
  readonly hurried = new Set<string>();
  /** Names the saga function has used. */
  readonly names = new Set<string>();
  readonly notes: string[] = [];
  readonly acts = new Map<string, Promise<'accepted' | 'too late'>>();
  journalRecords = 0;
  /** The start is durable in the journal: from here on things may happen. */
  recorded = false;
  rawCancelled = false;
  /** When the grant was found good at last, milliseconds since 1970; 0 before. */
  grantCheckedAtMs = 0;
  /** What the function of a child saga answered; from then on it waits for its parent. */
  held?: Json;
  /** Workflow ids of the steps that are sagas, each by the epoch of its latest forward. */
  readonly children = new Map<string, string>();
  /** What the saga function is given. */
  input: Json;
  /** A cancel of the workflow is on its way into the journal. */
  cancelPending = false;
  /** The saga function asked for a new run, with this input. */
  nextInput?: { readonly input: Json };
  /** The parent has decided something: look into the journal. */
  nudged = false;
  ending?: Ending;
  finishedAt?: string;
  /** A mistake of the saga file or of ours: fails the workflow task, and a corrected worker goes on from there. */
  failure?: unknown;
  /** Why another run is in charge; nothing is sent any more. */
  halted?: string;
  deadlineAtMs: number;
  private readonly frozenBy = new Set<string>();
  private frozenSinceMs = 0;

  /** What a recovery has found out; it begins without knowing. */
  recovery?: RecoveryStart;

  constructor(
    readonly definition: SagaDefinition,
    public start: SagaStart,
    /** The saga that this run recovers. */
    readonly recovers?: RecoveryTarget,
  ) {
    const info = workflowInfo();
    this.workflowId = recovers?.workflowId ?? info.workflowId;
    this.runId = info.runId;
    this.sagaId =
      recovers?.sagaId ?? `${info.workflowId}${sagaIdSeparator}${info.firstExecutionRunId}`;
    this.queueSuffix = info.taskQueue.replace(/^sagas/, '');
    // Nothing is sent, and no cancel heard, before a recovery knows which way to go.
    if (recovers !== undefined) this.machine = { ...initialState, mode: 'deciding' };
    this.startedAt = start.continued?.startedAt ?? now();
    this.deadlineAtMs = start.deadlineAtMs;
    this.input = start.input;
    this.pace = { ...sagaLimits, ...start.pace };
  }

  /** A recovery has found out what its saga was started with. */
  beganWith(start: SagaStart, startedAt: string): void {
    this.start = start;
    this.startedAt = startedAt;
    this.deadlineAtMs = start.deadlineAtMs;
    this.input = start.input;
    this.pace = { ...sagaLimits, ...start.pace };
  }

  /** The saga waits for this decision or event. */
  isWaiting(name: string): boolean {
    return this.machine.steps.some((step) => step.name === name && step.phase === 'waiting');
  }

  get name(): string {
    return this.definition.contract.name;
  }

  step(name: string): EngineStep {
    const step = this.steps.get(name);
    if (step === undefined) throw new Error(`no step "${name}" has commands`);
    return step;
  }

  /** The deadline stands still as long as anybody holds it. */
  freezeDeadline(by: string): void {
    if (this.frozenBy.size === 0) this.frozenSinceMs = Date.now();
    this.frozenBy.add(by);
  }

  thawDeadline(by: string): void {
    if (!this.frozenBy.delete(by) || this.frozenBy.size > 0) return;
    this.deadlineAtMs += Date.now() - this.frozenSinceMs;
  }

  get deadlineFrozen(): boolean {
    return this.frozenBy.size > 0;
  }

  /** Time until the deadline; negative once it has passed. */
  remainingMs(): number {
    return this.deadlineAtMs - (this.deadlineFrozen ? this.frozenSinceMs : Date.now());
  }
}

function notConnected(): never {
  throw new Error('a run is connected to its interpreter before anything is told');
}

/** Time of the workflow, RFC 3339 with milliseconds. */
export function now(): string {
  return new Date().toISOString();
}

/** A promise for code that must not be run on: another run is in charge. */
export function never<Value>(): Promise<Value> {
  return new Promise<Value>(() => undefined);
}

/** Result of a saga function, or what an activity answered: JSON, with undefined as null. */
export function asJson(value: unknown): Json {
  return (value ?? null) as Json;
}
