import type { WorkflowExecutionDescription } from '@temporalio/client';
import { CommandError } from '../command-error';
import { findBuild } from './deployments';
import type { BuildName } from './deployments';
import type { Reach } from './temporal';

/** What a move did, for people and for scripts. */
export interface Move {
  readonly workflowId: string;
  readonly from: string;
  readonly to: string;
}

/**
 * Pins one saga to another build. Only a parked one unless `running`: a parked saga does nothing until a person says
 * so, and its history replays on the new build before that. Throws SAGA_NOT_PARKED, SAGA_UNKNOWN or BUILD_UNKNOWN.
 */
export async function moveSaga(
  reach: Reach,
  workflowId: string,
  to: BuildName & { readonly running: boolean },
): Promise<Move> {
  const { client, namespace, within } = reach;
  const { deploymentName, buildId } = to;
  const saga = await within(() => client.workflow.getHandle(workflowId).describe()).catch(
    (error: unknown) => {
      throw unknownSaga(error, workflowId);
    },
  );
  demandMovable(saga, to.running);
  await findBuild(reach, { deploymentName, buildId });
  const pinned = { behavior: 1, version: { deploymentName, buildId } };
  await within(() =>
    client.workflowService.updateWorkflowExecutionOptions({
      namespace,
      workflowExecution: { workflowId, runId: saga.runId },
      workflowExecutionOptions: { versioningOverride: { pinned } },
      updateMask: { paths: ['versioning_override'] },
      identity: 'holdfast versions',
    }),
  );
  return { workflowId, from: buildOf(saga), to: buildId };
}

function demandMovable(saga: WorkflowExecutionDescription, running: boolean): void {
  if (saga.status.name !== 'RUNNING') {
    throw new CommandError({
      code: 'SAGA_FINISHED',
      cause: `${saga.workflowId} has ended`,
      fix: 'nothing is left to move',
    });
  }
  const [state] = (saga.searchAttributes.SagaState ?? []) as readonly string[];
  if (state === 'parked' || running) return;
  throw new CommandError({
    code: 'SAGA_NOT_PARKED',
    cause: `${saga.workflowId} is ${state ?? 'running'}`,
    fix: 'let it end where it is, or move it all the same with --running',
  });
}

/** Build a saga is on: the one a person pinned it to, else the one its last task ran on; empty when unversioned. */
export function buildOf({ raw }: WorkflowExecutionDescription): string {
  const info = raw.workflowExecutionInfo?.versioningInfo;
  const pinned = info?.versioningOverride?.pinned?.version?.buildId;
  return pinned ?? info?.deploymentVersion?.buildId ?? '';
}

function unknownSaga(error: unknown, workflowId: string): unknown {
  if ((error as Error).name !== 'WorkflowNotFoundError') return error;
  const cause = `Temporal knows no saga ${workflowId}`;
  return new CommandError(
    { code: 'SAGA_UNKNOWN', cause, fix: 'give its workflow id, for example place-order:1f3a…' },
    { cause: error },
  );
}
