import type { Json } from '../../kernel/json';
import type { StepAnswer, StepMessage } from '../../kernel/step';
import type { StepParticipant } from '../../participant/handle';
import type {
  ActRequirement,
  GrantedAct,
  GrantRefusal,
  SignedVerb,
  Verb,
  VerifiedGrant,
} from '../verbs';
import { grantRefusals } from '../verbs';

/** Opens a grant; throws an error whose `code` is one of `grantRefusals` when it is not for this very act. */
export type VerifyGrant = (grant: string, act: GrantedAct) => Promise<VerifiedGrant>;

/** What a saga sends to have an act recorded: as it was signed, and what it comes to. */
interface SignedAct {
  readonly sagaId: string;
  readonly saga: string;
  readonly workflowId: string;
  readonly generation?: number;
  readonly direction?: 'forward' | 'undo';
  readonly epoch?: number;
  readonly verb: Verb;
  readonly signed: SignedVerb;
  readonly at?: string;
  readonly requires?: ActRequirement;
}

/** Verbs whose data are kept with the record, because a recovery needs them. */
const remembered: readonly Verb[] = ['retry-with-input', 'mark-done-externally', 'deliver'];

/**
 * The journal behind its gate: an act is recorded only with a grant that was signed for it, and by somebody whom
 * the saga lets decide. What is recorded names the person and not the grant. An act that is recorded already is
 * answered from its row, even when its grant has run out meanwhile.
 */
export function withGrants(
  participant: StepParticipant,
  options: {
    readonly verify: VerifyGrant;
    readonly isRecorded: (message: StepMessage) => Promise<boolean>;
  },
): StepParticipant {
  return {
    ...participant,
    async handle(message, how) {
      if (message.kind !== 'forward' || message.command !== 'acted') {
        return participant.handle(message, how);
      }
      const act = message.input as unknown as SignedAct;
      if (await options.isRecorded(message)) return { answer: 'done', result: {} };
      try {
        const person = await options.verify(act.signed.grant, grantedActOf(act));
        assertRequired(person, act.requires ?? {});
        return await participant.handle({ ...message, input: openedAct(act, person) }, how);
      } catch (error) {
        const refused = refusalOf(error);
        if (refused === undefined) throw error;
        return refused;
      }
    },
  };
}

function grantedActOf({ workflowId, verb, signed }: SignedAct): GrantedAct {
  const { jti, reason, step, input, approved } = signed;
  return {
    ...{ jti, reason, verb, workflowId },
    ...(step === undefined ? {} : { step }),
    ...(input === undefined ? {} : { input }),
    ...(approved === undefined ? {} : { approved }),
  };
}

function openedAct(act: SignedAct, { actor }: VerifiedGrant): Json {
  const { signed, at, verb, sagaId, saga, workflowId } = act;
  const { generation, direction, epoch } = act;
  const decided = signed.approved === true ? 'approve' : 'deny';
  return {
    ...{ sagaId, saga, workflowId },
    ...(generation === undefined ? {} : { generation }),
    ...(direction === undefined ? {} : { direction }),
    ...(epoch === undefined ? {} : { epoch }),
    verb: verb === 'decide' ? decided : verb,
    actor,
    reason: signed.reason,
    jti: signed.jti,
    ...(at === undefined ? {} : { step: at }),
    ...(remembered.includes(verb) && signed.input !== undefined ? { input: signed.input } : {}),
  };
}

class ActRefused extends Error {
  constructor(
    readonly code: GrantRefusal,
    message: string,
  ) {
    super(message);
  }
}

/** Throws unless the person may do what the saga asks of whoever acts. */
export function assertRequired(
  { actor, roles, approvalLimitCents }: VerifiedGrant,
  { role, notActor, amountCents }: ActRequirement,
): void {
  if (role !== undefined && !roles.includes(role)) {
    throw new ActRefused('ROLE_MISSING', `the act needs the role ${role}`);
  }
  if (notActor === actor) {
    throw new ActRefused('APPROVER_IS_INITIATOR', 'whoever started the saga does not decide it');
  }
  if (amountCents !== undefined && amountCents > (approvalLimitCents ?? Infinity)) {
    throw new ActRefused('APPROVAL_LIMIT_EXCEEDED', `above the limit of ${approvalLimitCents}`);
  }
}

function refusalOf(error: unknown): StepAnswer | undefined {
  const code = grantRefusalOf(error);
  const { message = '' } = error as { message?: string };
  return code === undefined ? undefined : { answer: 'refused', code, detail: message };
}

/** The code of an error that means a grant was not accepted; undefined for any other error. */
export function grantRefusalOf(error: unknown): GrantRefusal | undefined {
  const { code } = error as { code?: string };
  return grantRefusals.find((refusal) => refusal === code);
}
