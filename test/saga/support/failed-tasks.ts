import type { WorkflowHandle } from '@temporalio/client';
import { defaultFailureConverter, defaultPayloadConverter } from '@temporalio/common';

/** Why workflow tasks of this run failed, one message each. Failures tell it in a payload, which is opened here. */
export async function failedTasksOf(
  handle: Pick<WorkflowHandle, 'fetchHistory'>,
): Promise<readonly string[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ workflowTaskFailedEventAttributes: failed }) => {
    if (!failed?.failure) return [];
    const why = defaultFailureConverter.failureToError(failed.failure, defaultPayloadConverter);
    return [why.message];
  });
}
