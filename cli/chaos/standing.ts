import type { Client } from '@temporalio/client';

const lastEvents = 3;

/**
 * One line on a workflow that should have ended: its status, what it waits for at which attempt and why that failed,
 * and the last kinds of events of its history. For the problem list of a run; never throws.
 */
export async function standingOf(client: Client, workflowId: string): Promise<string> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    const { raw, status } = await handle.describe();
    const { events } = await handle.fetchHistory();
    const waits = (raw.pendingActivities ?? []).map(
      ({ activityType, attempt, lastFailure, lastWorkerIdentity }) =>
        `${activityType?.name} at attempt ${attempt} of ${lastWorkerIdentity || 'nobody'}` +
        (lastFailure?.message ? ` (${lastFailure.message})` : ''),
    );
    const task = raw.pendingWorkflowTask;
    if (task) waits.push(`a workflow task at attempt ${task.attempt}`);
    const last = (events ?? []).slice(-lastEvents).map(({ eventId, eventType }) => {
      return `${String(eventId)} of type ${String(eventType)}`;
    });
    const told = waits.length === 0 ? 'nothing' : waits.join('; ');
    return `${workflowId} is ${status.name}, waits for ${told}; last events ${last.join(', ')}`;
  } catch (error) {
    return `${workflowId} could not be looked at: ${(error as Error).message}`;
  }
}
