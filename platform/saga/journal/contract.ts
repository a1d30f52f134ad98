import { z } from 'zod';
import { command, defineParticipant } from '../../kernel/contract';

const text = z.string().max(300);
const nothing = z.strictObject({});
const saga = { sagaId: text, saga: text };

/** How one step ended, as the terminal record lists it. */
export const finishedStep = z.strictObject({
  name: text,
  kind: z.enum(['compensatable', 'pivot', 'retriable', 'approval']),
  participant: text,
  command: text,
  status: z.enum([
    'started',
    'done',
    'refused',
    'failed',
    'undoing',
    'undone',
    'settling',
    'parked',
    'skipped',
  ]),
  epoch: z.int().min(0),
  startedAt: text,
  finishedAt: text.optional(),
  /** An operator skipped its undo: the effect is still there. */
  leftInPlace: z.boolean().optional(),
  reason: text.optional(),
});

/**
 * The saga journal: the orchestrator's own participant. One aggregate per workflow id, `saga/<workflow id>`, so an
 * Idempotency-Key is used once and for ever, beyond Temporal's retention.
 */
export const journal = defineParticipant('sagas', {
  started: command({
    input: z.strictObject({
      ...saga,
      workflowId: text,
      businessKey: text,
      owner: text,
      requestHash: text,
      deadlineAt: text,
    }),
    result: nothing,
    refusals: ['BUSINESS_KEY_USED'],
  }),
  parked: command({
    input: z.strictObject({
      ...saga,
      workflowId: text,
      step: text,
      direction: z.enum(['forward', 'undo']),
      condition: z.enum(['nothing-stands', 'effect-stands', 'unsettled']),
      reason: text,
    }),
    result: nothing,
    refusals: ['SAGA_UNKNOWN', 'SAGA_FINISHED'],
  }),
  acted: command({
    input: z.strictObject({
      ...saga,
      workflowId: text,
      verb: z.enum(['cancel', 'retry', 'skip', 'approve', 'deny']),
      actor: text,
      reason: z.string().max(500),
      step: text.optional(),
      direction: z.enum(['forward', 'undo']).optional(),
      /** Epoch of the step when the verb was taken. */
      epoch: z.int().min(0).optional(),
    }),
    result: nothing,
    refusals: ['SAGA_UNKNOWN', 'SAGA_FINISHED'],
  }),
  finished: command({
    input: z.strictObject({
      ...saga,
      workflowId: text,
      outcome: z.enum(['completed', 'compensated', 'cancelled']),
      reason: text.optional(),
      steps: z.array(finishedStep),
    }),
    result: nothing,
    refusals: ['SAGA_UNKNOWN', 'OUTCOME_CONFLICT'],
  }),
});
