import { z } from 'zod';
import { defineOperations } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import { createOverviews } from '../overview/overview';
import { streamOverview } from '../overview/stream';
import { sagaReaders } from '../sagas/find';
import type { Seats } from '../sagas/seats';
import { endOf } from './follow';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';

const count = z.int().min(0);
const endedStates = ['completed', 'compensated', 'cancelled'] as const;

const overviewAnswer = z.object({
  asOf: z.string(),
  since: z.string(),
  minutes: z.int(),
  open: z.object({ running: count, compensating: count, parked: count }),
  ended: z
    .array(z.object({ saga: z.string(), outcome: z.enum(endedStates), count }))
    .describe('Of sagas that began since'),
  isPartial: z.boolean().describe('More sagas began since than are counted: the youngest 20,000'),
  sampled: count.describe('How many of them the inconsistency is of'),
  duration: z.object({ p50Ms: z.number(), p99Ms: z.number() }).nullable(),
  inconsistency: z
    .object({ p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() })
    .nullable()
    .describe('From the first effect to the end'),
  perMinute: z.array(
    z.object({
      at: z.string(),
      ...{ completed: count, compensated: count, cancelled: count, p99Ms: z.number() },
    }),
  ),
  objective: z.object({ name: z.string(), target: z.number(), met: z.number().nullable() }),
  parked: z.array(
    z.object({ saga: z.string(), step: z.string(), reason: z.string(), count, since: z.string() }),
  ),
});

const shared = {
  ...facingPeople,
  method: 'GET',
  roles: sagaReaders,
  tag: 'sagas',
  query: z.strictObject({ minutes: z.coerce.number().int().min(1).max(1_440).default(60) }),
} as const;

/** Operations that look at all sagas together. */
export const overviewOperations = defineOperations({
  getOverview: {
    ...shared,
    path: '/overview',
    summary: 'All sagas together: what is open, how they ended, how long they took, what is parked',
    answer: { status: 200, body: overviewAnswer, text: 'As the read model has it' },
    problems: ['READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE'],
  },
  followOverview: {
    ...shared,
    path: '/overview/events',
    summary: 'The same as server-sent events: at first, and at each change',
    answer: { status: 200, body: overviewAnswer, isStream: true, text: 'Until the token ends' },
    problems: ['READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE', 'TOO_MANY_STREAMS'],
  },
});

/** Handlers of {@link overviewOperations}. */
export function overviewHandlers(
  parts: Pick<GatewayParts, 'readModel' | 'stopping'>,
  seats: Seats,
): OperationHandlers<typeof overviewOperations> {
  const overviews = createOverviews(parts.readModel);
  return {
    getOverview: async ({ query }) => ({ body: await overviews(query.minutes) }),
    async followOverview({ principal, query: { minutes } }) {
      await overviews(minutes);
      const leave = seats.take(principal.subject);
      return {
        async stream(sink) {
          const { signal: ends, forget } = endOf(principal.expiresAt, parts.stopping);
          try {
            await streamOverview(sink, { ends, look: () => overviews(minutes) });
          } finally {
            forget();
            leave();
          }
        },
      };
    },
  };
}
