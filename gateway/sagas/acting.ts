import { randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { idempotencyKeyOf } from '../../platform/http/idempotency-key';
import type { SwitchVerb, Verb, VerifiedGrant } from '../../platform/saga/verbs';
import { hasRole } from '../../platform/security/operations';
import { actIdOf } from '../../platform/security/pseudonym';
import type { Principal } from '../../platform/security/tokens';
import { readModelFailed } from '../read-model';
import type { ReadModel } from '../read-model';
import { verbProblem } from '../verb-problems';
import type { SagaEngine } from './engine';
import { asked, noSuchSaga, sagaReaders, wholeRow } from './find';
import { pseudonymOf, requestHashOf } from './idempotency';
import { runnersOf } from './reach';
import type { Runners } from './reach';

interface Right {
  /** Roles that may do it to the sagas of others. */
  readonly roles: readonly string[];
  /** What the owner may do without any of them: everything the saga allows, nothing more, or not even with them. */
  readonly owner: 'always' | 'by-role' | 'never';
}

const operatorsOnly: Right = { roles: ['operator'], owner: 'by-role' };

/** Who may do what. Seeing a saga is no right to act on it, and nobody approves what they asked for themselves. */
export const verbRights: Readonly<Record<Verb, Right>> = {
  cancel: { roles: ['operator', 'admin'], owner: 'always' },
  retry: operatorsOnly,
  'retry-with-input': operatorsOnly,
  skip: operatorsOnly,
  'mark-done-externally': operatorsOnly,
  'resume-forward': operatorsOnly,
  abort: operatorsOnly,
  pause: operatorsOnly,
  unpause: operatorsOnly,
  // Whoever can find the saga may try: which role decides is the saga's own to say, and it is checked where it acts.
  decide: { roles: sagaReaders, owner: 'never' },
  // The same for what comes from outside; whoever waits for their own parcel may say that it came, if their role may.
  deliver: { roles: sagaReaders, owner: 'by-role' },
};

/**
 * Throws unless the caller may do this to a saga of that owner: for strangers as if there were no such saga, for the
 * approver of their own request the 403 problem APPROVER_IS_INITIATOR.
 */
export function assertMayAct(
  caller: { readonly principal: Principal; readonly issuer: string },
  verb: Verb,
  owner: string,
): void {
  const { principal, issuer } = caller;
  const right = verbRights[verb];
  const isOwner = pseudonymOf(issuer, principal.subject) === owner;
  if (isOwner && right.owner === 'always') return;
  if (!hasRole(principal, right.roles)) throw noSuchSaga();
  if (isOwner && right.owner === 'never') throw verbProblem('APPROVER_IS_INITIATOR');
}

/** What a grant says of the caller. */
export function personOf(issuer: string, principal: Principal): VerifiedGrant {
  const { subject, roles, approvalLimitCents } = principal;
  const limit = approvalLimitCents === undefined ? {} : { approvalLimitCents };
  return { actor: pseudonymOf(issuer, subject), roles, ...limit };
}

/**
 * Whose saga it is and who runs it. The journal knows it for longer than Temporal does; where its read model is away,
 * what Temporal knows is enough. Throws as if there were none when neither knows it.
 */
export async function sagaToActOn(
  parts: {
    readonly engine: Pick<SagaEngine, 'describe'>;
    readonly readModel: Pick<ReadModel, 'sagaByWorkflowId'>;
  },
  workflowId: string,
): Promise<{ readonly owner: string; readonly runners: Runners }> {
  const [row, described] = await Promise.all([
    asked(wholeRow(parts, workflowId)),
    parts.engine.describe(workflowId),
  ]);
  if (described === undefined && row.error !== undefined) readModelFailed(row.error);
  const owner = row.found?.owner ?? described?.memo.owner;
  const runners = runnersOf(row.found, described);
  if (owner === undefined || runners === undefined) throw noSuchSaga();
  return { owner, runners };
}

/**
 * Identity of the act a verb becomes, `jti` of its grant and id of its update. The same verb, body and Idempotency-Key
 * of one caller attach to the first; another body is another act, and without a key each call is its own. The step is
 * no part of it: where the body names none, a repeat must not become an act at whichever step is parked by then, so
 * the journal keeps the place it was first taken for. Throws when the key is unusable.
 */
export function jtiOf(
  request: { readonly headers: IncomingHttpHeaders },
  asked: {
    readonly verb: Verb | SwitchVerb | 'revoke';
    readonly subject: string;
    readonly body: unknown;
  },
): string {
  const hasKey = request.headers['idempotency-key'] !== undefined;
  const key = hasKey ? idempotencyKeyOf(request) : randomUUID();
  return actIdOf([asked.verb, asked.subject, key, requestHashOf(asked.body)]);
}
