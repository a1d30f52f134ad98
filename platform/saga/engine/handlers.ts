import { CancellationScope, defineQuery, defineUpdate, setHandler } from '@temporalio/workflow';
import { sagaMessages } from '../wire';
import type { SagaView } from '../wire';
import { verbs } from '../verbs';
import type { SignedVerb, Verb, VerbAnswer } from '../verbs';
import { assertShape } from './act-shape';
import { actOf, planAct } from './acts';
import { registerNudge } from './hold';
import type { SagaRun } from './saga-run';
import { viewOf } from './show';

const viewQuery = defineQuery<SagaView>(sagaMessages.view);

/** Registers every message a saga takes. Must be called before anything is awaited: a validator reads this state. */
export function registerHandlers(run: SagaRun): void {
  setHandler(viewQuery, () => viewOf(run), { description: 'The saga as it stands' });
  registerNudge(run);
  for (const verb of verbs) registerVerb(run, verb);
}

function registerVerb(run: SagaRun, verb: Verb): void {
  const update = defineUpdate<VerbAnswer, [SignedVerb]>(verb);
  setHandler(update, (signed) => shielded(() => once(run, verb, signed)), {
    description: `Operator verb ${verb}`,
    validator: (signed: SignedVerb) => {
      assertShape(verb, signed);
      // The same act again attaches to the first, whatever has become of the saga since.
      if (!run.acts.has(signed.jti)) planAct(run, verb, signed);
    },
  });
}

/** One act, one effect: a second delivery of the same act waits for the first and hears the same. */
function once(run: SagaRun, verb: Verb, signed: SignedVerb): Promise<VerbAnswer> {
  const known = run.acts.get(signed.jti);
  if (known !== undefined) return known;
  const act = actOf(run, verb, signed);
  run.acts.set(signed.jti, act);
  // A refused act has changed nothing and may be sent again, for example with a fresh grant.
  act.catch(() => run.acts.delete(signed.jti));
  return act;
}

/** A raw cancel of the workflow cancels the root scope for good; verbs must work all the same. */
function shielded<Value>(work: () => Promise<Value>): Promise<Value> {
  return CancellationScope.nonCancellable(work);
}
