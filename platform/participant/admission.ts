import type { StepMessage } from '../kernel/step';
import { isSagaGrantRefusal } from '../saga/grants/grant';
import type { SagaGrant, SagaGrantRefusal } from '../saga/grants/grant';
import { recoveryIdOf, workflowIdOf } from '../saga/wire';
import { attemptAtHand } from './attempt';

/** Why a forward may not take effect. What was recorded before is answered all the same. */
export interface Barred {
  readonly code: SagaGrantRefusal;
  readonly detail: string;
}

/** Asks whether a message may take effect on the grant that came with it; undefined where it may. */
export type Admit = (message: StepMessage) => Promise<Barred | undefined>;

export interface AdmissionOptions {
  readonly participant: string;
  /** The sealed grant that came with the activity at hand. */
  readonly presentGrant: () => Uint8Array | undefined;
  /** Throws an error whose `code` is one of the refusals of a saga grant. */
  readonly open: (sealed: Uint8Array, workflowId: string) => Promise<SagaGrant>;
  /** Hears of every refusal, with what is not for the saga. */
  readonly refused?: (message: StepMessage, barred: Barred, error: unknown) => void;
  /** The participant is the journal: what sagas record there of themselves is no step and stands on no grant. */
  readonly keepsRecords?: boolean;
}

/**
 * What needs a grant: a new effect before the point of no return. An undo or a settle can only reverse or finish what
 * was authorised; a step behind the pivot must be done; a recovery goes back, or finishes.
 */
function needsGrant({ kind, plan }: StepMessage, keepsRecords: boolean): boolean {
  if (kind !== 'forward') return false;
  return plan === undefined ? !keepsRecords : plan.kind !== 'retriable';
}

/** The message is one of the saga that the grant was given to, or of a saga that is a step of it. */
function problemOf(grant: SagaGrant, message: StepMessage, participant: string) {
  const { saga, owner, command } = message;
  if (grant.subject !== owner) return 'it was given to somebody else';
  const allowed = Object.hasOwn(grant.commands, saga) ? grant.commands[saga] : undefined;
  if (allowed === undefined) return `it is for no saga "${saga}"`;
  const asked = `${participant}.${command}`;
  return allowed.includes(asked) ? undefined : `${asked} is not in it`;
}

/** Checks forwards against the grant that came with them. Nothing is remembered: every forward is checked. */
export function createAdmission(options: AdmissionOptions): Admit {
  const { participant, keepsRecords = false, presentGrant, open } = options;
  const barredBy = async (message: StepMessage): Promise<Barred | undefined> => {
    const invalid = (detail: string): Barred => ({ code: 'GRANT_INVALID', detail });
    const { workflowId: asking } = attemptAtHand();
    if (asking === recoveryIdOf(message.sagaId)) return undefined;
    if (asking !== workflowIdOf(message.sagaId)) return invalid('another workflow asks');
    const sealed = presentGrant();
    if (sealed === undefined) return invalid('the saga was started without a grant');
    const grant = await open(sealed, message.correlationId);
    const problem = problemOf(grant, message, participant);
    return problem === undefined ? undefined : invalid(problem);
  };
  return async (message) => {
    if (!needsGrant(message, keepsRecords)) return undefined;
    try {
      const barred = await barredBy(message);
      if (barred !== undefined) options.refused?.(message, barred, undefined);
      return barred;
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (!isSagaGrantRefusal(code)) throw error;
      const barred = { code, detail: 'the grant of this saga was not accepted' };
      options.refused?.(message, barred, error);
      return barred;
    }
  };
}
