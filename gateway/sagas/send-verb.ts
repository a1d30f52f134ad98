import type { Problem } from '../../platform/http/problem';
import { problem } from '../../platform/http/problem';
import { repairVerbs } from '../../platform/saga/verbs';
import type { SignedVerb, Verb, VerifiedGrant } from '../../platform/saga/verbs';
import type { SagaView } from '../../platform/saga/wire';
import type { GrantMinter } from '../../platform/security/grants';
import { gatewayProblem } from '../problems';
import { verbProblem } from '../verb-problems';
import type { Delivery, SagaEngine } from './engine';
import { sendTo, viewOf } from './reach';
import type { Runners } from './reach';

export interface VerbParts {
  readonly engine: Pick<SagaEngine, 'send' | 'view'>;
  readonly grants: GrantMinter;
}

/** A verb for one saga, before it is known which step it means. */
export interface Act {
  readonly verb: Verb;
  readonly workflowId: string;
  /** Who may run the saga now. */
  readonly runners: Runners;
  readonly told: Omit<SignedVerb, 'grant'>;
}

const withoutStep: ReadonlySet<Verb> = new Set(['cancel', 'pause', 'unpause']);

const forParked: ReadonlySet<string> = new Set(repairVerbs);

/** Where the verb could be meant: parked steps, decisions or events that are awaited. */
function candidates(view: SagaView, verb: Verb): readonly string[] {
  if (forParked.has(verb)) return view.parked.map(({ step }) => step);
  const kind = verb === 'decide' ? 'approval' : 'event';
  return view.awaiting.filter((one) => one.kind === kind).map(({ step }) => step);
}

/**
 * Names the step where the person left it out and there is only one, so that the grant is for that one alone. Where it
 * cannot be told the verb goes as it is, and the saga says what it thinks of it.
 */
async function namingStep(parts: VerbParts, { verb, runners, told }: Act): Promise<Act['told']> {
  if (told.step !== undefined || withoutStep.has(verb)) return told;
  const view = await viewOf(parts.engine, runners);
  const found = view === undefined ? [] : candidates(view, verb);
  const [step] = found;
  return step === undefined || found.length > 1 ? told : { ...told, step };
}

/** Refusals of a grant, not of the act: nothing has changed, and the act may be sent again with a fresh one. */
const ofTheGrant: ReadonlySet<string> = new Set(['GRANT_EXPIRED', 'GRANT_INVALID']);
/** Each of these took a grant's whole minute. */
const grantsMax = 20;

/**
 * Sends a verb with a grant for it; the update's id is the act's, so that a repeat attaches to the first. Temporal
 * keeps the outcome of an id for good, that of a grant which ran out on its way included: the next grant goes under
 * the next id, the same ones for every repeat.
 */
export async function sendVerb(
  parts: VerbParts,
  act: Act,
  person: VerifiedGrant,
): Promise<Delivery> {
  const { verb, workflowId, runners } = act;
  const told = await namingStep(parts, act);
  const grant = await parts.grants.mint({ verb, workflowId, ...told }, person);
  const argument: SignedVerb = { ...told, grant };
  for (let grants = 1; ; grants += 1) {
    const updateId = grants === 1 ? told.jti : `${told.jti}.${grants}`;
    const delivery = await sendTo(parts.engine, runners, { name: verb, argument, updateId });
    const isStale = delivery.kind === 'rejected' && ofTheGrant.has(delivery.code);
    if (!isStale || grants === grantsMax) return delivery;
  }
}

const undecided = 'it may still be taken; ask again under the same Idempotency-Key to find out';

/** What a delivery means to whoever sent the verb; undefined when the saga took it. */
export function problemOf(delivery: Delivery, verb: Verb): Problem | undefined {
  switch (delivery.kind) {
    case 'answered':
      return delivery.answer === 'accepted' ? undefined : verbProblem('TOO_LATE');
    case 'closed':
      return verbProblem(verb === 'cancel' ? 'TOO_LATE' : 'SAGA_FINISHED');
    case 'awaits-recovery':
      return verbProblem('RECOVERY_PENDING', { retryAfterSeconds: 15 });
    case 'no-worker':
      return gatewayProblem('WORKERS_AWAY', { retryAfterSeconds: 5, detail: undecided });
    case 'rejected': {
      const { code, detail } = delivery;
      return code === 'ROLE_MISSING' ? problem(code, { detail }) : verbProblem(code, { detail });
    }
  }
}
