import { createHash } from 'node:crypto';
import { z } from 'zod';
import { Problem, problem } from '../../platform/http/problem';
import { sagaMessages } from '../../platform/saga/wire';
import { defineOperations } from '../../platform/security/operations';
import type { Answer, Call, OperationHandlers } from '../../platform/security/operations';
import type { Principal } from '../../platform/security/tokens';
import { gatewayProblem } from '../problems';
import type { Delivery } from '../sagas/engine';
import { maySee, noSuchSaga } from '../sagas/find';
import { pseudonymOf } from '../sagas/idempotency';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { itsSaga } from './sagas';

const reason = z.string().trim().min(1).max(500);
const step = z.string().min(1).max(100);
const accepted = {
  status: 202,
  body: z.object({ answer: z.literal('accepted') }),
  text: 'Taken; watch the saga for what becomes of it',
} as const;
const problems = ['NOT_FOUND', 'SAGA_FINISHED', 'WORKERS_AWAY', 'SAGA_ENGINE_UNAVAILABLE'] as const;
const shared = {
  ...facingPeople,
  method: 'POST',
  params: itsSaga,
  answer: accepted,
  tag: 'sagas',
} as const;

/** Operations that change what a saga does; each leaves a record with its reason. */
export const verbOperations = defineOperations({
  cancelSaga: {
    ...shared,
    path: '/sagas/:id/cancel',
    summary: 'Cancel a saga before its point of no return: yours, or any for operators and admins',
    roles: ['customer', 'operator', 'admin'],
    body: z.strictObject({ reason: reason.default('cancelled by request') }).default({
      reason: 'cancelled by request',
    }),
    problems: [...problems, 'TOO_LATE'],
  },
  retryStep: {
    ...shared,
    path: '/sagas/:id/retry',
    summary: 'Try a parked step again',
    roles: ['operator'],
    body: z.strictObject({ step: step.optional(), reason }),
    problems: [...problems, 'NOT_PARKED', 'STEP_AMBIGUOUS', 'VERB_IN_PROGRESS'],
  },
  skipStep: {
    ...shared,
    path: '/sagas/:id/skip',
    summary: 'Leave a parked step as it is and go on',
    roles: ['operator'],
    body: z.strictObject({ step: step.optional(), reason }),
    problems: [
      ...problems,
      'NOT_PARKED',
      'STEP_AMBIGUOUS',
      'STEP_UNSETTLED',
      'PIVOT_NOT_SKIPPABLE',
    ],
  },
  decideStep: {
    ...shared,
    path: '/sagas/:id/decide',
    summary: 'Approve or deny what a saga waits for',
    roles: ['payments-approver'],
    body: z.strictObject({ step, approved: z.boolean(), reason }),
    problems: [...problems, 'NOT_AWAITED', 'VERB_IN_PROGRESS'],
  },
});

type AnyCall = Pick<Call, 'request'> & {
  readonly principal: Principal;
  readonly params: { readonly id: string };
};

/** Repeating a verb under the same Idempotency-Key attaches to the first; without a key each call is its own. */
function updateIdOf(call: AnyCall & { readonly requestId: string }, verb: string): string {
  const key = call.request.get('idempotency-key') ?? call.requestId;
  const parts = JSON.stringify([verb, call.principal.subject, key]);
  return createHash('sha256').update(parts).digest('hex').slice(0, 32);
}

const refusalStatuses: Readonly<Record<string, number>> = { ROLE_MISSING: 403, VERB_INVALID: 400 };

const undecided = 'it may still be taken; ask again under the same Idempotency-Key to find out';

function answerOf(delivery: Delivery, verb: string): Answer {
  switch (delivery.kind) {
    case 'answered':
      if (delivery.answer === 'accepted') return { status: 202, body: { answer: 'accepted' } };
      throw gatewayProblem('TOO_LATE');
    case 'closed':
      throw gatewayProblem(verb === sagaMessages.cancel ? 'TOO_LATE' : 'SAGA_FINISHED');
    case 'no-worker':
      throw gatewayProblem('WORKERS_AWAY', { retryAfterSeconds: 5, detail: undecided });
    case 'rejected': {
      const { code, detail } = delivery;
      if (code === 'ROLE_MISSING') throw problem('ROLE_MISSING', { detail });
      throw new Problem(refusalStatuses[code] ?? 409, code, 'The saga refused this', { detail });
    }
  }
}

/** Operators and approvers act on sagas of others; that is what their role is for. */
function mayAct(principal: Principal, issuer: string, owner: string): boolean {
  return maySee(principal, issuer, owner) || principal.roles.includes('payments-approver');
}

async function send(
  parts: GatewayParts,
  call: AnyCall & { readonly requestId: string },
  message: { readonly name: string; readonly argument: object },
): Promise<Answer> {
  const { id } = call.params;
  const { principal } = call;
  const described = await parts.engine.describe(id);
  if (described === undefined || !mayAct(principal, parts.issuer, described.memo.owner)) {
    throw noSuchSaga();
  }
  const actor = pseudonymOf(parts.issuer, principal.subject);
  const argument = { ...message.argument, actor };
  const updateId = updateIdOf(call, message.name);
  const delivery = await parts.engine.send(id, { name: message.name, argument, updateId });
  parts.log.info('a verb was sent', {
    workflowId: id,
    command: message.name,
    actor,
    reason: delivery.kind,
  });
  return answerOf(delivery, message.name);
}

/** Handlers of {@link verbOperations}. */
export function verbHandlers(parts: GatewayParts): OperationHandlers<typeof verbOperations> {
  return {
    cancelSaga: (call) => send(parts, call, { name: sagaMessages.cancel, argument: call.body }),
    retryStep: (call) => send(parts, call, { name: sagaMessages.retry, argument: call.body }),
    skipStep: (call) => send(parts, call, { name: sagaMessages.skip, argument: call.body }),
    decideStep: (call) => {
      const argument = { ...call.body, roles: call.principal.roles };
      return send(parts, call, { name: sagaMessages.decide, argument });
    },
  };
}
