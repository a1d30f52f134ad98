import {
  ApplicationFailure,
  CancellationScope,
  condition,
  defineQuery,
  defineUpdate,
  setHandler,
} from '@temporalio/workflow';
import type { ApprovalVerdict, OperatorVerb, SagaView } from '../wire';
import { sagaMessages } from '../wire';
import { cancelAnswer } from '../plan/direction';
import { epochOfCounter } from '../plan/epochs';
import { stepOfVerb, verbRefusal } from '../plan/verbs';
import type { Verb } from '../plan/verbs';
import { recordActed } from './journal-records';
import type { Act } from './journal-records';
import type { ParkedEntry, SagaRun } from './saga-run';
import { viewOf } from './show';

type Accepted = 'accepted';
const cancelUpdate = defineUpdate<Accepted | 'too late', [OperatorVerb]>(sagaMessages.cancel);
const decideUpdate = defineUpdate<Accepted, [ApprovalVerdict]>(sagaMessages.decide);
const viewQuery = defineQuery<SagaView>(sagaMessages.view);

/** Registers every message a saga takes. Must be called before anything is awaited: a validator reads this state. */
export function registerHandlers(run: SagaRun): void {
  setHandler(viewQuery, () => viewOf(run), { description: 'The saga as it stands' });
  setHandler(cancelUpdate, (verb) => shielded(() => cancel(run, verb)), {
    description: 'Cancels the saga, before its point of no return',
    validator: (verb: OperatorVerb) => {
      assertShape(verb);
      assertInCharge(run);
    },
  });
  setHandler(decideUpdate, (verdict) => shielded(() => decide(run, verdict)), {
    description: 'Approves or denies what the saga waits for',
    validator: (verdict: ApprovalVerdict) => assertDecision(run, verdict),
  });
  for (const verb of ['retry', 'skip'] as const) {
    setHandler(
      defineUpdate<Accepted, [OperatorVerb]>(sagaMessages[verb]),
      (given) => shielded(() => act(run, verb, given)),
      {
        description: `Operator verb ${verb} for a parked step`,
        validator: (given: OperatorVerb) => {
          assertShape(given);
          parkedFor(run, verb, given);
        },
      },
    );
  }
}

/** Cancels the saga unless it is too late. Turns it back at once; undos wait until the journal has the record. */
export async function cancel(run: SagaRun, verb: OperatorVerb): Promise<Accepted | 'too late'> {
  if (run.closing && run.direction.turn?.cause !== 'cancel') return 'too late';
  const answer = cancelAnswer(run.direction);
  if (run.turn({ cause: 'cancel', reason: 'CANCELLED' })) {
    await acted(run, { verb: 'cancel', actor: verb.actor, reason: verb.reason });
  }
  return answer;
}

async function act(run: SagaRun, verb: Verb, given: OperatorVerb): Promise<Accepted> {
  const entry = parkedFor(run, verb, given);
  entry.acting = true;
  run.acting += 1;
  await condition(() => entry.durable);
  const { actor, reason } = given;
  const { step, direction } = entry;
  const epoch = epochOfCounter(0, run.step(step).counter);
  await acted(run, { verb, actor, reason, step, direction, epoch });
  run.acting -= 1;
  entry.verb = verb;
  entry.acting = false;
  return 'accepted';
}

async function decide(run: SagaRun, verdict: ApprovalVerdict): Promise<Accepted> {
  const pending = assertDecision(run, verdict);
  pending.acting = true;
  const verb = verdict.approved ? 'approve' : 'deny';
  const { actor, reason, step } = verdict;
  await acted(run, { verb, actor, reason, step });
  pending.verdict = verb;
  pending.acting = false;
  return 'accepted';
}

/** The journal has what a person did before it takes effect. */
async function acted(run: SagaRun, act: Act): Promise<void> {
  run.acting += 1;
  await condition(() => run.recorded);
  await recordActed(run, act);
  run.acting -= 1;
}

/** The step a verb is for; throws the code that says why there is none. Also asked again when the handler runs. */
function parkedFor(run: SagaRun, verb: Verb, given: OperatorVerb): ParkedEntry {
  assertInCharge(run);
  const found = stepOfVerb(run.parked, given.step);
  if (typeof found === 'string') throw rejected(found, 'the saga has no such parked step');
  const refusal = verbRefusal(verb, found);
  if (refusal !== undefined) throw rejected(refusal, `${verb} is not possible at "${found.step}"`);
  return found;
}

function assertDecision(run: SagaRun, verdict: ApprovalVerdict) {
  assertShape(verdict);
  assertInCharge(run);
  const pending = run.approvals.get(verdict.step);
  if (pending === undefined) throw rejected('NOT_AWAITED', 'the saga awaits no such decision');
  if (pending.acting || pending.verdict !== undefined) {
    throw rejected('VERB_IN_PROGRESS', 'the decision has been taken');
  }
  if (!Array.isArray(verdict.roles) || !verdict.roles.includes(pending.role)) {
    throw rejected('ROLE_MISSING', `the decision needs the role ${pending.role}`);
  }
  if (typeof verdict.approved !== 'boolean') throw rejected('VERB_INVALID', 'approved is missing');
  return pending;
}

function assertInCharge(run: SagaRun): void {
  if (run.halted !== undefined) throw rejected(run.halted, 'another run is in charge of this saga');
}

function assertShape(verb: { actor: string; reason: string; step?: string }): void {
  const isText = (text: unknown, lengthMax: number) =>
    typeof text === 'string' && text.length > 0 && text.length <= lengthMax;
  if (!isText(verb?.actor, 200)) throw rejected('VERB_INVALID', 'actor: 1 to 200 characters');
  if (!isText(verb.reason, 500)) throw rejected('VERB_INVALID', 'reason: 1 to 500 characters');
  if (verb.step !== undefined && !isText(verb.step, 100)) {
    throw rejected('VERB_INVALID', 'step: 1 to 100 characters');
  }
}

function rejected(code: string, message: string): ApplicationFailure {
  return ApplicationFailure.nonRetryable(message, code);
}

/** A raw cancel of the workflow cancels the root scope for good; verbs must work all the same. */
function shielded<Value>(work: () => Promise<Value>): Promise<Value> {
  return CancellationScope.nonCancellable(work);
}
