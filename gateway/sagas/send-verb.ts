import type { Problem } from '../../platform/http/problem';
import { problem } from '../../platform/http/problem';
import { repairVerbs } from '../../platform/saga/verbs';
import type { GrantedAct, SignedVerb, Verb, VerifiedGrant } from '../../platform/saga/verbs';
import type { SagaView } from '../../platform/saga/wire';
import type { GrantMinter } from '../../platform/security/grants';
import { gatewayProblem } from '../problems';
import { verbProblem } from '../verb-problems';
import type { Delivery, SagaEngine } from './engine';

export interface VerbParts {
  readonly engine: Pick<SagaEngine, 'send' | 'view'>;
  readonly grants: GrantMinter;
}

/** A verb for one saga, before it is known which step it means. */
export interface Act extends Omit<GrantedAct, 'verb'> {
  readonly verb: Verb;
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
async function namingStep(parts: VerbParts, act: Act): Promise<Act> {
  if (act.step !== undefined || withoutStep.has(act.verb)) return act;
  const view = await parts.engine.view(act.workflowId);
  const found = view === undefined ? [] : candidates(view, act.verb);
  const [step] = found;
  return step === undefined || found.length > 1 ? act : { ...act, step };
}

/** Sends a verb with a grant for it; the update's id is the act's, so that a repeat attaches to the first. */
export async function sendVerb(
  parts: VerbParts,
  act: Act,
  person: VerifiedGrant,
): Promise<Delivery> {
  const named = await namingStep(parts, act);
  const grant = await parts.grants.mint(named, person);
  const { verb, workflowId, ...told } = named;
  const argument: SignedVerb = { ...told, grant };
  return parts.engine.send(workflowId, { name: verb, argument, updateId: act.jti });
}

const undecided = 'it may still be taken; ask again under the same Idempotency-Key to find out';

/** What a delivery means to whoever sent the verb; undefined when the saga took it. */
export function problemOf(delivery: Delivery, verb: Verb): Problem | undefined {
  switch (delivery.kind) {
    case 'answered':
      return delivery.answer === 'accepted' ? undefined : verbProblem('TOO_LATE');
    case 'closed':
      return verbProblem(verb === 'cancel' ? 'TOO_LATE' : 'SAGA_FINISHED');
    case 'no-worker':
      return gatewayProblem('WORKERS_AWAY', { retryAfterSeconds: 5, detail: undecided });
    case 'rejected': {
      const { code, detail } = delivery;
      return code === 'ROLE_MISSING' ? problem(code, { detail }) : verbProblem(code, { detail });
    }
  }
}
