import { z } from 'zod';
import { defineOperations } from '../../platform/security/operations';

/** Bounds of what is asked of dead letters. */
export const letterLimits = {
  groupsMax: 200,
  pageMax: 100,
  /** Aggregates that one call retries at most, and how long it goes on before it says where it is, milliseconds. */
  aggregatesMax: 100,
  retryMsMax: 3_000,
  /** Refusals that an answer about a group names. */
  failuresShownMax: 50,
  /** Rows that the dry run of a group shows. */
  changesShownMax: 20,
} as const;

const shared = { callers: ['gateway'], roles: ['operator'], tag: 'dead-letters' } as const;
const letterId = z.string().regex(/^\d{1,18}$/);
const groupId = z.string().regex(/^[a-z0-9_~-]{1,80}$/);
const itsLetter = z.strictObject({ id: letterId });
const projection = z.string().min(1).max(64);
const reasonCode = z.string().regex(/^[A-Z][A-Z_]{0,63}$/);
const limit = z.coerce.number().int().min(1).max(letterLimits.pageMax).default(20);

const told = {
  reason: z.string().trim().min(1).max(500).optional().describe('Why; a dry run needs none'),
  dryRun: z.boolean().default(false).describe('Show what would change, and change nothing'),
};
const needsReason = { message: 'a reason is needed', path: ['reason'] };
const hasReason = (body: { readonly dryRun: boolean; readonly reason?: string | undefined }) =>
  body.dryRun || body.reason !== undefined;

const member = z.object({
  pointer: z.string(),
  before: z.unknown().optional(),
  after: z.unknown().optional(),
});
const change = z.looseObject({ key: z.string(), members: z.array(member) });
const stopped = z.object({ id: z.string(), reason: z.string(), detail: z.string() });
const report = z.object({
  dryRun: z.boolean(),
  applied: z.number().describe('Events that are in the rows now'),
  settled: z.number().describe('Letters that are done with now'),
  left: z.number().describe('Letters of the aggregate that still wait'),
  stopped: stopped.optional().describe('The letter that still fails, and why'),
  changes: z.array(change),
});
const groupReport = z.object({
  dryRun: z.boolean(),
  aggregates: z.number(),
  cleared: z.number().describe('Aggregates with nothing left that waits'),
  applied: z.number(),
  settled: z.number(),
  failures: z.array(z.looseObject({ aggregateId: z.string(), id: z.string() })),
  changes: z.array(change),
  next: z.string().optional().describe('`after` of the next call; absent at the end of the group'),
});
const letter = z.looseObject({
  id: z.string(),
  projection: z.string(),
  aggregateId: z.string(),
  seq: z.number(),
  reason: z.string(),
  detail: z.string(),
  group: z.string(),
  cause: z.string(),
  parkedAt: z.string(),
});
const refusals = ['LETTER_SETTLED', 'PROJECTION_UNKNOWN', 'IDEMPOTENCY_KEY_INVALID'] as const;
const acting = {
  ...shared,
  method: 'POST',
  key: 'optional',
  answer: { status: 200, body: report, text: 'What came of it, or would come of it' },
} as const;

/** Operations on dead letters: looked at and dealt with by operators, through the gateway alone. */
export const letterOperations = defineOperations({
  listLetterGroups: {
    ...shared,
    method: 'GET',
    path: '/dead-letter-groups',
    summary: 'Dead letters that wait, by cause, the largest group first',
    query: z.strictObject({ projection: projection.optional() }),
    answer: {
      status: 200,
      body: z.object({ groups: z.array(z.looseObject({ group: z.string() })) }),
      text: 'Every group',
    },
  },
  retryLetterGroup: {
    ...acting,
    path: '/dead-letter-groups/:group/retry',
    summary: 'Apply the waiting events of every aggregate of a group again, each in order',
    params: z.strictObject({ group: groupId }),
    body: z.strictObject({ ...told, after: letterId.optional() }).refine(hasReason, needsReason),
    answer: { status: 200, body: groupReport, text: 'What came of it, or would come of it' },
    problems: refusals,
  },
  listLetters: {
    ...shared,
    method: 'GET',
    path: '/dead-letters',
    summary: 'Dead letters that wait, in order of arrival',
    query: z.strictObject({
      projection: projection.optional(),
      group: groupId.optional(),
      aggregate: z.string().min(1).max(300).optional(),
      reason: reasonCode.optional(),
      after: letterId.optional().describe('`next` of the part before'),
      limit,
    }),
    answer: {
      status: 200,
      body: z.object({ letters: z.array(letter), next: z.string().optional() }),
      text: 'A part of the list',
    },
  },
  getLetter: {
    ...shared,
    method: 'GET',
    path: '/dead-letters/:id',
    summary: 'A dead letter: the message, why it waits, what waits with it, who did what about it',
    params: itsLetter,
    answer: { status: 200, body: letter, text: 'The letter, also when it is done with' },
  },
  retryLetter: {
    ...acting,
    path: '/dead-letters/:id/retry',
    summary: 'Apply the waiting events of the letter’s aggregate again, in order',
    params: itsLetter,
    body: z.strictObject(told).refine(hasReason, needsReason),
    problems: refusals,
  },
  editLetter: {
    ...acting,
    path: '/dead-letters/:id/edit',
    summary: 'Put another payload in the place of the letter’s; the log keeps what it has',
    params: itsLetter,
    body: z.strictObject({ ...told, payload: z.looseObject({}) }).refine(hasReason, needsReason),
    problems: [...refusals, 'EDIT_INVALID'],
  },
  discardLetter: {
    ...acting,
    path: '/dead-letters/:id/discard',
    summary: 'Pass the first letter of its aggregate by for good, and apply those behind it',
    params: itsLetter,
    body: z.strictObject(told).refine(hasReason, needsReason),
    problems: [...refusals, 'LETTER_NOT_FIRST'],
  },
});
