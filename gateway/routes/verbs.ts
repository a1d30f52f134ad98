import { z } from 'zod';
import { Problem, problem } from '../../platform/http/problem';
import { sagaMessages } from '../../platform/saga/wire';
import { defineOperations } from '../../platform/security/operations';
import type { Answer, Call, OperationHandlers } from '../../platform/security/operations';
import type { Principal } from '../../platform/security/tokens';
import { gatewayProblem, refusalPages } from '../problems';
import { assertMayAct, sagaToActOn, updateIdOf } from '../sagas/acting';
import type { Verb } from '../sagas/acting';
import type { Delivery } from '../sagas/engine';
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
const problems = [
  'NOT_FOUND',
  'SAGA_FINISHED',
  'VERB_INVALID',
  'IDEMPOTENCY_KEY_INVALID',
  'WORKERS_AWAY',
  'SAGA_ENGINE_UNAVAILABLE',
  'READ_MODEL_UNAVAILABLE',
] as const;
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
      'VERB_IN_PROGRESS',
    ],
  },
  decideStep: {
    ...shared,
    path: '/sagas/:id/decide',
    summary: 'Approve or deny what a saga of somebody else waits for',
    roles: ['payments-approver'],
    body: z.strictObject({ step, approved: z.boolean(), reason }),
    problems: [...problems, 'APPROVER_IS_INITIATOR', 'NOT_AWAITED', 'VERB_IN_PROGRESS'],
  },
});

type AnyCall = Pick<Call, 'request'> & {
  readonly principal: Principal;
  readonly params: { readonly id: string };
  readonly body: object;
};

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
      const [status, title] = refusalPages[code] ?? [409, 'The saga refused this'];
      throw new Problem(status, code, title, { detail });
    }
  }
}

async function send(
  parts: GatewayParts,
  call: AnyCall,
  verb: Verb,
  told: object = {},
): Promise<Answer> {
  const { id } = call.params;
  const { principal, body } = call;
  const { issuer } = parts;
  const { owner, forgotten } = await sagaToActOn(parts, id);
  assertMayAct({ principal, issuer }, verb, owner);
  const updateId = updateIdOf(call.request, { verb, subject: principal.subject, body });
  if (forgotten) return answerOf({ kind: 'closed' }, verb);
  const actor = pseudonymOf(issuer, principal.subject);
  const argument = { ...body, ...told, actor };
  const delivery = await parts.engine.send(id, { name: verb, argument, updateId });
  parts.log.info('a verb was sent', {
    workflowId: id,
    command: verb,
    actor,
    reason: delivery.kind,
  });
  return answerOf(delivery, verb);
}

/** Handlers of {@link verbOperations}. */
export function verbHandlers(parts: GatewayParts): OperationHandlers<typeof verbOperations> {
  return {
    cancelSaga: (call) => send(parts, call, sagaMessages.cancel),
    retryStep: (call) => send(parts, call, sagaMessages.retry),
    skipStep: (call) => send(parts, call, sagaMessages.skip),
    decideStep: (call) => send(parts, call, sagaMessages.decide, { roles: call.principal.roles }),
  };
}
