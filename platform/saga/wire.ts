import type { Json } from '../kernel/json';

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
  readonly kind: 'compensatable' | 'pivot' | 'retriable' | 'approval';
  readonly participant: string;
  readonly command: string;
  readonly status: StepStatus;
  readonly epoch: number;
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Refusal or fault code. */
  readonly reason?: string;
}

/** Why a saga waits for a person. `condition` says what is known of the step. */
export interface ParkedView {
  readonly step: string;
  readonly direction: 'forward' | 'undo';
  readonly condition: 'nothing-stands' | 'effect-stands' | 'unsettled';
  readonly reason: string;
  readonly since: string;
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

/** Names of updates and queries; the gateway sends them by name. */
export const sagaMessages = {
  /** Update, argument {@link OperatorVerb} without verb; answers `accepted` or `too late`. */
  cancel: 'cancel',
  /** Updates for operators, argument {@link OperatorVerb}; answer `accepted`. */
  retry: 'retry',
  skip: 'skip',
  /** Update, argument {@link ApprovalVerdict}. */
  decide: 'decide',
  /** Query, answers {@link SagaView}. */
  view: 'saga',
} as const;

/** What an operator's verb carries. */
export interface OperatorVerb {
  readonly step?: string;
  /** Pseudonym of the person who acts. */
  readonly actor: string;
  readonly reason: string;
}

export interface ApprovalVerdict {
  readonly step: string;
  readonly actor: string;
  readonly roles: readonly string[];
  readonly approved: boolean;
  readonly reason: string;
}

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
