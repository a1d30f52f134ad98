import { ApplicationFailure, workflowInfo } from '@temporalio/workflow';
import type { SagaDefinition } from './define';
import { executeSaga } from './engine/execute';
import { recoverSaga } from './engine/recover';
import { revokeGrantsOf } from './engine/revoke';
import { switchSagas } from './engine/switch';
import { trimSagas } from './engine/trim';
import type { TrimRequest } from './engine/trim';
import { revokeWorkflow, switchWorkflow } from './verbs';
import type { RevokeRequest, SwitchRequest } from './verbs';
import type { SagaStart } from './wire';

/** Workflows of the platform itself, by type; no saga may have such a name. */
const ownWorkflows: Record<string, (find: FindSaga, argument: never) => Promise<unknown>> = {
  recover: recoverSaga,
  trim: (_find, request: TrimRequest) => trimSagas(request),
  [revokeWorkflow]: (_find, request: RevokeRequest) => revokeGrantsOf(request),
  [switchWorkflow]: (_find, request: SwitchRequest) => switchSagas(request),
};

/** The workflow function of a worker; what runs sagas without Temporal takes the list beside it. */
export type SagaDispatch = ((start: SagaStart) => Promise<unknown>) & {
  readonly sagas: readonly SagaDefinition[];
};

type FindSaga = (saga: string) => SagaDefinition;

/**
 * The one workflow function of a worker: runs the saga whose name is the workflow type. An unknown type and an
 * unusable start fail at once and for good, before anything is done.
 */
export function dispatchSagas(sagas: readonly SagaDefinition[]): SagaDispatch {
  const byName = new Map(sagas.map((saga) => [saga.contract.name, saga]));
  const taken = sagas.find(({ contract }) => contract.name in ownWorkflows);
  if (taken !== undefined) throw new Error(`A saga may not be called ${taken.contract.name}.`);
  if (byName.size < sagas.length) throw new Error('Two sagas of the registry have the same name.');
  const definitionOf = (name: string): SagaDefinition => {
    const saga = byName.get(name);
    if (saga !== undefined) return saga;
    throw ApplicationFailure.nonRetryable(`No saga is called ${name}.`, 'SAGA_UNKNOWN');
  };
  const dispatch = async (start: SagaStart): Promise<unknown> => {
    const { workflowType } = workflowInfo();
    const own = ownWorkflows[workflowType];
    if (own !== undefined) return own(definitionOf, start as never);
    const saga = definitionOf(workflowType);
    const problem = startProblem(start);
    if (problem !== undefined) {
      throw ApplicationFailure.nonRetryable(problem, 'SAGA_START_INVALID');
    }
    return executeSaga(saga, start);
  };
  return Object.assign(dispatch, { sagas });
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
