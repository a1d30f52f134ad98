import type { Json } from '../kernel/json';

/** Everything a person may tell a running saga; the update of that name carries a {@link SignedVerb}. */
export const verbs = [
  /** Turn the saga back, before its point of no return. Owners may do it to their own. */
  'cancel',
  /** Try a parked step again, under the next epoch. */
  'retry',
  /** The same with another input; forward steps only. */
  'retry-with-input',
  /** Leave a parked step as it is: not done forward, not undone backward. Never the pivot. */
  'skip',
  /** A person did by hand what the parked step should have done (forward), or reversed it by hand (undo). */
  'mark-done-externally',
  /** Stop unwinding and go forward again; before the pivot, in the first run of a saga only. */
  'resume-forward',
  /** Give a parked forward step up and compensate. */
  'abort',
  /** Start no further step and no further undo until `unpause`; the deadline stands still. */
  'pause',
  'unpause',
  /** Hand over what the saga waits for from outside: an event or a callback. */
  'deliver',
  /** Approve or deny what the saga waits for. */
  'decide',
] as const;

export type Verb = (typeof verbs)[number];

/** Verbs for a parked step. */
export const repairVerbs = [
  'retry',
  'retry-with-input',
  'skip',
  'mark-done-externally',
  'resume-forward',
  'abort',
] as const satisfies readonly Verb[];

export type RepairVerb = (typeof repairVerbs)[number];

/** Argument of every verb's update. The grant vouches for the other members; the saga believes none by itself. */
export interface SignedVerb {
  /** Compact JWS of an operator grant; see `platform/security/grants.ts`. Opaque to the saga. */
  readonly grant: string;
  /** Identity of this one act, 16 to 64 characters of [A-Za-z0-9_-]; the same again changes nothing. */
  readonly jti: string;
  /** Why, in the person's words: 1 to 500 characters, kept in the journal. */
  readonly reason: string;
  /** The parked step or the awaited decision; may be left out where there is only one. */
  readonly step?: string;
  /**
   * `retry-with-input`: the whole new input. `mark-done-externally`: what the step would have answered. `deliver`:
   * the event's data.
   */
  readonly input?: Json;
  /** `decide` only. */
  readonly approved?: boolean;
}

/** Answer of a verb's update: taken, and durable in the journal; what becomes of it is in the saga's view. */
export type VerbAnswer = 'accepted' | 'too late';

/** What a person may tell a whole type of sagas: start none of them, until further notice. */
export const switchVerbs = ['stop', 'resume'] as const;

export type SwitchVerb = (typeof switchVerbs)[number];

/** Workflow type that turns and reads switches, on the queue `sagas`; started by the gateway, never by a saga. */
export const switchWorkflow = 'saga-switch';

/** Stands for a type of sagas where a grant names a workflow. */
export const switchTarget = (saga: string): string => `saga-type/${saga}`;

/**
 * Argument of {@link switchWorkflow}: turn one switch, or, with nothing, read all of them. The grant is for the act
 * `{verb, workflowId: switchTarget(saga), jti, reason}`.
 */
export type SwitchRequest =
  | Record<string, never>
  | (Pick<SignedVerb, 'grant' | 'jti' | 'reason'> & {
      readonly saga: string;
      readonly verb: SwitchVerb;
    });

/** One type of sagas as its switch stands. Types nobody ever stopped may be missing in a list. */
export interface SwitchState {
  readonly saga: string;
  readonly stopped: boolean;
  /** Pseudonym of who turned it last. */
  readonly actor: string;
  readonly reason: string;
  /** RFC 3339. */
  readonly since: string;
}

/** Answer of {@link switchWorkflow}: every switch that was ever turned, after what was asked was done. */
export interface SwitchAnswer {
  readonly switches: readonly SwitchState[];
}

/** Workflow type that revokes what was granted for a person, on the queue `sagas`; started by the gateway. */
export const revokeWorkflow = 'revoke-grants';

/** Stands for a person, by pseudonym, where a grant names a workflow. */
export const revokeTarget = (subject: string): string => `subject/${subject}`;

/** Argument of {@link revokeWorkflow}; its grant is for the act `revoke` at `revokeTarget(subject)`. */
export type RevokeRequest = Pick<SignedVerb, 'grant' | 'jti' | 'reason'> & {
  /** Pseudonym. */
  readonly subject: string;
};

/** Answer of {@link revokeWorkflow}. */
export interface RevokeAnswer {
  /** RFC 3339: grants that were issued until then are good for nothing new. */
  readonly revokedAt: string;
  /** Workflow ids of the person's open sagas that are nobody's step, at most 1,000. */
  readonly open: readonly string[];
}

/** What a grant must be for: everything but the grant itself, and the saga it is sent to. */
export interface GrantedAct extends Omit<SignedVerb, 'grant'> {
  readonly verb: Verb | SwitchVerb | 'revoke';
  readonly workflowId: string;
}

/** What a verified grant says of the person behind it. */
export interface VerifiedGrant {
  /** Pseudonym of who acts. */
  readonly actor: string;
  readonly roles: readonly string[];
  /** The largest amount this person may approve, in cents; absent: no limit of their own. */
  readonly approvalLimitCents?: number;
}

/** What the saga asks of whoever acts, beyond the gateway's own rules. Checked where the grant is opened. */
export interface ActRequirement {
  /** Role a decision needs. */
  readonly role?: string;
  /** Pseudonym that may not act: whoever started the saga approves nothing. */
  readonly notActor?: string;
  /** Amount a decision is about, in cents; above the person's own limit it is refused. */
  readonly amountCents?: number;
}

/** Why an act is refused although its shape was right; these cross as refusals of the journal's command `acted`. */
export const grantRefusals = [
  'GRANT_INVALID',
  'GRANT_EXPIRED',
  'ROLE_MISSING',
  'APPROVER_IS_INITIATOR',
  'APPROVAL_LIMIT_EXCEEDED',
] as const;

export type GrantRefusal = (typeof grantRefusals)[number];

/** Why a verb is not taken by the saga as it stands; the failure type of a rejected update. */
export const verbRefusals = [
  /** No step of that name is parked; look at the saga again. */
  'NOT_PARKED',
  /** Several steps are parked: name one. */
  'STEP_AMBIGUOUS',
  /** Another verb for this step is on its way. */
  'VERB_IN_PROGRESS',
  /** What became of the step is not known yet: `retry` or wait. */
  'STEP_UNSETTLED',
  /** The step was never sent: `retry` or `cancel`. */
  'NOT_STARTED',
  /** The pivot decides whether the saga goes forward or back: it is done or not done, never skipped. */
  'PIVOT_NOT_SKIPPABLE',
  /** An undo reverses what was recorded; it has no input. */
  'UNDO_HAS_NO_INPUT',
  /** The saga is past its point of no return. */
  'TOO_LATE',
  /** The saga goes back already; `resume-forward` is for an undo that is parked before the pivot. */
  'ALREADY_COMPENSATING',
  /** Not parked in an undo, past the pivot, or a recovery: it cannot go forward again. */
  'NOT_RESUMABLE',
  /** A person has taken this step over: it is not sent again. */
  'STEP_EXTERNAL',
  /** The same act was taken before, at another step. */
  'ACT_USED_ELSEWHERE',
  'NOT_AWAITED',
  'NOT_PAUSED',
  'ALREADY_PAUSED',
  'VERB_INVALID',
  /** Another run has taken this saga over. */
  'STEP_FENCED',
  'SAGA_FINISHED',
] as const;

export type VerbRefusal = (typeof verbRefusals)[number];
