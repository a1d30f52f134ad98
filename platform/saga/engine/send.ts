import {
  ActivityCancellationType,
  CancellationScope,
  createEventGroup,
  isCancellation,
  proxyActivities,
  proxyLocalActivities,
  sleep,
} from '@temporalio/workflow';
import type { ActivityOptions, LocalActivityOptions } from '@temporalio/workflow';
import { faults } from '../../kernel/faults';
import type { StepAnswer, StepMessage } from '../../kernel/step';
import { sagaLimits } from '../limits';
import type { Outcome } from '../plan/moves';
import type { SagaPace, StepRoute } from '../wire';
import { outcomeOfAnswer, outcomeOfError } from './outcomes';

/** How long one message is tried. Without bounds it is tried until it is answered. */
export interface SendBounds {
  readonly attemptsMax?: number;
  /** Server-side limit; only for steps that may be given up without settling. */
  readonly scheduleToCloseMs?: number;
  /** Hand BUSY back at once instead of trying again. */
  readonly busyAtOnce?: boolean;
  readonly attemptMs?: number;
  readonly heartbeatMs?: number;
}

/** Where a message goes, and how it is shown. */
export interface Route {
  readonly taskQueue: string;
  readonly summary: string;
  /** Label that ties the messages of one step together in the Web UI. */
  readonly group?: string;
  readonly bounds: SendBounds;
  readonly pace: Pick<SagaPace, 'attemptMs' | 'directAttemptMs' | 'backoffMaxMs'>;
  /** How the message goes first; see `SagaStart`. */
  readonly first?: StepRoute;
}

type Senders = Record<string, (message: StepMessage) => Promise<StepAnswer>>;

/** Faults that no retry cures: the second belt beside the participant's own marking. */
const unretryable = Object.entries(faults)
  .filter(([, fault]) => fault.action !== 'retry')
  .map(([code]) => code);

/** Sends one message and says what became of it; never throws for anything a participant or Temporal may do. */
export async function send(
  message: StepMessage,
  participant: string,
  route: Route,
): Promise<Outcome> {
  const name = `${participant}.${message.kind === 'settle' ? 'settle' : message.command}`;
  const known = isShort(route) ? await sendDirect(message, name, route) : undefined;
  if (known !== undefined) return known;
  const activities = proxyActivities<Senders>(activityOptions(route));
  return activities[name]!(message).then(outcomeOfAnswer, outcomeOfError);
}

/** What says now and then that it is still at work takes longer than a saga's worker should wait for it. */
function isShort({ first = 'queue', bounds }: Route): boolean {
  return first === 'direct' && bounds.heartbeatMs === undefined;
}

/**
 * Sends it once from this worker, without a task of its own. Undefined where that does not tell what became of it: then
 * it goes through the queue as well, with all its patience. A participant that gets both answers the second from the
 * record of the first.
 */
async function sendDirect(
  message: StepMessage,
  name: string,
  route: Route,
): Promise<Outcome | undefined> {
  const activities = proxyLocalActivities<Senders>(localOptions(route));
  try {
    return outcomeOfAnswer(await activities[name]!(message));
  } catch (error) {
    const outcome = outcomeOfError(error);
    return isFinal(outcome, route.bounds) ? outcome : undefined;
  }
}

/** Nothing else would come of it by asking again. */
function isFinal(outcome: Outcome, { busyAtOnce = false }: SendBounds): boolean {
  if (outcome.kind === 'unknown') return outcome.code === 'INTERRUPTED';
  if (outcome.kind !== 'fault') return true;
  return outcome.action !== 'retry' || (outcome.code === 'BUSY' && busyAtOnce);
}

function localOptions({ summary, bounds, pace }: Route): LocalActivityOptions {
  const { attemptMs = pace.attemptMs, scheduleToCloseMs = Infinity } = bounds;
  return oneTry(summary, Math.min(pace.directAttemptMs, attemptMs, scheduleToCloseMs));
}

/** One try by this worker: no task of its own, and no second attempt. */
export function oneTry(summary: string, timeoutMs: number): LocalActivityOptions {
  return {
    summary,
    startToCloseTimeout: timeoutMs,
    scheduleToCloseTimeout: timeoutMs,
    retry: { maximumAttempts: 1 },
  };
}

function activityOptions({ taskQueue, summary, group, bounds, pace }: Route): ActivityOptions {
  return {
    taskQueue,
    summary,
    ...(group === undefined ? {} : { eventGroups: [createEventGroup(group)] }),
    startToCloseTimeout: bounds.attemptMs ?? pace.attemptMs,
    ...(bounds.heartbeatMs === undefined ? {} : { heartbeatTimeout: bounds.heartbeatMs }),
    // The SDK's effective default is TRY_CANCEL: it would go on while the attempt is still running.
    cancellationType: ActivityCancellationType.WAIT_CANCELLATION_COMPLETED,
    ...(bounds.scheduleToCloseMs === undefined
      ? {}
      : { scheduleToCloseTimeout: bounds.scheduleToCloseMs }),
    retry: {
      initialInterval: sagaLimits.backoffFirstMs,
      backoffCoefficient: sagaLimits.backoffCoefficient,
      maximumInterval: pace.backoffMaxMs,
      nonRetryableErrorTypes: bounds.busyAtOnce ? [...unretryable, 'BUSY'] : unretryable,
      ...(bounds.attemptsMax === undefined ? {} : { maximumAttempts: bounds.attemptsMax }),
    },
  };
}

/** Gives `work` a time limit of the saga's own: afterwards it is cancelled, and waited for. */
export async function withPatience<Value>(
  patienceMs: number,
  summary: string,
  work: () => Promise<Value>,
): Promise<Value> {
  const scope = new CancellationScope();
  const timer = new CancellationScope();
  const elapsed = timer
    .run(() => sleep(patienceMs, { summary }))
    .then(
      () => scope.cancel(),
      // Cancelled because the work is done: the timer has no more to say.
      (error: unknown) => {
        if (!isCancellation(error)) throw error;
      },
    );
  try {
    return await scope.run(work);
  } finally {
    timer.cancel();
    await elapsed;
  }
}
