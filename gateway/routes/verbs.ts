import { z } from 'zod';
import type { Json } from '../../platform/kernel/json';
import type { Verb } from '../../platform/saga/verbs';
import { defineOperations } from '../../platform/security/operations';
import type { Answer, Call, OperationHandlers } from '../../platform/security/operations';
import type { Principal } from '../../platform/security/tokens';
import { assertMayAct, jtiOf, personOf, sagaToActOn } from '../sagas/acting';
import { problemOf, sendVerb } from '../sagas/send-verb';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { defined, itsSaga } from './sagas';

/** Why somebody acts: kept in the journal. */
export const actReason = z.string().trim().min(1).max(500);
const step = z.string().min(1).max(100).optional();
/** May be left out where only one step is meant. */
const forStep = z.strictObject({ step, reason: actReason });
/** The body was JSON, so every value in it is. */
const json = z.custom<Json>((value) => value !== undefined, 'a value is required');
const accepted = {
  status: 202,
  body: z.object({ answer: z.literal('accepted') }),
  text: 'Taken; watch the saga for what becomes of it',
} as const;
const problems = [
  ...['NOT_FOUND', 'SAGA_FINISHED', 'STEP_FENCED', 'VERB_INVALID', 'VERB_REFUSED'],
  ...['RECOVERY_PENDING'],
  ...['IDEMPOTENCY_KEY_INVALID', 'GRANT_INVALID', 'GRANT_EXPIRED', 'WORKERS_AWAY'],
  ...['SAGA_ENGINE_UNAVAILABLE', 'READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE'],
] as const;
const stepProblems = [
  ...problems,
  ...['NOT_PARKED', 'STEP_AMBIGUOUS', 'VERB_IN_PROGRESS', 'ACT_USED_ELSEWHERE'],
] as const;
const decisionProblems = [
  ...['ROLE_MISSING', 'APPROVER_IS_INITIATOR', 'APPROVAL_LIMIT_EXCEEDED', 'ACT_USED_ELSEWHERE'],
  ...['NOT_AWAITED', 'STEP_AMBIGUOUS', 'VERB_IN_PROGRESS', 'TOO_LATE'],
] as const;
const deliveryProblems = [
  ...[
    'ROLE_MISSING',
    'ACT_USED_ELSEWHERE',
    'NOT_AWAITED',
    'STEP_AMBIGUOUS',
    'VERB_IN_PROGRESS',
    'TOO_LATE',
  ],
] as const;
const shared = {
  ...facingPeople,
  method: 'POST',
  key: 'optional',
  params: itsSaga,
  answer: accepted,
  tag: 'sagas',
  roles: ['operator'],
} as const;

/** Operations that change what a saga does; each leaves a record with its reason. */
export const verbOperations = defineOperations({
  cancelSaga: {
    ...shared,
    path: '/sagas/:id/cancel',
    summary: 'Cancel a saga before its point of no return: yours, or any for operators and admins',
    roles: ['customer', 'operator', 'admin'],
    body: z.strictObject({ reason: actReason.default('cancelled by request') }).default({
      reason: 'cancelled by request',
    }),
    problems: [...problems, 'TOO_LATE'],
  },
  retryStep: {
    ...shared,
    path: '/sagas/:id/retry',
    summary: 'Try a parked step again',
    body: forStep,
    problems: [...stepProblems, 'STEP_EXTERNAL'],
  },
  retryStepWithInput: {
    ...shared,
    path: '/sagas/:id/retry-with-input',
    summary: 'Try a step that is parked forward again, with another input',
    body: z.strictObject({ step, reason: actReason, input: json }),
    problems: [...stepProblems, 'STEP_EXTERNAL', 'NOT_STARTED', 'UNDO_HAS_NO_INPUT'],
  },
  skipStep: {
    ...shared,
    path: '/sagas/:id/skip',
    summary: 'Leave a parked step as it is and go on; never the pivot',
    body: forStep,
    problems: [...stepProblems, 'STEP_UNSETTLED', 'NOT_STARTED', 'PIVOT_NOT_SKIPPABLE'],
  },
  markStepDone: {
    ...shared,
    path: '/sagas/:id/mark-done-externally',
    summary: 'Say that a person did by hand what the parked step should have done or undone',
    body: z.strictObject({ step, reason: actReason, input: json.optional() }),
    problems: [...stepProblems, 'STEP_UNSETTLED', 'NOT_STARTED'],
  },
  resumeForward: {
    ...shared,
    path: '/sagas/:id/resume-forward',
    summary: 'Stop unwinding and go forward again, from an undo parked before the pivot',
    body: forStep,
    problems: [...stepProblems, 'NOT_RESUMABLE'],
  },
  abortStep: {
    ...shared,
    path: '/sagas/:id/abort',
    summary: 'Give a step up that is parked forward, and undo the saga',
    body: forStep,
    problems: [...stepProblems, 'TOO_LATE', 'ALREADY_COMPENSATING'],
  },
  pauseSaga: {
    ...shared,
    path: '/sagas/:id/pause',
    summary: 'Start no further step and no further undo of a saga until it is unpaused',
    body: z.strictObject({ reason: actReason }),
    problems: [...problems, 'ALREADY_PAUSED'],
  },
  unpauseSaga: {
    ...shared,
    path: '/sagas/:id/unpause',
    summary: 'Let a paused saga go on',
    body: z.strictObject({ reason: actReason }),
    problems: [...problems, 'NOT_PAUSED'],
  },
  decideStep: {
    ...shared,
    path: '/sagas/:id/decide',
    summary: 'Approve or deny what a saga of somebody else waits for, with the role it asks for',
    roles: 'authenticated',
    body: z.strictObject({ step, approved: z.boolean(), reason: actReason }),
    problems: [...problems, ...decisionProblems],
  },
  deliverEvent: {
    ...shared,
    path: '/sagas/:id/deliver',
    summary: 'Hand over what a saga waits for from outside, with the role it asks for',
    roles: 'authenticated',
    body: z.strictObject({ step, input: json.optional(), reason: actReason }),
    problems: [...problems, ...deliveryProblems],
  },
});

type AnyCall = Pick<Call, 'request'> & {
  readonly principal: Principal;
  readonly params: { readonly id: string };
  readonly body: {
    readonly reason: string;
    readonly step?: string | undefined;
    readonly input?: Json | undefined;
    readonly approved?: boolean;
  };
};

async function tell(parts: GatewayParts, call: AnyCall, verb: Verb): Promise<Answer> {
  const { principal, body } = call;
  const { issuer } = parts;
  const workflowId = call.params.id;
  const { owner, runners } = await sagaToActOn(parts, workflowId);
  assertMayAct({ principal, issuer }, verb, owner);
  const jti = jtiOf(call.request, { verb, subject: principal.subject, body });
  const person = personOf(issuer, principal);
  const act = { verb, workflowId, runners, told: { jti, ...defined(body) } };
  const delivery = await sendVerb(parts, act, person);
  const { actor } = person;
  parts.log.info('a verb was sent', { workflowId, command: verb, actor, reason: delivery.kind });
  const refused = problemOf(delivery, verb);
  if (refused !== undefined) throw refused;
  return { status: 202, body: { answer: 'accepted' } };
}

/** Handlers of {@link verbOperations}. */
export function verbHandlers(parts: GatewayParts): OperationHandlers<typeof verbOperations> {
  return {
    cancelSaga: (call) => tell(parts, call, 'cancel'),
    retryStep: (call) => tell(parts, call, 'retry'),
    retryStepWithInput: (call) => tell(parts, call, 'retry-with-input'),
    skipStep: (call) => tell(parts, call, 'skip'),
    markStepDone: (call) => tell(parts, call, 'mark-done-externally'),
    resumeForward: (call) => tell(parts, call, 'resume-forward'),
    abortStep: (call) => tell(parts, call, 'abort'),
    pauseSaga: (call) => tell(parts, call, 'pause'),
    unpauseSaga: (call) => tell(parts, call, 'unpause'),
    decideStep: (call) => tell(parts, call, 'decide'),
    deliverEvent: (call) => tell(parts, call, 'deliver'),
  };
}
