import { Context } from '@temporalio/activity';

/** What the engine asks of Temporal from inside a saga. */
export interface EngineActivities {
  /** Asks Temporal to cancel a run that has already undone everything, so that its status says so. Idempotent. */
  requestCancellation(target: {
    readonly workflowId: string;
    readonly runId: string;
  }): Promise<void>;
}

/** Activities of the orchestrator's own worker, beside the journal's. They use the connection of that worker. */
export const engineActivities: EngineActivities = {
  async requestCancellation({ workflowId, runId }) {
    await Context.current().client.workflow.getHandle(workflowId, runId).cancel();
  },
};
