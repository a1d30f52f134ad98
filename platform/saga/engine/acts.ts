import { patched } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import { cancelAnswerOf } from '../machine/machine';
import { epochOfStep, findStep, parkedCondition } from '../machine/state';
import type { MachineStep } from '../machine/state';
import { refusalOf } from '../machine/verbs';
import type { RepairVerb, SignedVerb, Verb, VerbAnswer } from '../verbs';
import { rejected } from './act-shape';
import { recordActed, recordRawCancel } from './journal-records';
import { now } from './saga-run';
import type { EngineWait, SagaRun } from './saga-run';
import { endWait } from './waits';

/** What an act is about, as the saga stands now. */
type Planned =
  | { readonly kind: 'cancel' | 'pause' | 'unpause' }
  | { readonly kind: 'wait'; readonly wait: EngineWait }
  /** Ask again who does not answer a recovery that would begin. */
  | { readonly kind: 'ask'; readonly place: string }
  | { readonly kind: 'repair'; readonly step: MachineStep; readonly verb: RepairVerb };

/** What an act would do; throws the code that says why it is not taken. Asked by the validator and by the handler. */
export function planAct(run: SagaRun, verb: Verb, { step }: SignedVerb): Planned {
  const { mode, paused } = run.machine;
  if (mode === 'halted') throw rejected('STEP_FENCED', 'another run is in charge of this saga');
  if (mode === 'ended' && verb !== 'cancel') throw rejected('SAGA_FINISHED', 'the saga has ended');
  switch (verb) {
    case 'cancel':
      return { kind: verb };
    case 'pause':
      if (paused) throw rejected('ALREADY_PAUSED', 'the saga is paused');
      return { kind: verb };
    case 'unpause':
      if (!paused) throw rejected('NOT_PAUSED', 'the saga is not paused');
      return { kind: verb };
    case 'decide':
    case 'deliver':
      return { kind: 'wait', wait: awaited(run, verb, step) };
    default:
      if (run.unanswered.size > 0) return { kind: 'ask', place: unanswered(run, verb, step) };
      return { kind: 'repair', step: parkedStep(run, verb, step), verb };
  }
}

function awaited(run: SagaRun, verb: 'decide' | 'deliver', step: string | undefined): EngineWait {
  const kind = verb === 'decide' ? 'approval' : 'event';
  const open = [...run.waits.values()].filter(
    (wait) => wait.kind === kind && run.isWaiting(wait.name),
  );
  const [wait, second] = step === undefined ? open : open.filter(({ name }) => name === step);
  if (wait === undefined) throw rejected('NOT_AWAITED', 'the saga awaits nothing of that name');
  if (second !== undefined) throw rejected('STEP_AMBIGUOUS', 'several are awaited: name one');
  if (wait.acting) throw rejected('VERB_IN_PROGRESS', 'it has been taken');
  return wait;
}

/** Before it knows what was started a recovery can only ask again. */
function unanswered(run: SagaRun, verb: RepairVerb, name: string | undefined): string {
  const places = [...run.unanswered.keys()];
  const [place, second] = name === undefined ? places : places.filter((each) => each === name);
  if (place === undefined) throw rejected('NOT_PARKED', 'the recovery waits for no such answer');
  if (second !== undefined) throw rejected('STEP_AMBIGUOUS', 'several do not answer: name one');
  if (verb !== 'retry') throw rejected('STEP_UNSETTLED', 'what was started is not known yet');
  return place;
}

function parkedStep(run: SagaRun, verb: RepairVerb, name: string | undefined): MachineStep {
  const parked = run.machine.steps.filter((step) => parkedCondition(step) !== undefined);
  const [step, second] = name === undefined ? parked : parked.filter((each) => each.name === name);
  if (step === undefined) throw rejected('NOT_PARKED', 'the saga has no such parked step');
  if (second !== undefined) throw rejected('STEP_AMBIGUOUS', 'several steps are parked: name one');
  const refusal = refusalOf(run.machine, step, verb);
  if (refusal !== undefined) throw rejected(refusal, `${verb} is not possible at "${step.name}"`);
  return step;
}

/** Carries an act out: the journal has it, with its grant opened, before it takes effect. */
export async function actOf(run: SagaRun, verb: Verb, signed: SignedVerb): Promise<VerbAnswer> {
  const planned = planAct(run, verb, signed);
  switch (planned.kind) {
    case 'cancel':
      return cancel(run, signed);
    case 'pause':
    case 'unpause':
      await recordActed(run, { verb, signed });
      return holdStill(run, planned.kind);
    case 'wait':
      return settleWait(run, planned.wait, { verb, signed });
    case 'ask':
      await run.parking.get(planned.place);
      await recordActed(run, { verb, signed, at: planned.place, direction: 'forward' });
      run.hurried.add(planned.place);
      return 'accepted';
    case 'repair':
      return repair(run, planned, signed);
  }
}

async function cancel(run: SagaRun, signed: SignedVerb): Promise<VerbAnswer> {
  if (cancelAnswerOf(run.machine) === 'too late') return 'too late';
  await recordActed(run, { verb: 'cancel', signed });
  return turnByCancel(run);
}

function turnByCancel(run: SagaRun): VerbAnswer {
  const answer = cancelAnswerOf(run.machine);
  run.tell({ on: 'turn', turn: { cause: 'cancel', reason: 'CANCELLED' } });
  return answer;
}

/** Temporal's own cancel cannot be refused by a workflow: it becomes ours, or a note that it came too late. */
export async function hearRawCancel(run: SagaRun): Promise<void> {
  run.rawCancelled = true;
  // The saga's own, after its end was written: to note it would be left under way when the workflow closes.
  if (run.finishedAt !== undefined && patched('own-cancel')) return;
  if (cancelAnswerOf(run.machine) === 'accepted') {
    await recordRawCancel(run);
    if (turnByCancel(run) === 'accepted') return;
  }
  run.notes.push(`${now()} A cancel of the workflow came too late.`);
}

function holdStill(run: SagaRun, verb: 'pause' | 'unpause'): VerbAnswer {
  if (verb === 'pause') run.freezeDeadline('pause');
  else run.thawDeadline('pause');
  run.notes.push(`${now()} An operator ${verb === 'pause' ? 'paused' : 'resumed'} the saga.`);
  run.tell({ on: verb });
  return 'accepted';
}

async function settleWait(
  run: SagaRun,
  wait: EngineWait,
  { verb, signed }: { readonly verb: Verb; readonly signed: SignedVerb },
): Promise<VerbAnswer> {
  wait.acting = true;
  try {
    const { role, amountCents } = wait;
    const requires = {
      role,
      ...(wait.kind === 'approval' ? { notActor: run.start.owner } : {}),
      ...(amountCents === undefined ? {} : { amountCents }),
    };
    await recordActed(run, { verb, signed, at: wait.name, requires });
  } finally {
    wait.acting = false;
  }
  if (!run.isWaiting(wait.name)) return 'too late';
  const refusal = verb === 'decide' && signed.approved !== true ? 'APPROVAL_DENIED' : undefined;
  endWait(run, wait.name, refusal, signed.input ?? null);
  return 'accepted';
}

async function repair(
  run: SagaRun,
  { step, verb }: Extract<Planned, { kind: 'repair' }>,
  signed: SignedVerb,
): Promise<VerbAnswer> {
  const name = step.name;
  run.tell({ on: 'take', step: name, verb });
  try {
    // Nobody acts on a parked place that the journal does not know yet.
    await run.parking.get(name);
    const { side: direction } = step;
    const epoch = epochOfStep(run.machine, step);
    await recordActed(run, { verb, signed, at: name, direction, epoch });
  } catch (error) {
    run.tell({ on: 'drop', step: name });
    throw error;
  }
  useInput(run, name, verb, signed.input);
  const before = findStep(run.machine, name)?.phase ?? '';
  run.tell({ on: 'act', step: name, verb });
  const isLate = !['parked', 'settling', 'ready'].includes(before);
  if (verb === 'abort' && isLate) {
    return run.machine.direction.turn === undefined ? 'too late' : 'accepted';
  }
  if (isLate) run.notes.push(`${now()} ${verb} at ${name} was not needed any more.`);
  return 'accepted';
}

/** What a person handed over: used when the step is sent again, or heard by the saga function as its answer. */
function useInput(run: SagaRun, name: string, verb: RepairVerb, input: Json | undefined): void {
  if (verb === 'retry-with-input') run.newInputs.set(name, input ?? null);
  if (verb === 'mark-done-externally') run.results.set(name, input ?? null);
}
