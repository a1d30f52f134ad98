import { uuid4 } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import { childIdOf } from '../children/commands';
import type { SagaContract } from '../contract';
import { journal } from '../journal/contract';
import { sagaLimits } from '../limits';
import type { MachineStep } from '../machine/state';
import { SagaDefinitionError } from '../plan/names';
import type { StepParts } from './handle';
import type { EngineStep, SagaRun } from './saga-run';

/** A step that is another saga: a command of the journal's participant, which calls the child as its outside. */
export function childParts(
  run: SagaRun,
  step: string,
  contract: SagaContract,
  asked: unknown,
): StepParts {
  const parsed = contract.input.safeParse(asked);
  if (!parsed.success) {
    const message = `the input of "${step}" is none of ${contract.name}: ${parsed.error.message}`;
    throw new SagaDefinitionError('CHILD_INPUT_INVALID', message);
  }
  const input = parsed.data as Json;
  const command = journal.runChild({
    ...identityOf(run),
    step,
    of: contract.name,
    child: `${contract.name}:${uuid4().replaceAll('-', '')}`,
    family: run.start.family ?? run.workflowId,
    businessKey: contract.businessKey(input),
    deadlineAtMs: Math.min(run.deadlineAtMs, Date.now() + contract.deadlineMs),
    input,
    ...(run.start.pace === undefined ? {} : { pace: { ...run.start.pace } }),
  });
  const undo = journal.unwindChild({});
  const { childAttemptMs: attemptMs, childHeartbeatMs: heartbeatMs } = sagaLimits;
  const patience = { attemptMs, heartbeatMs };
  const way = { kind: 'compensatable', command, undo, onFault: 'compensate', patience } as const;
  return { ...way, childDeadlineMs: contract.deadlineMs };
}

/** What the child answered, out of the answer of its step. */
export function childResult(answer: Json | undefined): Json {
  return (answer as { readonly result?: Json } | undefined)?.result ?? null;
}

/** Notes which saga a forward starts, and gives one that is started again the time that is left now. */
export function beforeChild(run: SagaRun, step: EngineStep, epoch: number): EngineStep {
  if (step.childDeadlineMs === undefined) return step;
  const input = step.command.input as { readonly [member: string]: Json } & { child: string };
  run.children.set(step.name, childIdOf(input.child, epoch));
  if (epoch === 0) return step;
  const deadlineAtMs = Math.min(run.deadlineAtMs, Date.now() + step.childDeadlineMs);
  return { ...step, command: { ...step.command, input: { ...input, deadlineAtMs } } };
}

/** The step is another saga. */
export function isChildStep(step: EngineStep | undefined): boolean {
  return step?.command.command === 'runChild';
}

/** Names of the steps that are sagas and stand. */
export function standingNames(run: SagaRun): string[] {
  return run.machine.steps.filter((step) => isStanding(run, step)).map(({ name }) => name);
}

/** Workflow ids of the children that stand and await a decision. */
export function standingChildren(run: SagaRun): readonly string[] {
  return standingNames(run).flatMap((name) => run.children.get(name) ?? []);
}

/** What an earlier run did and today's function has not asked for stands as well, once the pivot is done. */
function isStanding(run: SagaRun, { name, phase }: MachineStep): boolean {
  const isDone = phase === 'done' || phase === 'left' || phase === 'recovered';
  return isDone && isChildStep(run.steps.get(name));
}

/** The go/no-go point of a saga with children that has no pivot of its own. */
export function commitParts(run: SagaRun): StepParts {
  const command = journal.commit(identityOf(run));
  return { kind: 'pivot', command, onFault: 'park', patience: {} };
}

/** Lets the children end, once nothing can turn their parent back. */
export function releaseParts(run: SagaRun, children: readonly string[]): StepParts {
  const command = journal.releaseChildren({ ...identityOf(run), children: [...children] });
  const { childAttemptMs: attemptMs, childHeartbeatMs: heartbeatMs } = sagaLimits;
  const { childPatienceMs: patienceMs, childAttemptsMax: attemptsMax } = sagaLimits;
  const patience = { attemptMs, heartbeatMs, patienceMs, attemptsMax };
  return { kind: 'retriable', command, onFault: 'park', patience };
}

function identityOf({ sagaId, name: saga, workflowId }: SagaRun) {
  return { sagaId, saga, workflowId };
}
