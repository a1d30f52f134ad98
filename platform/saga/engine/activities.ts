import type { Json } from '../../kernel/json';
import type { ChildVerdict } from '../children/commands';
import type { Remains } from '../orchestrate/close-and-read';
import type { SagaGrantRefusal } from '../grants/grant';
import type {
  GrantRefusal,
  RevokeAnswer,
  RevokeRequest,
  SwitchAnswer,
  SwitchRequest,
} from '../verbs';
import type { SagaParent } from '../wire';

/** What a saga asks of the orchestrator's process, beside the journal: implemented in `orchestrate/`. */
export interface EngineActivities {
  /** Asks Temporal to cancel a run that has already undone everything, so that its status says so. Idempotent. */
  requestCancellation(target: {
    readonly workflowId: string;
    readonly runId: string;
  }): Promise<void>;
  /** Starts the recovery of a saga, unless it is at work already. Idempotent. */
  requestRecovery(target: RecoveryTarget): Promise<void>;
  /** Ends what still runs of a saga. Idempotent. */
  endRun(target: RecoveryTarget): Promise<void>;
  /** What the parent of a child saga has decided, or how it ended without a word; nothing while it is at work. */
  readVerdict(child: { readonly workflowId: string }): Promise<{ readonly verdict?: ChildVerdict }>;
  /**
   * What Temporal still knows of a saga that has closed. `recoveries` are the run ids of earlier ones, `runs` those
   * that continued the saga.
   */
  readRemains(
    target: RecoveryTarget & {
      readonly recoveries: readonly string[];
      readonly runs?: readonly string[];
    },
  ): Promise<Remains>;
  /** The request a saga was started with, as the journal keeps it; for sagas that Temporal has forgotten. */
  readRequest(target: RecoveryTarget): Promise<JournaledRequest>;
  /** Turns a switch, if one is asked for, and reads all of them; a refused grant is answered by its code. */
  turnSwitch(request: SwitchRequest): Promise<SwitchAnswer | { readonly refused: GrantRefusal }>;
  /** Revokes what was granted for a person; a refused grant of whoever asks is answered by its code. */
  revokeGrants(request: RevokeRequest): Promise<RevokeAnswer | { readonly refused: GrantRefusal }>;
  /** Looks at the grant of the family once more, at the point of no return. */
  checkGrant(saga: {
    /** Workflow id of the saga at the root. */
    readonly family: string;
  }): Promise<{ readonly refused?: SagaGrantRefusal }>;
}

/** A saga that is to be recovered, and why. */
export interface RecoveryTarget {
  readonly workflowId: string;
  readonly sagaId: string;
  readonly saga: string;
  /** TERMINATED, TIMED_OUT, FAILED, DELETED, RESET or the code of a fence. */
  readonly reason: string;
  /** Run id of the latest recovery before: one that was reset is not the run that the journal knows. */
  readonly before?: string;
}

/** What the journal knows of a start, and who may have been asked to do something for it. */
export interface JournaledRequest {
  readonly input: Json;
  readonly owner: string;
  readonly businessKey: string;
  readonly requestHash: string;
  /** RFC 3339. */
  readonly deadlineAt: string;
  readonly startedAt: string;
  readonly participants: readonly string[];
  /** Of a child saga. */
  readonly parent?: SagaParent;
  /** Of a child saga: what everything of its family is correlated by; see `SagaStart`. */
  readonly family?: string;
}
