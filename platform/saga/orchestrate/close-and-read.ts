import type { Client } from '@temporalio/client';
import type { RecoveryTarget } from '../engine/activities';
import type { RecoveredStep } from '../engine/recovery-start';
import { recoveryIdOf, sagaIdSeparator } from '../wire';
import type { SagaStart } from '../wire';
import { mergeStories, storyOf, tellAll } from './history';
import type { RunStory } from './history';
import { readHistory } from './temporal-history';

/** What is left of a saga in Temporal, after nothing of it runs any more. */
export interface Remains {
  /** Undefined when Temporal has forgotten the first run: then only the participants' rows are left. */
  readonly start?: SagaStart;
  readonly startedAt?: string;
  readonly started: readonly RecoveredStep[];
  /** More may have been started than these histories tell: the participants have to be asked too. Absent: no. */
  readonly isPartial?: true;
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
 * recoveries. Called only after all of them have closed, so nothing can be started behind its back. What Temporal has
 * forgotten of them, a reset run that was deleted say, may have started anything, the pivot too.
 */
export async function readRemains(
  client: Client,
  { workflowId, sagaId, before }: Pick<RecoveryTarget, 'workflowId' | 'sagaId' | 'before'>,
  { recoveries, runs = [] }: { recoveries: readonly string[]; runs?: readonly string[] },
): Promise<Remains> {
  const firstRunId = sagaId.slice(sagaId.lastIndexOf(sagaIdSeparator) + 1);
  // The latest run knows by itself which one that is; a workflow id may meanwhile be another saga's.
  const own = await readRuns(client, {
    workflowId,
    firstRunId,
    runs: [latest, firstRunId, ...runs],
  });
  const latestBefore = before === undefined ? [] : [before];
  const later = await readRuns(client, {
    workflowId: recoveryIdOf(sagaId),
    runs: [...recoveries, ...latestBefore],
  });
  const stories = [...own.stories, ...later.stories];
  const [first] = own.stories;
  // The latest run knows what the saga function was last begun with.
  const last = own.stories.at(-1);
  const started = mergeStories(stories);
  if (first === undefined || last === undefined) return { started, isPartial: true };
  const isWhole = !own.isForgotten && !later.isForgotten && tellAll(stories);
  const start = last.argument as SagaStart;
  const startedAt = start.continued?.startedAt ?? first.decidesBy ?? first.startedAt;
  return { start, startedAt, started, ...(isWhole ? {} : { isPartial: true }) };
}

/** Stands for the run that a workflow id leads to. */
const latest = undefined;

interface AskedRuns {
  readonly workflowId: string;
  /** Only runs that began with this one; others under the same workflow id are no runs of the saga. */
  readonly firstRunId?: string;
  readonly runs: readonly (string | undefined)[];
}

/** Runs and every run that they were reset from or continue, oldest first. */
async function readRuns(
  client: Client,
  { workflowId, firstRunId, runs }: AskedRuns,
): Promise<{ readonly stories: readonly RunStory[]; readonly isForgotten: boolean }> {
  const stories: RunStory[] = [];
  const pending = [...runs];
  const seen = new Set<string | undefined>();
  let isForgotten = false;
  while (pending.length > 0) {
    const runId = pending.shift();
    if (seen.has(runId)) continue;
    seen.add(runId);
    const target = runId === latest ? { workflowId } : { workflowId, runId };
    const story = await readStory(client, target);
    if (story === undefined || (firstRunId ?? story.firstRunId) !== story.firstRunId) {
      isForgotten = true;
      continue;
    }
    stories.unshift(story);
    pending.push(...story.earlier);
  }
  return { stories: stories.sort(byStart), isForgotten };
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
