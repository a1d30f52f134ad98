import type { SagaMemo, SagaStart, SagaState, SagaView } from '../../platform/saga/wire';

/** A saga to be started. */
export interface StartRequest {
  readonly workflowId: string;
  readonly saga: string;
  readonly title: string;
  readonly start: SagaStart;
  /** The sealed grant that it stands on. */
  readonly grant: Uint8Array;
}

/** What the engine holds of a saga without asking a worker. */
export interface SagaDescription {
  readonly workflowId: string;
  readonly saga: string;
  readonly memo: SagaMemo;
  /** False once the workflow has closed. */
  readonly open: boolean;
  /** `<workflow id>/<first run id>`, as this run calls itself. */
  readonly sagaId: string;
  /** The search attribute as it was written last. */
  readonly state: SagaState;
  readonly startedAt: string;
}

/** Why a message to a saga got no answer. Codes of the saga's own are in `code`. */
export type Delivery =
  | { readonly kind: 'answered'; readonly answer: unknown }
  | { readonly kind: 'rejected'; readonly code: string; readonly detail: string }
  | { readonly kind: 'closed' }
  /** Temporal ended it without us, and its recovery has not begun. */
  | { readonly kind: 'awaits-recovery' }
  | { readonly kind: 'no-worker' };

/** An update to a saga; `updateId` makes repeats harmless. */
export interface SagaMessage {
  readonly name: string;
  readonly argument: object;
  readonly updateId: string;
}

/** The saga engine as the gateway uses it. Every call may throw the problem SAGA_ENGINE_UNAVAILABLE. */
export interface SagaEngine {
  /** Starts a saga, or says that its workflow id was used before, running or ended. */
  start(request: StartRequest): Promise<'started' | 'exists'>;
  describe(workflowId: string): Promise<SagaDescription | undefined>;
  /** What one workflow says; undefined when no worker answers within 2 s or it is not known. See `reach.ts`. */
  view(workflowId: string): Promise<SagaView | undefined>;
  /** Sends an update to one workflow, within 5 s; `closed` where Temporal has none that runs. See `reach.ts`. */
  send(workflowId: string, message: SagaMessage): Promise<Delivery>;
  /** Waits for the saga's end for at most `waitMs`; false when it goes on. */
  ended(workflowId: string, waitMs: number): Promise<boolean>;
  ping(): Promise<void>;
  /** Where people see a saga in the Temporal Web UI. */
  webUi(workflowId: string): string;
}
