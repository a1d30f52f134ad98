import type { Client } from '@temporalio/client';
import type { RecoveryTarget } from '../engine/activities';
import type { OpenSaga, OpenSagas } from '../journal/open-sagas';
import { recoveryIdOf } from '../wire';

/** What one sweep found. */
export interface Swept {
  /** Sagas without a terminal record. */
  readonly open: number;
  /** Of these, the ones a recovery was started for, by reason. */
  readonly recovered: readonly RecoveryTarget[];
  /** Workflows whose tasks fail: they take no update and go nowhere until a corrected worker runs. */
  readonly failingTasks: readonly string[];
}

/** Bounds of a sweep. */
export const sweepLimits = { pageSize: 200, failingTasksMax: 1_000 } as const;

/**
 * Compares the journal with Temporal: every started saga must end with a terminal record, so one whose workflow is
 * closed or gone without it was ended by somebody else, and is recovered. Visibility only says which sagas need no
 * closer look; the decision is made on the workflow itself.
 */
export async function sweep(
  client: Client,
  journal: OpenSagas,
  recover: (target: RecoveryTarget) => Promise<void>,
): Promise<Swept> {
  const recovered: RecoveryTarget[] = [];
  let open = 0;
  for (let after = ''; ;) {
    const page = await journal.open({ after, limitMax: sweepLimits.pageSize });
    open += page.length;
    const running = await runningOf(client, page);
    for (const saga of page.filter(({ workflowId }) => !running.has(workflowId))) {
      const target = await whatIsWrong(client, saga);
      if (target === undefined) continue;
      // Since the page was read it may have ended in order: the workflow closes after its terminal record.
      if (!(await journal.isOpen(saga.workflowId))) continue;
      await recover(target);
      recovered.push(target);
    }
    const last = page.at(-1);
    if (last === undefined || page.length < sweepLimits.pageSize) break;
    after = last.workflowId;
  }
  return { open, recovered, failingTasks: await failingTasks(client) };
}

/** Workflow ids of a page that visibility shows as running: it lags, but only in ways that cost a closer look. */
async function runningOf(client: Client, page: readonly OpenSaga[]): Promise<Set<string>> {
  const running = new Set<string>();
  if (page.length === 0) return running;
  const ids = page.map(({ workflowId }) => `'${workflowId.replaceAll("'", "''")}'`).join(',');
  const query = `ExecutionStatus = 'Running' AND WorkflowId IN (${ids})`;
  for await (const { workflowId } of client.workflow.list({ query })) running.add(workflowId);
  return running;
}

/** Why a saga needs a recovery; undefined while its workflow, or a recovery of it, is at work. */
async function whatIsWrong(client: Client, saga: OpenSaga): Promise<RecoveryTarget | undefined> {
  const own = await statusOf(client, saga.workflowId);
  if (own === 'RUNNING') return undefined;
  if ((await statusOf(client, recoveryIdOf(saga.sagaId))) === 'RUNNING') return undefined;
  const { workflowId, sagaId, saga: name } = saga;
  return { workflowId, sagaId, saga: name, reason: reasons[own] ?? own };
}

const reasons: Readonly<Record<string, string>> = { NOT_FOUND: 'DELETED', COMPLETED: 'CLOSED' };

async function statusOf(client: Client, workflowId: string): Promise<string> {
  try {
    const { status } = await client.workflow.getHandle(workflowId).describe();
    return status.name;
  } catch (error) {
    if ((error as Error).name === 'WorkflowNotFoundError') return 'NOT_FOUND';
    throw error;
  }
}

/** The server marks a workflow after two failed tasks in a row, and takes the mark away after a good one. */
const failingQuery =
  "ExecutionStatus = 'Running' AND TemporalReportedProblems IN " +
  "('category=WorkflowTaskFailed', 'category=WorkflowTaskTimedOut')";

async function failingTasks(client: Client): Promise<readonly string[]> {
  const failing: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query: failingQuery })) {
    failing.push(workflowId);
    if (failing.length >= sweepLimits.failingTasksMax) break;
  }
  return failing;
}
