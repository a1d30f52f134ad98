import { z } from 'zod';
import { keyOrOwn } from '../../platform/http/idempotency-key';
import { problem } from '../../platform/http/problem';
import { defineOperations } from '../../platform/security/operations';
import type { Answer, Call, OperationHandlers } from '../../platform/security/operations';
import { actIdOf } from '../../platform/security/pseudonym';
import { bulkLimits, bulkVerbs, collectTargets } from '../bulk/collect';
import type { Target } from '../bulk/collect';
import type { BulkProgress } from '../bulk/run';
import { createBulkRuns } from '../bulk/runs';
import type { BulkRuns } from '../bulk/runs';
import { gatewayProblem } from '../problems';
import { personOf } from '../sagas/acting';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { defined, sagaFilter } from './sagas';
import { actReason } from './verbs';

const shared = { ...facingPeople, roles: ['operator'], tag: 'sagas' } as const;
const failure = z.object({ saga: z.string(), code: z.string(), detail: z.string() });
const progress = z.object({
  id: z.string(),
  verb: z.enum(bulkVerbs),
  reason: z.string(),
  state: z.enum(['running', 'done', 'stopped', 'cancelled']),
  total: z.number(),
  accepted: z.number(),
  failed: z.number(),
  failures: z.array(failure).describe(`The first ${bulkLimits.failuresKeptMax}`),
  stoppedBecause: failure.optional(),
  startedAt: z.string(),
  finishedAt: z.string().optional(),
  links: z.record(z.string(), z.string()),
});
const preview = z.object({
  count: z.number(),
  sample: z.array(z.looseObject({ workflowId: z.string(), businessKey: z.string() })),
});
const itsRun = z.strictObject({ id: z.string().regex(/^[0-9a-f]{32}$/) });

/** Operations that act on many sagas at once. */
export const bulkOperations = defineOperations({
  startBulk: {
    ...shared,
    method: 'POST',
    key: 'optional',
    path: '/sagas/bulk',
    summary: 'Tell many sagas the same: first with `dryRun` for the count, then with that count',
    body: z.strictObject({
      verb: z.enum(bulkVerbs),
      filter: z.strictObject(sagaFilter).refine((given) => Object.keys(given).length > 0, {
        message: 'at least one condition is needed',
      }),
      reason: actReason,
      ratePerSecond: z.number().min(0.1).max(bulkLimits.ratePerSecondMax).default(5),
      stopOnNewFailure: z.boolean().default(true),
      expectedCount: z.int().min(0).optional().describe('The `count` of the dry run'),
      dryRun: z.boolean().default(false),
    }),
    answer: {
      status: 202,
      body: z.union([progress, preview]),
      otherwise: { status: 200, text: 'What a dry run found' },
      text: 'On its way',
    },
    problems: [
      ...(['COUNT_CHANGED', 'BULK_TOO_LARGE', 'BULK_BUSY'] as const),
      ...(['READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE'] as const),
    ],
  },
  getBulk: {
    ...shared,
    method: 'GET',
    path: '/sagas/bulk/:id',
    summary: 'How far a bulk run is',
    params: itsRun,
    answer: { status: 200, body: progress, text: 'Its progress' },
  },
  cancelBulk: {
    ...shared,
    method: 'DELETE',
    path: '/sagas/bulk/:id',
    summary: 'End a bulk run before its next saga; what was done stays done',
    params: itsRun,
    answer: { status: 202, body: progress, text: 'It ends before the next saga' },
  },
});

const sampleSize = 10;

function bodyOf(told: BulkProgress): object {
  return { ...told, links: { self: `/sagas/bulk/${told.id}` } };
}

function assertCount(expected: number | undefined, targets: readonly Target[]): void {
  if (expected === targets.length) return;
  const detail =
    expected === undefined
      ? `give expectedCount: the filter finds ${targets.length} now`
      : `expected ${expected}, the filter finds ${targets.length} now: look again with dryRun`;
  throw gatewayProblem('COUNT_CHANGED', { detail });
}

type StartCall = Call<(typeof bulkOperations)['startBulk']>;

/** The same key, verb, filter and reason of one person are the same run, however many sagas are left by now. */
function bulkIdOf({ request, principal, body }: StartCall): string {
  const key = keyOrOwn(request);
  return actIdOf(['bulk', principal.subject, key, body.verb, body.filter, body.reason]);
}

async function start(parts: GatewayParts, runs: BulkRuns, call: StartCall): Promise<Answer> {
  const { verb, reason, expectedCount, dryRun, ratePerSecond, stopOnNewFailure } = call.body;
  const id = bulkIdOf(call);
  const headers = { location: `/sagas/bulk/${id}` };
  const known = dryRun ? undefined : runs.find(id);
  if (known?.progress().state === 'running') {
    return { status: 202, headers, body: bodyOf(known.progress()) };
  }
  const filter = defined(call.body.filter);
  const targets = await collectTargets(parts.readModel, verb, filter);
  if (dryRun) {
    return { status: 200, body: { count: targets.length, sample: targets.slice(0, sampleSize) } };
  }
  assertCount(expectedCount, targets);
  const person = personOf(parts.issuer, call.principal);
  const { step } = filter;
  const plan = { id, verb, targets, person, reason, ratePerSecond, stopOnNewFailure };
  const run = runs.start(parts, { ...plan, ...(step === undefined ? {} : { step }) });
  return { status: 202, headers, body: bodyOf(run.progress()) };
}

/** Handlers of {@link bulkOperations}. */
export function bulkHandlers(
  parts: GatewayParts,
  runs: BulkRuns = createBulkRuns(),
): OperationHandlers<typeof bulkOperations> {
  const find = (id: string) => {
    const run = runs.find(id);
    const detail = 'there is no such run here; a restart forgets runs, send the request again';
    if (run === undefined) throw problem('NOT_FOUND', { detail });
    return run;
  };
  return {
    startBulk: (call) => start(parts, runs, call),
    getBulk: ({ params }) => ({ body: bodyOf(find(params.id).progress()) }),
    cancelBulk: ({ params }) => {
      const run = find(params.id);
      run.cancel();
      return { status: 202, body: bodyOf(run.progress()) };
    },
  };
}
