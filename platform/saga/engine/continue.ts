import {
  allHandlersFinished,
  ApplicationFailure,
  condition,
  continueAsNew,
  workflowInfo,
} from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import { sagaLimits } from '../limits';
import type { Phase } from '../machine/state';
import { SagaDefinitionError } from '../plan/names';
import type { SagaStart } from '../wire';
import type { ContinuedSaga } from './continued';
import { takeNextGeneration } from './journal-records';
import { never } from './saga-run';
import type { EngineStep, SagaRun } from './saga-run';

/** Checks the input of the next run, and asks for that run; resolves never. */
export function askToContinue(run: SagaRun, asked: unknown): Promise<never> {
  const parsed = run.definition.contract.input.safeParse(asked);
  if (!parsed.success) {
    const message = `this is no input of ${run.name}: ${parsed.error.message}`;
    throw new SagaDefinitionError('CONTINUE_INPUT_INVALID', message);
  }
  run.nextInput = { input: parsed.data as Json };
  return never();
}

/** The next run may begin: nothing is on its way, nobody is in between, and the saga has not turned back. */
export function mayContinue(run: SagaRun): boolean {
  const { mode, paused, steps } = run.machine;
  if (run.nextInput === undefined || mode !== 'forward' || paused || run.cancelPending)
    return false;
  return steps.every(({ phase, taken }) => atRest.includes(phase) && taken === undefined);
}

/** A step of an earlier run that a recovery has not come to is at rest too. */
const atRest: readonly Phase[] = ['done', 'skipped', 'left', 'undone', 'failed', 'recovered'];

/**
 * A recovery goes through all runs of the saga in one of its own: the function begins again with the next input. True
 * when it may.
 */
export function beginAgain(run: SagaRun): boolean {
  if (run.recovery === undefined || run.nextInput === undefined) return false;
  run.input = run.nextInput.input;
  delete run.nextInput;
  return true;
}

/**
 * Goes on in a new run of the same saga: what was done stays done, can be undone, and keeps its names. Returns where
 * the saga turned back, or was paused, while the last verb was waited for.
 */
export async function continueSaga(run: SagaRun): Promise<void> {
  await condition(allHandlersFinished);
  // The next run has another generation, and the journal takes nothing of this one from then on.
  if (run.recordsUnparked) await Promise.all(run.parking.values());
  if (!mayContinue(run)) return;
  const { input } = run.nextInput!;
  const start: SagaStart = { ...run.start, input, deadlineAtMs: run.deadlineAtMs };
  const continued: ContinuedSaga = {
    startedAt: run.startedAt,
    machine: { ...run.machine, held: [], bodyEnded: false },
    steps: [...run.steps.values()].map(withoutInput),
    waits: [...run.waits.keys()],
    times: [...run.times],
    children: [...run.children],
    notes: run.notes,
  };
  assertSize(continued);
  // Only the argument changes: memo, search attributes and queue go along by themselves.
  await continueAsNew<(start: SagaStart) => Promise<unknown>>({ ...start, continued });
}

/** What a settle and an undo need of a step: not what it was asked to do. */
function withoutInput(step: EngineStep): EngineStep {
  return { ...step, command: { ...step.command, input: null } };
}

/** Above Temporal's own limit the command to continue would be refused, and nobody would hear why. */
function assertSize(continued: ContinuedSaga): void {
  const { length } = JSON.stringify(continued);
  if (length <= sagaLimits.continuedCharactersMax) return;
  const message = `${continued.steps.length} steps are ${length} characters; use child sagas`;
  throw new SagaDefinitionError('CONTINUE_TOO_LARGE', message);
}

/** Takes over from the run before, under the next generation: messages that it left behind are outranked. */
export async function takeOverFrom(run: SagaRun, continued: ContinuedSaga): Promise<void> {
  const generation = await takeNextGeneration(run, continued.machine.generation);
  if (generation === undefined) {
    throw ApplicationFailure.nonRetryable(
      `${run.workflowId} was ended while run ${workflowInfo().runId} began`,
      'SAGA_FINISHED',
    );
  }
  rememberEarlier(run, continued);
  run.machine = { ...continued.machine, generation };
  for (const [name, times] of continued.times) run.times.set(name, times);
  run.notes.push(...continued.notes);
}

/** Names and commands of the runs before: a name is used once in a saga, in whichever run. */
export function rememberEarlier(run: SagaRun, { steps, waits, children }: ContinuedSaga): void {
  for (const step of steps) {
    run.names.add(step.name);
    if (!run.steps.has(step.name)) run.steps.set(step.name, step);
  }
  for (const wait of waits) run.names.add(wait);
  for (const [name, child] of children) run.children.set(name, child);
}
