import type { Json } from '../../kernel/json';

/** The saga whose step a child is. */
export type ParentOf = {
  readonly sagaId: string;
  readonly saga: string;
  readonly workflowId: string;
};

/** Starts a child, or finds the one that was started before. */
export type RunCall = {
  readonly do: 'run';
  readonly parent: ParentOf;
  readonly step: string;
  /** Name of the child's saga, and its workflow id. */
  readonly of: string;
  readonly child: string;
  /** Workflow id of the saga that has no parent; absent where that was not told yet. */
  readonly family?: string;
  readonly owner: string;
  readonly businessKey: string;
  readonly deadlineAtMs: number;
  readonly input: Json;
  readonly pace?: { readonly [wait: string]: number };
};

/** Takes back what a child did, though it was done. */
export type UnwindCall = {
  readonly do: 'unwind';
  readonly parent: ParentOf;
  readonly child: string;
};

/** Lets children end. */
export type ReleaseCall = {
  readonly do: 'release';
  readonly parent: ParentOf;
  readonly children: readonly string[];
};

/** What the journal's participant asks of its outside, the child sagas. */
export type ChildCall = RunCall | UnwindCall | ReleaseCall;
