import { coresdk } from '@temporalio/proto';
import type { Worker } from '@temporalio/worker';

/** What a worker says to its server, as its native side has it. */
interface Native {
  pollWorkflowActivation: () => Promise<Uint8Array>;
  completeWorkflowActivation: (completion: Uint8Array) => Promise<void>;
  pollActivityTask: () => Promise<Uint8Array>;
  completeActivityTask: (completion: Uint8Array) => Promise<void>;
}

/** How long an answer waits for the workflow to have taken the one before, milliseconds; it may not care. */
const digestMsMax = 1_000;

/** What is under way of one run. */
interface Run {
  /** Activations that the workflow has and the server does not know the end of. */
  activations: number;
  /** Activity whose answer the server has, and of which the workflow was told nothing yet. */
  answered?: string;
  readonly waiting: Set<() => void>;
  /** The end of the last answer that was given. */
  last: Promise<void>;
}

/**
 * Lets the activities of one run answer between its workflow tasks, one after the other. The test server refuses a
 * workflow task that cancels an activity which has just ended (`ACTIVITY_UNKNOWN`), and then never gives that task out
 * again: the run hangs for good (temporalio/sdk-typescript, issue 1058; temporalio/sdk-java, issues 2391 and 3088). A
 * real server keeps the end of the activity back until the task is over, which is what is done here in its place.
 */
export function inTurn(workers: readonly Worker[]): void {
  const runs = new Map<string, Run>();
  const runOf = (runId: string): Run => {
    const known = runs.get(runId) ?? {
      activations: 0,
      waiting: new Set(),
      last: Promise.resolve(),
    };
    runs.set(runId, known);
    return known;
  };
  for (const worker of workers) {
    const native = (worker as unknown as { readonly nativeWorker: Native }).nativeWorker;
    followWorkflows(native, runOf);
    holdAnswers(native, runOf);
  }
}

function followWorkflows(native: Native, runOf: (runId: string) => Run): void {
  const poll = native.pollWorkflowActivation;
  native.pollWorkflowActivation = async () => {
    const activation = await poll();
    const { runId } = coresdk.workflow_activation.WorkflowActivation.decode(activation);
    runOf(runId).activations += 1;
    return activation;
  };
  const complete = native.completeWorkflowActivation;
  native.completeWorkflowActivation = async (completion) => {
    const { runId } =
      coresdk.workflow_completion.WorkflowActivationCompletion.decodeDelimited(completion);
    await complete(completion).finally(() => {
      const run = runOf(runId);
      run.activations -= 1;
      delete run.answered;
      run.waiting.forEach((wake) => wake());
    });
  };
}

function holdAnswers(native: Native, runOf: (runId: string) => Run): void {
  const begun = new Map<string, { readonly run: Run; readonly activity: string }>();
  const nameOf = (token: Uint8Array) => Buffer.from(token).toString('base64');
  const poll = native.pollActivityTask;
  native.pollActivityTask = async () => {
    const task = await poll();
    const { taskToken, start } = coresdk.activity_task.ActivityTask.decode(task);
    const runId = start?.workflowExecution?.runId;
    if (runId && start.activityId)
      begun.set(nameOf(taskToken), { run: runOf(runId), activity: start.activityId });
    return task;
  };
  const complete = native.completeActivityTask;
  native.completeActivityTask = async (completion) => {
    const { taskToken, result } = coresdk.ActivityTaskCompletion.decodeDelimited(completion);
    const found = begun.get(nameOf(taskToken));
    begun.delete(nameOf(taskToken));
    if (found === undefined) return complete(completion);
    const { run, activity } = found;
    const answer = run.last.then(async () => {
      await itsTurn(run, activity);
      await complete(completion);
      if (isLast(result)) run.answered = activity;
    });
    run.last = answer.catch(() => undefined);
    await answer;
  };
}

/** False for an attempt that is made again: the workflow hears nothing of it. */
function isLast(result: coresdk.ActivityTaskCompletion['result']): boolean {
  const failure = result?.failed?.failure?.applicationFailureInfo;
  return failure === undefined || failure === null || failure.nonRetryable === true;
}

/** Resolves between two workflow tasks, the answer of another activity having been taken; after a second anyway. */
async function itsTurn(run: Run, activity: string): Promise<void> {
  const untilMs = performance.now() + digestMsMax;
  const isFree = () =>
    run.activations <= 0 && (run.answered === undefined || run.answered === activity);
  while (!isFree() && performance.now() < untilMs) {
    await new Promise<void>((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        run.waiting.delete(wake);
        resolve();
      };
      const timer = setTimeout(wake, digestMsMax);
      run.waiting.add(wake);
    });
  }
}
