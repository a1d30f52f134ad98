import type { SagaMemo, SagaStart, SagaState, SagaView } from '../../platform/saga/wire';

/** A saga to be started. */
export interface StartRequest {
  readonly workflowId: string;
  readonly saga: string;
  readonly title: string;
  readonly start: SagaStart;
}

/** What the engine holds of a saga without asking a worker. */
export interface SagaDescription {
  readonly workflowId: string;
  readonly saga: string;
  readonly memo: SagaMemo;
  /** False once the workflow has closed. */
  readonly open: boolean;
  /** Workflow id under which a recovery of it runs, if it was ended from outside and there is one. */
  readonly recoveryId: string;
  /** The search attribute as it was written last. */
  readonly state: SagaState;
  readonly startedAt: string;
}

/** Why a message to a saga got no answer. Codes of the saga's own are in `code`. */
export type Delivery =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'rejected'; readonly code: string; readonly detail: string }
  | { readonly kind: 'closed' }
  | { readonly kind: 'no-worker' };

/** The saga engine as the gateway uses it. Every call may throw the problem SAGA_ENGINE_UNAVAILABLE. */
export interface SagaEngine {
  /** Starts a saga, or says that its workflow id was used before, running or ended. */
  start(request: StartRequest): Promise<'started' | 'exists'>;
  describe(workflowId: string): Promise<SagaDescription | undefined>;
  /** The view of a saga or of its recovery; undefined when no worker answers within 2 s or it is not known. */
  view(workflowId: string): Promise<SagaView | undefined>;
  /**
   * Sends an update, within 5 s, to the saga or to the recovery that runs it now. `updateId` makes repeats
   * harmless.
   */
  send(
    workflowId: string,
    message: { readonly name: string; readonly argument: object; readonly updateId: string },
  ): Promise<Delivery>;
  /** Waits for the saga's end for at most `waitMs`; false when it goes on. */
  ended(workflowId: string, waitMs: number): Promise<boolean>;
  ping(): Promise<void>;
  /** Where people see a saga in the Temporal Web UI. */
  webUi(workflowId: string): string;
}
