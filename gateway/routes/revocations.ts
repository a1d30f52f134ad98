import { z } from 'zod';
import { isProblem } from '../../platform/http/problem';
import { revokeTarget } from '../../platform/saga/verbs';
import type { RevokeAnswer, VerifiedGrant } from '../../platform/saga/verbs';
import { defineOperations } from '../../platform/security/operations';
import type { Answer, Call, OperationHandlers } from '../../platform/security/operations';
import { actIdOf, pseudonymOf } from '../../platform/security/pseudonym';
import { jtiOf, personOf } from '../sagas/acting';
import { runnersOf } from '../sagas/reach';
import { problemOf, sendVerb } from '../sagas/send-verb';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { actReason } from './verbs';

const failure = z.object({ saga: z.string(), code: z.string(), detail: z.string() });
const answer = z.object({
  subject: z.string().describe('The pseudonym: owner of the sagas in lists'),
  revokedAt: z.string(),
  cancelled: z.array(z.string()).describe('Open sagas that go back'),
  left: z
    .array(failure)
    .describe('Open sagas that do not, or not yet; the same request tries them again'),
});

/** The one operation that takes back what sagas were granted for a person. */
export const revocationOperations = defineOperations({
  revokeGrants: {
    ...facingPeople,
    method: 'POST',
    key: 'optional',
    path: '/sagas/revocations',
    summary: 'Take back what sagas were granted for a person, and cancel the open ones',
    roles: ['operator'],
    body: z.strictObject({
      subject: z.string().min(1).max(255).describe('`sub` of the person, or the owner of a saga'),
      reason: actReason,
    }),
    answer: { status: 200, body: answer, text: 'Nothing new is done for the person from now on' },
    problems: [
      ...(['GRANT_INVALID', 'GRANT_EXPIRED', 'VERB_IN_PROGRESS', 'VERB_REFUSED'] as const),
      ...(['WORKERS_AWAY', 'SAGA_ENGINE_UNAVAILABLE'] as const),
    ],
    tag: 'sagas',
  },
});

type RevokeCall = Call<(typeof revocationOperations)['revokeGrants']>;

/** Lists show people by their pseudonym alone. */
const pseudonym = /^[0-9a-f]{32}$/;

interface Act {
  readonly jti: string;
  readonly reason: string;
  readonly person: VerifiedGrant;
}

/** One of the open sagas; undefined when it goes back, otherwise why it does not. */
async function cancel(parts: GatewayParts, workflowId: string, act: Act) {
  const { person, reason } = act;
  const told = { jti: actIdOf([act.jti, workflowId]), reason };
  try {
    const described = await parts.engine.describe(workflowId);
    const runners = runnersOf(undefined, described);
    if (runners === undefined) return { saga: workflowId, code: 'NOT_FOUND', detail: 'look again' };
    const sent = { verb: 'cancel', workflowId, runners, told } as const;
    const refused = problemOf(await sendVerb(parts, sent, person), 'cancel');
    return refused && { saga: workflowId, code: refused.code, detail: refused.detail };
  } catch (error) {
    if (!isProblem(error)) throw error;
    return { saga: workflowId, code: error.code, detail: error.detail };
  }
}

async function revoke(parts: GatewayParts, call: RevokeCall): Promise<Answer> {
  const { subject: asked, reason } = call.body;
  const subject = pseudonym.test(asked) ? asked : pseudonymOf(parts.issuer, asked);
  const person = personOf(parts.issuer, call.principal);
  const by = { verb: 'revoke', subject: call.principal.subject, body: call.body } as const;
  const jti = jtiOf(call.request, by);
  const act = { verb: 'revoke', workflowId: revokeTarget(subject), jti, reason } as const;
  const grant = await parts.grants.mint(act, person);
  const delivery = await parts.engine.revoke({ subject, jti, reason, grant });
  if (delivery.kind !== 'answered') throw problemOf(delivery, 'pause') ?? new Error('no answer');
  const { revokedAt, open } = delivery.answer as RevokeAnswer;
  parts.log.info('grants were revoked', { command: 'revoke', actor: person.actor });
  const cancelled: string[] = [];
  const left: object[] = [];
  for (const workflowId of open) {
    const why = await cancel(parts, workflowId, { jti, reason, person });
    if (why === undefined) cancelled.push(workflowId);
    else left.push(why);
  }
  return { body: { subject, revokedAt, cancelled, left } };
}

/** Handlers of {@link revocationOperations}. */
export function revocationHandlers(
  parts: GatewayParts,
): OperationHandlers<typeof revocationOperations> {
  return { revokeGrants: (call) => revoke(parts, call) };
}
