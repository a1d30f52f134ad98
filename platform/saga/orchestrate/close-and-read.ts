import type { Client } from '@temporalio/client';
import type { RecoveryTarget } from '../engine/activities';
import type { RecoveredStep } from '../engine/recovery-start';
import { recoveryIdOf, sagaIdSeparator } from '../wire';
import type { SagaStart } from '../wire';
import { mergeStories, storyOf } from './history';
import type { RunStory } from './history';
import { readHistory } from './temporal-history';

/** What is left of a saga in Temporal, after nothing of it runs any more. */
export interface Remains {
  /** Undefined when Temporal has forgotten the first run: then only the participants' rows are left. */
  readonly start?: SagaStart;
  readonly startedAt?: string;
  readonly started: readonly RecoveredStep[];
}

/** Ends a saga's run, if one is still open; only what is closed can be recovered. Idempotent. */
export async function endRun(client: Client, { workflowId, reason }: RecoveryTarget) {
  try {
    await client.workflow.getHandle(workflowId).terminate(`recovered: ${reason}`);
  } catch (error) {
    if ((error as Error).name !== 'WorkflowNotFoundError') throw error;
  }
}

/**
 * Reads the histories of every run that belongs to a saga: its own, those a reset left behind, and those of earlier
 * recoveries. Called only after all of them have closed, so nothing can be started behind its back.
 */
export async function readRemains(
  client: Client,
  { workflowId, sagaId }: Pick<RecoveryTarget, 'workflowId' | 'sagaId'>,
  { recoveries, runs = [] }: { recoveries: readonly string[]; runs?: readonly string[] },
): Promise<Remains> {
  const firstRunId = sagaId.slice(sagaId.lastIndexOf(sagaIdSeparator) + 1);
  const own = await readChain(client, { workflowId, firstRunId, runs });
  const later = await Promise.all(
    recoveries.map((runId) => readStory(client, { workflowId: recoveryIdOf(sagaId), runId })),
  );
  const stories = [...own, ...later.filter((story) => story !== undefined)];
  const [first] = own;
  // The latest run knows what the saga function was last begun with.
  const last = own.at(-1);
  const started = mergeStories(stories);
  if (first === undefined || last === undefined) return { started };
  const start = last.argument as SagaStart;
  return { start, startedAt: start.continued?.startedAt ?? first.startedAt, started };
}

/** The latest run of a workflow id and every run it was reset from, oldest first, as far as they are this saga's. */
async function readChain(
  client: Client,
  {
    workflowId,
    firstRunId,
    runs,
  }: { workflowId: string; firstRunId: string; runs: readonly string[] },
): Promise<readonly RunStory[]> {
  const stories: RunStory[] = [];
  const pending: (string | undefined)[] = [undefined, firstRunId, ...runs];
  const seen = new Set<string | undefined>();
  for (let runId = pending.shift(); ; runId = pending.shift()) {
    if (!seen.has(runId)) {
      seen.add(runId);
      const target = runId === undefined ? { workflowId } : { workflowId, runId };
      const story = await readStory(client, target);
      if (story?.firstRunId === firstRunId) {
        stories.unshift(story);
        pending.push(...story.earlier);
      }
    }
    if (pending.length === 0) return stories.sort(byStart);
  }
}

/** Oldest first. A reset run begins like the run that it was reset from, and stays behind it. */
function byStart(left: RunStory, right: RunStory): number {
  return left.startedAt < right.startedAt ? -1 : Number(left.startedAt > right.startedAt);
}

async function readStory(
  client: Client,
  target: { readonly workflowId: string; readonly runId?: string },
): Promise<RunStory | undefined> {
  const events = await readHistory(client, target);
  return events === undefined ? undefined : storyOf(events);
}
