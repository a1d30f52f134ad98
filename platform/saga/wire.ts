import type { Json } from '../kernel/json';
import type { ContinuedSaga } from './engine/continued';
import type { RepairVerb } from './verbs';

/** Argument of every saga workflow. */
export interface SagaStart {
  readonly input: Json;
  /** Pseudonym of whoever started it: the owner of the saga and of what it makes. */
  readonly owner: string;
  readonly businessKey: string;
  /** sha256 of the canonical request; a used idempotency key with another hash is refused. */
  readonly requestHash: string;
  /** Absolute deadline, milliseconds since 1970. */
  readonly deadlineAtMs: number;
  /** Shorter waits than `limits.ts` gives, for proofs that must not take hours; the gateway never sets it. */
  readonly pace?: Partial<SagaPace>;
  /** The saga this one is a step of: it holds when it is done, until that one has decided. */
  readonly parent?: SagaParent;
  /** Workflow id of the saga at the root, of a saga that has a parent: events of all are correlated by it. */
  readonly family?: string;
  /**
   * How its messages go first; through Temporal's queues where nothing is said. A replay goes by it, so that it stays
   * what it was for the whole of the saga.
   */
  readonly steps?: StepRoute;
  /** What the run before left, when the saga goes on in a run of its own; nobody but the engine sets it. */
  readonly continued?: ContinuedSaga;
}

/** `direct`: from the saga's worker to the participant, and by a queue where that brings no answer. */
export type StepRoute = 'queue' | 'direct';

/** The step of another saga that a child saga is. */
export interface SagaParent {
  readonly sagaId: string;
  readonly step: string;
}

/** The waits of the engine, in milliseconds and attempts; meanings in `limits.ts`. */
export interface SagaPace {
  readonly attemptMs: number;
  readonly directAttemptMs: number;
  readonly backoffMaxMs: number;
  readonly busyPatienceMs: number;
  readonly retriableAttemptsMax: number;
  readonly retriablePatienceMs: number;
  readonly undoAttemptsMax: number;
  readonly undoPatienceMs: number;
  readonly settlePatienceMs: number;
  readonly stubbornPauseMs: number;
}

/** Memo of every saga workflow: what the gateway compares on a repeated start. No personal data. */
export interface SagaMemo {
  readonly requestHash: string;
  readonly owner: string;
  readonly businessKey: string;
}

export type SagaState =
  'running' | 'compensating' | 'parked' | 'completed' | 'compensated' | 'cancelled';

export type StepStatus =
  /** On its way, or waiting for the outside. */
  | 'started'
  | 'done'
  | 'refused'
  | 'failed'
  | 'undoing'
  | 'undone'
  | 'settling'
  | 'parked'
  | 'skipped';

/** One step as the engine knows it; times are RFC 3339. */
export interface StepView {
  readonly name: string;
  /** `approval` stands for every wait that sends no message: participant `people`, `events` or `parent`. */
  readonly kind: 'compensatable' | 'pivot' | 'retriable' | 'approval';
  readonly participant: string;
  readonly command: string;
  readonly status: StepStatus;
  readonly epoch: number;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Refusal or fault code. */
  readonly reason?: string;
  /** A person skipped its undo: the effect stays. */
  readonly leftInPlace?: true;
  /** A person did it, or reversed it, by hand. */
  readonly external?: true;
  /** Workflow id of the saga that this step is. */
  readonly child?: string;
}

/** Why a saga waits for a person. `condition` says what is known of the step. */
export interface ParkedView {
  readonly step: string;
  readonly direction: 'forward' | 'undo';
  readonly condition: 'nothing-stands' | 'effect-stands' | 'unsettled';
  readonly reason: string;
  readonly since: string;
  /** What may be done about it now. */
  readonly verbs: readonly RepairVerb[];
}

/** A decision or an event the saga waits for. */
export interface AwaitedView {
  readonly step: string;
  readonly kind: 'approval' | 'event';
  /** Role that may decide or deliver. */
  readonly role: string;
  /** Amount the decision is about, in cents. */
  readonly amountCents?: number;
  /** RFC 3339; afterwards the saga goes back. */
  readonly until: string;
}

/** Answer of the query `saga` and body of the terminal result. */
export interface SagaView {
  readonly sagaId: string;
  readonly saga: string;
  readonly businessKey: string;
  readonly owner: string;
  readonly state: SagaState;
  readonly startedAt: string;
  readonly finishedAt?: string;
  readonly steps: readonly StepView[];
  readonly parked: readonly ParkedView[];
  readonly awaiting: readonly AwaitedView[];
  /** An operator holds it: no step and no undo is started. */
  readonly paused?: true;
  /** 0, or the number of the recovery that runs it. */
  readonly generation: number;
  /** What a person should know beyond the steps, in the order it happened. */
  readonly notes: readonly string[];
  /** Refusal, fault, `CANCELLED` or `DEADLINE` that turned the saga back. */
  readonly reason?: string;
}

/** What a saga workflow returns when it closes as Completed. */
export interface SagaResult {
  readonly outcome: 'completed' | 'compensated';
  readonly reason?: string;
  /** What the saga function returned; only when completed. */
  readonly result?: Json;
}

/** Names of queries and signals beside the verbs' updates, whose names are the verbs. */
export const sagaMessages = {
  /** Query, answers {@link SagaView}. */
  view: 'saga',
  /** Signal to a child saga, no argument: its parent has decided, look into the journal. */
  verdict: 'verdict',
} as const;

/** Task queue of the orchestrators of an instance; '' is the one that has no name. */
export const sagaQueue = (instance: string): string => `sagas${instance}`;

/** Search attributes of every saga workflow, all of type Keyword; pseudonyms and codes only. */
export const sagaSearchAttributes = [
  'SagaName',
  'SagaState',
  'SagaStep',
  'BusinessKey',
  'Owner',
  'ParkedReason',
] as const;

/** Separates workflow id and first run id in a saga id. */
export const sagaIdSeparator = '/';

/** Workflow id of a saga, of its saga id. */
export function workflowIdOf(sagaId: string): string {
  return sagaId.slice(0, sagaId.lastIndexOf(sagaIdSeparator));
}

/** Workflow id of the recoveries of a saga: one at a time. */
export function recoveryIdOf(sagaId: string): string {
  return `${recoveryPrefix}${sagaId}`;
}

const recoveryPrefix = 'recover/';

/** Workflow id of the saga that the workflow of this id recovers; undefined for any other workflow. */
export function recoveredBy(workflowId: string): string | undefined {
  if (!workflowId.startsWith(recoveryPrefix)) return undefined;
  return workflowIdOf(workflowId.slice(recoveryPrefix.length));
}
