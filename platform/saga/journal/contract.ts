import { z } from 'zod';
import { command, defineParticipant } from '../../kernel/contract';
import type { Json } from '../../kernel/json';
import { childCommands, childVerdict } from '../children/commands';
import { sagaGrantRefusals } from '../grants/grant';
import { verbs } from '../verbs';

const text = z.string().max(300);
const nothing = z.strictObject({});
/** Any JSON; what it means is the business of whoever reads it. */
const json = z.unknown() as unknown as z.ZodType<Json>;

/** Every record names its saga and the generation that writes it; a lower one than the saga's latest is refused. */
const saga = {
  sagaId: text,
  saga: text,
  workflowId: text,
  generation: z.int().min(0).optional(),
};
const whileOpen = ['SAGA_UNKNOWN', 'SAGA_FINISHED', 'GENERATION_OVER'] as const;

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
  /** A person did it, or reversed it, by hand. */
  external: z.boolean().optional(),
  reason: text.optional(),
  /** Workflow id of the saga that this step is. */
  child: text.optional(),
});

/** What a person decided about a step; stands for the saga's life. */
export const verdict = z.enum(['skipped', 'left', 'done-externally', 'undone-externally']);

/** What people told a saga about its steps: what a recovery must not ask again. */
export const decided = z.strictObject({
  verdicts: z.record(z.string(), verdict),
  /** The latest input a person gave for a step. */
  inputs: z.record(z.string(), json),
  /** What a person said a step would have answered. */
  results: z.record(z.string(), json),
});

/**
 * The saga journal: the orchestrator's own participant. One aggregate per workflow id, `saga/<workflow id>`, so an
 * Idempotency-Key is used once and for ever, beyond Temporal's retention.
 */
export const journal = defineParticipant('sagas', {
  started: command({
    input: z.strictObject({
      sagaId: text,
      saga: text,
      workflowId: text,
      businessKey: text,
      owner: text,
      requestHash: text,
      deadlineAt: text,
      /** These are kept in the journal's own row and in no event: a recovery decides by them. */
      input: json.optional(),
      startedAt: text.optional(),
      /** The saga of which this one is a step. */
      parent: z.strictObject({ sagaId: text, step: text }).optional(),
      /** When its grant was issued, RFC 3339; written by the gate of starts, and in no event. */
      grantedAt: text.optional(),
    }),
    result: z.strictObject({ input: json.optional(), startedAt: text.optional() }),
    refusals: ['BUSINESS_KEY_USED', ...sagaGrantRefusals],
  }),
  parked: command({
    input: z.strictObject({
      ...saga,
      step: text,
      direction: z.enum(['forward', 'undo']),
      condition: z.enum(['nothing-stands', 'effect-stands', 'unsettled']),
      reason: text,
    }),
    result: nothing,
    refusals: whileOpen,
  }),
  /** A step is parked no more: by a verb, by an answer to its settle, or because the saga turned. */
  unparked: command({
    input: z.strictObject({ ...saga, step: text }),
    result: nothing,
    refusals: whileOpen,
  }),
  /** What a person did; written only with an opened grant (see `grants.ts` beside this file). */
  acted: command({
    input: z.strictObject({
      ...saga,
      verb: z.enum([...verbs, 'approve', 'deny']),
      actor: text,
      reason: z.string().max(500),
      step: text.optional(),
      direction: z.enum(['forward', 'undo']).optional(),
      /** Epoch of the step when the verb was taken. */
      epoch: z.int().min(0).optional(),
      /** Identity of the act: it is for one place for the saga's life, whichever run or recovery is told it again. */
      jti: text.optional(),
      /** A new input for the step, or what it would have answered. */
      input: json.optional(),
    }),
    result: nothing,
    refusals: [
      ...whileOpen,
      'ACT_USED_ELSEWHERE',
      'GRANT_INVALID',
      'GRANT_EXPIRED',
      'ROLE_MISSING',
      'APPROVER_IS_INITIATOR',
      'APPROVAL_LIMIT_EXCEEDED',
    ],
  }),
  /** Temporal's own cancel, which nobody vouches for and nobody can refuse. */
  interrupted: command({
    input: z.strictObject({ ...saga, reason: text }),
    result: nothing,
    refusals: whileOpen,
  }),
  /** A child saga is done and waits for its parent's decision. */
  held: command({
    input: z.strictObject({
      ...saga,
      /** What the saga function answered; kept in the journal's own row and in no event. */
      result: json.optional(),
    }),
    result: z.strictObject({ result: json.optional() }),
    refusals: whileOpen,
  }),
  /**
   * A run that continues another one takes the next generation, as a recovery does. `generation` is that of the run
   * before: once for each, and refused where a recovery has taken over meanwhile.
   */
  continued: command({
    input: z.strictObject({ ...saga, run: text }),
    result: z.strictObject({ generation: z.int().min(1) }),
    refusals: whileOpen,
  }),
  /** A recovery takes the next generation: every lower one may write no more. */
  recovering: command({
    input: z.strictObject({ ...saga, reason: text, run: text }),
    result: z.strictObject({
      generation: z.int().min(1),
      /** Temporal run ids of earlier recoveries. */
      recoveries: z.array(text),
      /** Temporal run ids of the saga's own runs after its first. */
      runs: z.array(text).optional(),
      held: z.boolean(),
      /** Of a child saga whose parent has decided. */
      verdict: childVerdict.optional(),
      decided,
    }),
    refusals: ['SAGA_UNKNOWN', 'SAGA_FINISHED'],
  }),
  finished: command({
    input: z.strictObject({
      ...saga,
      outcome: z.enum(['completed', 'compensated', 'cancelled']),
      reason: text.optional(),
      steps: z.array(finishedStep),
      /** Child sagas that stand, where not all steps are listed. */
      standing: z.array(text).optional(),
      /** Ordinary steps that are not listed, because a record has a limit. */
      stepsOmitted: z.int().min(1).optional(),
    }),
    result: nothing,
    refusals: ['SAGA_UNKNOWN', 'OUTCOME_CONFLICT', 'GENERATION_OVER'],
  }),
  /** Stops or resumes the starts of one type of saga; running ones go on. */
  switched: command({
    input: z.strictObject({ saga: text, stopped: z.boolean(), actor: text, reason: text }),
    result: nothing,
    refusals: ['GRANT_INVALID', 'GRANT_EXPIRED', 'ROLE_MISSING'],
  }),
  /** What was granted for a person is good for nothing new; what is granted afterwards is. */
  revoked: command({
    input: z.strictObject({ subject: text, actor: text, reason: z.string().max(500) }),
    result: z.strictObject({ revokedAt: text }),
    refusals: ['GRANT_INVALID', 'GRANT_EXPIRED', 'ROLE_MISSING'],
  }),
  ...childCommands,
});
