import {
  ActivityFailure,
  ApplicationFailure,
  TimeoutFailure,
  isCancellation,
} from '@temporalio/workflow';
import type { FaultAction } from '../../kernel/faults';
import type { StepAnswer } from '../../kernel/step';
import type { Outcome } from '../plan/moves';

/** What became of a message that was answered. */
export function outcomeOfAnswer(answer: StepAnswer): Outcome {
  if (answer.answer === 'done') return { kind: 'done', result: answer.result };
  if (answer.answer === 'refused') return { kind: 'refused', code: answer.code };
  return { kind: answer.answer };
}

/** What became of one that failed; throws what is no failure of an activity. */
export function outcomeOfError(error: unknown): Outcome {
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
