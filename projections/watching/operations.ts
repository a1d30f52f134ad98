import { z } from 'zod';
import { defineOperations } from '../../platform/security/operations';

/** Bounds of what is asked of the log. */
export const watchLimits = {
  eventsMax: 200,
  /** How far back is looked for what is in no one partition, where nothing is said; milliseconds. */
  sinceMs: 24 * 3_600_000,
} as const;

const shared = {
  callers: ['gateway'],
  roles: ['operator', 'admin', 'viewer'],
  method: 'GET',
} as const;
const text = z.string();
const whole = z.int().min(0);
const halt = z.object({ code: text, detail: text, since: text });
const partition = z.object({
  ...{ topic: text, partition: whole, nextOffset: whole },
  records: whole.describe('Not applied yet'),
  movedAt: text,
  halt: halt.optional(),
});
const projectionAnswer = z.object({
  name: text,
  generation: whole,
  records: whole.describe('Not applied yet, over all partitions'),
  movedAt: text.optional(),
  partitions: z.array(partition),
  building: z
    .object({ generation: whole, begunAt: text, done: whole, all: whole })
    .optional()
    .describe('A replay under way: events applied, and events there are'),
  rebuild: z
    .object({
      state: z.enum(['running', 'switched', 'differs', 'letters', 'failed', 'stopped']),
      ...{ by: text, reason: text, begunAt: text },
      endedAt: text.optional(),
      code: text.optional().describe('Why it came to no end'),
      detail: text.optional(),
    })
    .optional()
    .describe('The last one that was asked for at the process that answers'),
  letters: whole.describe('Dead letters that wait'),
});
const eventAnswer = z.looseObject({
  ...{ topic: text, partition: whole, offset: text },
  recordedTime: text.describe('When it reached the log'),
  problem: text.optional().describe('Why it cannot be read; then it has none of the others'),
  ...{ service: text.optional(), aggregateId: text.optional(), seq: whole.optional() },
  ...{ type: text.optional(), schema: text.optional(), time: text.optional() },
  data: z.unknown().optional().describe('What belongs to a person stays sealed'),
});

/** RFC 3339. */
const time = z.iso.datetime({ offset: true });

/** Operations that look at the log and at how the read models follow it, through the gateway alone. */
export const watchOperations = defineOperations({
  listProjections: {
    ...shared,
    tag: 'projections',
    path: '/projections',
    summary: 'Read models: how far behind the log, where they stand still, and a replay under way',
    answer: {
      status: 200,
      body: z.object({ projections: z.array(projectionAnswer) }),
      text: 'All',
    },
  },
  rebuildProjection: {
    ...{ callers: ['gateway'], roles: ['operator'], method: 'POST', tag: 'projections' },
    path: '/projections/:name/rebuild',
    summary:
      'Build a read model anew from the log beside the live one, compare, and switch: as `holdfast replay`',
    params: z.strictObject({ name: text.regex(/^[a-z0-9-]{1,64}$/) }),
    body: z.strictObject({
      reason: text.trim().min(1).max(500),
      acceptLetters: z
        .boolean()
        .default(false)
        .describe('Switch although it has dead letters of its own'),
    }),
    key: 'optional',
    answer: {
      status: 202,
      body: z.object({ projection: text, begunAt: text }),
      text: 'It has begun; `GET /projections` says how far it is, and how it ended',
    },
    problems: ['NOT_FOUND', 'REPLAY_RUNNING', 'IDEMPOTENCY_KEY_INVALID'],
  },
  listEvents: {
    ...shared,
    tag: 'events',
    path: '/events',
    summary:
      'The last events of the log, oldest first: all, or those of an aggregate, a saga, a type; of the last day unless told',
    query: z.strictObject({
      aggregate: text.min(3).max(300).optional().describe('Whole id: order/o-1'),
      saga: text.min(1).max(300).optional().describe('Workflow id or saga id'),
      service: text.min(1).max(64).optional().describe('Only what this one has told'),
      type: text.min(1).max(200).optional().describe('How it begins: payment. has all of them'),
      since: time.optional().describe('Reached the log then or later'),
      limit: z.coerce.number().int().min(1).max(watchLimits.eventsMax).default(50),
    }),
    answer: {
      status: 200,
      body: z.object({ events: z.array(eventAnswer) }),
      text: 'The last ones',
    },
    problems: ['NOT_FOUND'],
  },
});
