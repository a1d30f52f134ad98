import { AsyncLocalStorage } from 'node:async_hooks';
import { Context } from '@temporalio/activity';

/** One try of a message, whichever way it came. */
export interface Attempt {
  /** The workflow that asks, in Temporal's own words and not in those of the message. */
  readonly workflowId: string | undefined;
  /** From 1. */
  readonly number: number;
  /** What is left of it, milliseconds. */
  restMs(): number;
  /** Says that it is still at work. */
  heartbeat(): void;
  /** True once the saga has called it off and waits for its end. */
  isCalledOff(): boolean;
}

const direct = new AsyncLocalStorage<Attempt>();

/** Works on a message that came in another way than through Temporal. */
export function inAttempt<Result>(attempt: Attempt, work: () => Result): Result {
  return direct.run(attempt, work);
}

/** The attempt at hand: the one that was named, or the one of Temporal's activity. */
export function attemptAtHand(): Attempt {
  return direct.getStore() ?? attemptOf(Context.current());
}

function attemptOf(context: Context): Attempt {
  const { info } = context;
  return {
    workflowId: info.workflowExecution?.workflowId,
    number: info.attempt,
    restMs() {
      const { startToCloseTimeoutMs, currentAttemptScheduledTimestampMs } = info;
      const usedMs = Math.max(0, Date.now() - currentAttemptScheduledTimestampMs);
      // Time in the queue is not time of the attempt, but clocks of two machines tell no better.
      return startToCloseTimeoutMs - Math.min(usedMs, startToCloseTimeoutMs / 2);
    },
    heartbeat: () => context.heartbeat(),
    isCalledOff: () => context.cancellationDetails?.cancelRequested === true,
  };
}
