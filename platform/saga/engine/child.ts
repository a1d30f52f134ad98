import { uuid4 } from '@temporalio/workflow';
import type { Json } from '../../kernel/json';
import { childIdOf } from '../children/commands';
import type { SagaContract } from '../contract';
import { journal } from '../journal/contract';
import { sagaLimits } from '../limits';
import type { MachineStep } from '../machine/state';
import { SagaDefinitionError } from '../plan/names';
import type { StepParts } from './handle';
import type { SagaRun } from './saga-run';

/** Names of the steps that the engine adds by itself to sagas that have children, and to children. */
export const familySteps = {
  hold: 'parent decides',
  commit: 'commit children',
  release: 'release children',
} as const;

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
    businessKey: contract.businessKey(input),
    deadlineAtMs: Math.min(run.deadlineAtMs, Date.now() + contract.deadlineMs),
    input,
    ...(run.start.pace === undefined ? {} : { pace: { ...run.start.pace } }),
  });
  const undo = journal.unwindChild({});
  const { childAttemptMs: attemptMs, childHeartbeatMs: heartbeatMs } = sagaLimits;
  const patience = { attemptMs, heartbeatMs };
  return { kind: 'compensatable', command, undo, onFault: 'compensate', patience };
}

/** What the child answered, out of the answer of its step. */
export function childResult(answer: Json | undefined): Json {
  return (answer as { readonly result?: Json } | undefined)?.result ?? null;
}

/** Workflow id of the saga that a step is, as far as it is known; undefined for any other step. */
export function childOf(run: SagaRun, { name, counter }: MachineStep): string | undefined {
  const command = run.steps.get(name)?.command;
  if (command?.participant !== 'sagas' || command.command !== 'runChild') return undefined;
  const { child } = (run.results.get(name) ?? {}) as { readonly child?: string };
  if (child !== undefined || run.machine.isRecovery) return child;
  return childIdOf((command.input as { readonly child: string }).child, counter.n);
}

/** Workflow ids of the children that stand and await a decision. */
export function standingChildren(run: SagaRun): readonly string[] {
  return run.machine.steps.flatMap(({ name, phase }) => {
    if (phase !== 'done' && phase !== 'left') return [];
    const { child } = (run.results.get(name) ?? {}) as { readonly child?: string };
    const isChild = run.steps.get(name)?.command.command === 'runChild';
    return isChild && child !== undefined ? [child] : [];
  });
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
  return {
    kind: 'retriable',
    command,
    onFault: 'park',
    patience: { attemptMs, heartbeatMs },
  };
}

function identityOf({ sagaId, name: saga, workflowId }: SagaRun) {
  return { sagaId, saga, workflowId };
}
