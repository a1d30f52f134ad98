import type { SagaContract } from '../contract';

/** What a saga may do on whose behalf: minted once at its start, and shown with every message. */
export interface SagaGrant {
  /** Unique. */
  readonly id: string;
  /** Pseudonym of whoever started it: the saga's owner. */
  readonly subject: string;
  readonly roles: readonly string[];
  /** Name of the saga at the root of its family. */
  readonly saga: string;
  /** Workflow id of that saga. */
  readonly workflowId: string;
  /** What may be sent before the point of no return, `<participant>.<command>`, by name of the saga that sends it. */
  readonly commands: Readonly<Record<string, readonly string[]>>;
  /** sha256 of the canonical input. */
  readonly inputHash: string;
  /** Milliseconds since 1970. */
  readonly issuedAtMs: number;
  readonly expiresAtMs: number;
}

/** Why a forward has no effect though nothing is wrong with it; the saga turns back as after any refusal. */
export const sagaGrantRefusals = ['GRANT_INVALID', 'GRANT_EXPIRED', 'GRANT_REVOKED'] as const;

export type SagaGrantRefusal = (typeof sagaGrantRefusals)[number];

export function isSagaGrantRefusal(code: unknown): code is SagaGrantRefusal {
  return (sagaGrantRefusals as readonly unknown[]).includes(code);
}

/**
 * What a grant outlives the deadline of its saga by, milliseconds, beside the waits that stop the deadline: an operator
 * may pause a saga for so long, and it can still go forward.
 */
export const sagaGrantGraceMs = 24 * 60 * 60_000;

/** What the journal's participant is asked by sagas that have children, or hold. */
const familyCommands = ['sagas.runChild', 'sagas.commit'];

/** What sagas of a contract and of its children may send before the point of no return, by name of the saga. */
export function grantedCommands(
  contract: SagaContract,
  known: Readonly<Record<string, readonly string[]>> = {},
): Readonly<Record<string, readonly string[]>> {
  const { name, sends = [], children = [] } = contract;
  if (name in known) return known;
  const own = { ...known, [name]: [...sends, ...familyCommands] };
  return children.reduce((all, child) => grantedCommands(child, all), own);
}

/** When the grant of a saga ends, milliseconds since 1970: later than any forward that is sent in time. */
export function grantExpiryOf(
  contract: Pick<SagaContract, 'frozenMs'>,
  deadlineAtMs: number,
): number {
  return deadlineAtMs + (contract.frozenMs ?? 0) + sagaGrantGraceMs;
}
