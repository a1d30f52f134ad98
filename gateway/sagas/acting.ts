import { createHash, randomUUID } from 'node:crypto';
import type { IncomingHttpHeaders } from 'node:http';
import { idempotencyKeyOf } from '../../platform/http/idempotency-key';
import { canonicalJson } from '../../platform/kernel/json';
import { sagaMessages } from '../../platform/saga/wire';
import { hasRole } from '../../platform/security/operations';
import type { Principal } from '../../platform/security/tokens';
import { gatewayProblem } from '../problems';
import { readModelFailed } from '../read-model';
import type { ReadModel } from '../read-model';
import type { SagaEngine } from './engine';
import { noSuchSaga } from './find';
import { pseudonymOf, requestHashOf } from './idempotency';

/** What an operator, an owner or an approver may tell a saga. */
export type Verb = 'cancel' | 'retry' | 'skip' | 'decide';

interface Right {
  /** Roles that may do it to the sagas of others. */
  readonly roles: readonly string[];
  /** What the owner may do without any of them: everything the saga allows, nothing more, or not even with them. */
  readonly owner: 'always' | 'by-role' | 'never';
}

/** Who may do what. Seeing a saga is no right to act on it, and nobody approves what they asked for themselves. */
export const verbRights: Readonly<Record<Verb, Right>> = {
  [sagaMessages.cancel]: { roles: ['operator', 'admin'], owner: 'always' },
  [sagaMessages.retry]: { roles: ['operator'], owner: 'by-role' },
  [sagaMessages.skip]: { roles: ['operator'], owner: 'by-role' },
  [sagaMessages.decide]: { roles: ['payments-approver'], owner: 'never' },
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
  if (isOwner && right.owner === 'never') throw gatewayProblem('APPROVER_IS_INITIATOR');
}

/** Whose saga it is and whether Temporal still has it: the journal remembers its owner for longer. */
export async function sagaToActOn(
  parts: {
    readonly engine: Pick<SagaEngine, 'describe'>;
    readonly readModel: Pick<ReadModel, 'sagaByWorkflowId'>;
  },
  workflowId: string,
): Promise<{ readonly owner: string; readonly forgotten: boolean }> {
  const described = await parts.engine.describe(workflowId);
  if (described !== undefined) return { owner: described.memo.owner, forgotten: false };
  const row = await parts.readModel.sagaByWorkflowId(workflowId).catch(readModelFailed);
  if (row?.owner === undefined) throw noSuchSaga();
  return { owner: row.owner, forgotten: true };
}

/**
 * Id of the update a verb becomes. The same verb, body and Idempotency-Key of one caller attach to the first; another
 * body is another update, and without a key each call is its own. Throws when the key is unusable.
 */
export function updateIdOf(
  request: { readonly headers: IncomingHttpHeaders },
  asked: { readonly verb: Verb; readonly subject: string; readonly body: unknown },
): string {
  const hasKey = request.headers['idempotency-key'] !== undefined;
  const key = hasKey ? idempotencyKeyOf(request) : randomUUID();
  const parts = canonicalJson([asked.verb, asked.subject, key, requestHashOf(asked.body)]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}
