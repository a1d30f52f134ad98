import { ApplicationFailure, ApplicationFailureCategory } from '@temporalio/common';
import { z } from 'zod';

/** Headers of a message that comes straight from a saga's worker, in lower case. */
export const stepHeaders = {
  /** Workflow id of whoever asks, as Temporal told its worker. */
  workflow: 'x-saga-workflow',
  /** The sealed grant of the saga, base64url. */
  grant: 'x-saga-grant',
} as const;

/** A failure of an activity as JSON: what a saga decides by, and nothing else of it. */
export const failureSchema = z.strictObject({
  type: z.string().min(1).max(100),
  message: z.string().max(10_000),
  nonRetryable: z.boolean(),
  isExpected: z.boolean(),
  details: z.array(z.unknown()).max(10),
});

export type StepFailure = z.output<typeof failureSchema>;

export function stepFailureOf(failure: ApplicationFailure): StepFailure {
  return {
    type: failure.type ?? 'FAULT_UNNAMED',
    message: failure.message,
    nonRetryable: failure.nonRetryable === true,
    isExpected: failure.category === ApplicationFailureCategory.BENIGN,
    details: [...(failure.details ?? [])],
  };
}

export function failureOfStep({ isExpected, ...told }: StepFailure): ApplicationFailure {
  const category = isExpected ? { category: ApplicationFailureCategory.BENIGN } : {};
  return ApplicationFailure.create({ ...told, ...category });
}
