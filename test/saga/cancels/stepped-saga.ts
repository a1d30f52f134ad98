import { randomUUID } from 'node:crypto';
import type { WorkflowHandle } from '@temporalio/client';
import type { SagaStart } from '../../../platform/saga/wire';
import { unsignedAct } from '../support/test-journal';
import { historyOf } from './history-now';
import type { HistoryNow } from './history-now';
import type { Play } from './plays';
import type { SteppedWorld } from './stepped-world';

/** What goes first when there is a choice: the saga's task, or the answers it could hear together. */
export type Order = 'tasks-first' | 'answers-first';

/** One saga, let through move by move: between two moves its history has a length of its own, and stays so. */
export interface SteppedSaga {
  readonly handle: WorkflowHandle;
  readonly sagaId: string;
  readonly now: () => HistoryNow;
  /** The next move. */
  move(): Promise<void>;
  cancel(): Promise<void>;
}

/** Longer than anything is held: neither an answer nor a task is lost. */
const heldMsMax = 120_000;
const pace = { attemptMs: heldMsMax };
const moveMsMax = 60_000;

/** Starts a saga, and lets nothing of it happen. */
export async function startStepped(
  world: SteppedWorld,
  play: Play,
  order: Order,
): Promise<SteppedSaga> {
  const key = randomUUID();
  const start: SagaStart = {
    ...{ input: play.input, owner: 'customer-1', businessKey: key, requestHash: 'hash', pace },
    deadlineAtMs: Date.now() + 15 * 60_000,
  };
  const workflowId = `${play.saga}:${key}`;
  const taskQueue = `sagas${world.instance}`;
  const handle = await world.client.workflow.start(play.saga, {
    ...{ workflowId, taskQueue, workflowTaskTimeout: heldMsMax },
    args: [start],
  });
  return stepped(world, handle, order, await historyOf(handle));
}

function stepped(
  world: SteppedWorld,
  handle: WorkflowHandle & { readonly firstExecutionRunId: string },
  order: Order,
  first: HistoryNow,
): SteppedSaga {
  let now = first;
  const until = async (what: string, reached: (found: HistoryNow) => boolean) => {
    const untilMs = performance.now() + moveMsMax;
    for (now = await historyOf(handle); !reached(now); now = await historyOf(handle)) {
      if (performance.now() < untilMs) continue;
      const { activities, ...rest } = now;
      const onTheirWay = activities.filter(({ endedAt }) => endedAt === undefined);
      const told = JSON.stringify({ ...rest, onTheirWay, held: [...world.held.keys()] });
      throw new Error(`${what} did not happen: ${told}`);
    }
  };
  return {
    handle,
    sagaId: `${handle.workflowId}/${handle.firstExecutionRunId}`,
    now: () => now,
    async move() {
      const { length } = now;
      const [onItsWay] = now.activities.filter(({ endedAt }) => endedAt === undefined);
      const isAnswerFirst = order === 'answers-first' && now.task === 'scheduled';
      if (now.task === 'started') {
        world.turnstile.run();
        await until('the end of a task', ({ task }) => task !== 'started');
      } else if (onItsWay !== undefined && (isAnswerFirst || now.task === 'over')) {
        await letGo(world, onItsWay.activityId);
        await until(`the end of ${onItsWay.what}`, (found) => found.length > length);
      } else if (now.task === 'scheduled') {
        await world.turnstile.letPoll();
        await until('a task', ({ task }) => world.turnstile.isTaken && task === 'started');
      } else {
        await retryByHand(world, handle);
        await until('the task of a verb', (found) => found.length > length);
      }
    },
    async cancel() {
      await handle.cancel();
      now = await historyOf(handle);
    },
  };
}

async function letGo({ held }: SteppedWorld, activityId: string): Promise<void> {
  const untilMs = performance.now() + moveMsMax;
  while (!held.has(activityId)) {
    if (performance.now() > untilMs) throw new Error(`activity ${activityId} does not arrive`);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  held.get(activityId)?.open();
}

/** Nothing is on its way: the saga waits for a person. Its update is a task that no history shows before it ran. */
async function retryByHand({ turnstile }: SteppedWorld, handle: WorkflowHandle): Promise<void> {
  const told = handle.executeUpdate('retry', { args: [unsignedAct('looked at it')] });
  told.catch(() => undefined);
  await turnstile.letPoll();
  turnstile.run();
}
