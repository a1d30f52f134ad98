import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { SagaDefinition } from './define';
import { executeSaga } from './engine/execute';
import type { SagaResult, SagaStart } from './wire';

/**
 * The one workflow function of a worker: runs the saga whose name is the workflow type. An unknown type and an unusable
 * start fail at once and for good, before anything is done.
 */
export function dispatchSagas(
  sagas: readonly SagaDefinition[],
): (start: SagaStart) => Promise<SagaResult> {
  const byName = new Map(sagas.map((saga) => [saga.contract.name, saga]));
  if (byName.size < sagas.length) throw new Error('Two sagas of the registry have the same name.');
  return async (start) => {
    const { workflowType } = workflowInfo();
    const saga = byName.get(workflowType);
    if (saga === undefined) {
      throw ApplicationFailure.nonRetryable(`No saga is called ${workflowType}.`, 'SAGA_UNKNOWN');
    }
    const problem = startProblem(start);
    if (problem !== undefined) {
      throw ApplicationFailure.nonRetryable(problem, 'SAGA_START_INVALID');
    }
    return executeSaga(saga, start);
  };
}

function startProblem(start: Partial<SagaStart> | undefined): string | undefined {
  if (typeof start !== 'object' || start === null) return 'the start is missing';
  const missing = (['owner', 'businessKey', 'requestHash'] as const).filter(
    (member) => typeof start[member] !== 'string' || start[member] === '',
  );
  if (missing.length > 0) return `the start lacks ${missing.join(', ')}`;
  if (start.input === undefined) return 'the start lacks input';
  return Number.isFinite(start.deadlineAtMs) ? undefined : 'the start lacks deadlineAtMs';
}
