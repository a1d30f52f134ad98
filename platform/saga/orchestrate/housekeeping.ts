import type { Client } from '@temporalio/client';
import type { OpenSagas } from '../journal/open-sagas';
import type { TrimRequest } from '../engine/trim';

/** What is kept, and for how long. */
export const housekeepingLimits = {
  /** Stored results of a finished saga's steps are kept this long, in case somebody asks; milliseconds. */
  trimAfterMs: 30 * 24 * 60 * 60_000,
  sagasPerRun: 500,
} as const;

/**
 * Starts the workflow that lets participants forget the results of sagas that finished long ago; keys, states and
 * hashes stay for good. Its workflow id carries the position it begins at, so however often it is asked for, each
 * batch is worked once.
 */
export async function keepHouse({
  client,
  journal,
  taskQueue,
  trimAfterMs = housekeepingLimits.trimAfterMs,
}: {
  readonly client: Client;
  readonly journal: Pick<OpenSagas, 'finished'>;
  readonly taskQueue: string;
  readonly trimAfterMs?: number;
}): Promise<void> {
  const after = await latestPosition(client);
  const finishedBefore = new Date(Date.now() - trimAfterMs);
  const limitMax = housekeepingLimits.sagasPerRun;
  const sagas = await journal.finished({ after, finishedBefore, limitMax });
  const last = sagas.at(-1);
  if (last === undefined) return;
  const request: TrimRequest = { position: last.position, sagas };
  try {
    await client.workflow.start('trim', {
      taskQueue,
      workflowId: trimWorkflowId,
      workflowIdConflictPolicy: 'FAIL',
      workflowIdReusePolicy: 'ALLOW_DUPLICATE',
      memo: { position: last.position },
      args: [request],
    });
  } catch (error) {
    // The batch before is still at work: the next sweep goes on behind it.
    if ((error as Error).name !== 'WorkflowExecutionAlreadyStartedError') throw error;
  }
}

const trimWorkflowId = 'holdfast/trim';

/** Where the latest batch ended; after Temporal has forgotten it, trimming begins again and finds it all done. */
async function latestPosition(client: Client): Promise<string> {
  try {
    const { memo, status } = await client.workflow.getHandle(trimWorkflowId).describe();
    const { position } = (memo ?? {}) as { readonly position?: string };
    return status.name === 'COMPLETED' ? (position ?? '') : '';
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return '';
    throw error;
  }
}
