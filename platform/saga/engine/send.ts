import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  createEventGroup,
  isCancellation,
  proxyActivities,
  sleep,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { ActivityOptions } from '@temporalio/workflow';
import { faults } from '../../kernel/faults';
import type { FaultAction } from '../../kernel/faults';
import type { StepAnswer, StepMessage } from '../../kernel/step';
import { sagaLimits } from '../limits';
import type { Outcome } from '../plan/moves';
import type { SagaPace } from '../wire';

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
  readonly pace: Pick<SagaPace, 'attemptMs' | 'backoffMaxMs'>;
}

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
  const activities = proxyActivities<Record<string, (message: StepMessage) => Promise<StepAnswer>>>(
    activityOptions(route),
  );
  const name = message.kind === 'settle' ? 'settle' : message.command;
  try {
    return outcomeOfAnswer(await activities[`${participant}.${name}`]!(message));
  } catch (error) {
    return outcomeOfError(error);
  }
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

function outcomeOfAnswer(answer: StepAnswer): Outcome {
  if (answer.answer === 'done') return { kind: 'done', result: answer.result };
  if (answer.answer === 'refused') return { kind: 'refused', code: answer.code };
  return { kind: answer.answer };
}

function outcomeOfError(error: unknown): Outcome {
  if (isCancellation(error)) return { kind: 'unknown', code: 'INTERRUPTED' };
  const cause = error instanceof ActivityFailure ? error.cause : error;
  if (cause instanceof TimeoutFailure) {
    const last = cause.cause;
    return last instanceof ApplicationFailure
      ? outcomeOfFailure(last)
      : { kind: 'unknown', code: 'NO_ANSWER' };
  }
  if (cause instanceof ApplicationFailure) return outcomeOfFailure(cause);
  // For example a result above the size limit: it may have happened.
  if (error instanceof ActivityFailure) return { kind: 'unknown', code: 'FAULT_UNNAMED' };
  throw error;
}

/** What a participant puts into a failure's details, so that codes survive the trip. */
type FailureDetail =
  | { readonly kind: 'refusal'; readonly code: string }
  | { readonly kind: 'fault'; readonly code: string; readonly action: FaultAction };

function outcomeOfFailure(failure: ApplicationFailure): Outcome {
  const detail = failure.details?.[0] as FailureDetail | undefined;
  if (detail?.kind === 'refusal') return { kind: 'refused', code: detail.code };
  if (detail?.kind === 'fault') {
    return { kind: 'fault', code: detail.code, action: detail.action };
  }
  return { kind: 'fault', code: failure.type ?? 'FAULT_UNNAMED', action: 'retry' };
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
