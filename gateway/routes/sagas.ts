import { z } from 'zod';
import { defineOperations, hasRole } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import { readModelFailed } from '../read-model';
import { findSaga, maySee, noSuchSaga, sagaReaders } from '../sagas/find';
import { pseudonymOf } from '../sagas/idempotency';
import { waitSeconds } from '../sagas/patience';
import { hasEnded } from '../sagas/reach';
import type { Seats } from '../sagas/seats';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';
import { explanationAnswer, explanationBody } from './explanation';
import { followHandlers } from './follow';
import { rowBody, sagaAnswer, sagaBody } from './saga-body';

/** A saga's id as it stands in URLs: its workflow id. */
export const itsSaga = z.strictObject({ id: z.string().min(1).max(200) });

/** Parts of a list: at most 100 at once. */
export const pageQuery = {
  after: z.string().min(1).max(300).optional().describe('`next` of the part before'),
  limit: z.coerce.number().int().min(1).max(100).default(20),
};

const states = z.enum([
  'running',
  'compensating',
  'parked',
  'completed',
  'compensated',
  'cancelled',
]);
const code = z.string().regex(/^[A-Z][A-Z0-9_]{0,63}$/);
/** Any RFC 3339 time, as the read model writes it. */
const time = z.iso.datetime({ offset: true }).transform((text) => new Date(text).toISOString());

/** What sagas are looked for by. */
export const sagaFilter = {
  saga: z.string().min(1).max(64).optional(),
  state: states.optional(),
  reason: code.optional().describe('Code of what turned it back'),
  parkedReason: code.optional().describe('Code it is parked with'),
  step: z.string().min(1).max(100).optional().describe('Step it is parked at'),
  owner: z
    .string()
    .regex(/^[0-9a-f]{32}$/)
    .optional()
    .describe('Pseudonym of who started it, as answers have it'),
  businessKey: z
    .string()
    .min(1)
    .max(300)
    .optional()
    .describe('Of the business object, for example the order id'),
  startedAfter: time.optional(),
  startedBefore: time.optional(),
  finishedAfter: time.optional().describe('Ended at this time or later'),
  finishedBefore: time.optional().describe('Ended earlier than this'),
};

/** Operations that look at sagas. */
export const sagaOperations = defineOperations({
  listSagas: {
    ...facingPeople,
    method: 'GET',
    path: '/sagas',
    summary:
      'Sagas, newest first: your own, or everybody’s for operators, admins, viewers and approvers',
    roles: 'authenticated',
    query: z.strictObject({ ...sagaFilter, ...pageQuery }),
    answer: {
      status: 200,
      body: z.object({ sagas: z.array(sagaAnswer), next: z.string().optional() }),
      text: 'A part of the list',
    },
    problems: ['NOT_FOUND', 'QUERY_INVALID', 'READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE'],
    tag: 'sagas',
  },
  getSaga: {
    ...facingPeople,
    method: 'GET',
    fresh: 'private',
    path: '/sagas/:id',
    summary:
      'A saga: its state, its steps, who started it and when; `Prefer: wait=10` waits for its end',
    roles: 'authenticated',
    params: itsSaga,
    answer: {
      status: 200,
      body: sagaAnswer,
      headers: ['Preference-Applied'],
      text: 'The saga as it stands',
    },
    problems: ['NOT_FOUND', 'SAGA_ENGINE_UNAVAILABLE'],
    tag: 'sagas',
  },
  followSaga: {
    ...facingPeople,
    method: 'GET',
    path: '/sagas/:id/events',
    summary:
      'Follow a saga: server-sent events, the whole of it at each change, then `end`; `Last-Event-ID` goes on',
    roles: 'authenticated',
    params: itsSaga,
    answer: { status: 200, body: sagaAnswer, isStream: true, text: 'Events until the saga ends' },
    problems: [
      ...(['NOT_FOUND', 'SAGA_ENGINE_UNAVAILABLE', 'TOO_MANY_STREAMS'] as const),
      ...(['READ_MODEL_UNAVAILABLE', 'KEYS_UNAVAILABLE'] as const),
    ],
    tag: 'sagas',
  },
  explainSaga: {
    ...facingPeople,
    method: 'GET',
    path: '/sagas/:id/explanation',
    summary: 'What happened to a saga, what is known of each step, and what may be done about it',
    roles: 'authenticated',
    params: itsSaga,
    answer: { status: 200, body: explanationAnswer, text: 'The saga in plain words' },
    problems: [
      'NOT_FOUND',
      'SAGA_ENGINE_UNAVAILABLE',
      'READ_MODEL_UNAVAILABLE',
      'KEYS_UNAVAILABLE',
    ],
    tag: 'sagas',
  },
});

type Defined<Members> = { [Name in keyof Members]: Exclude<Members[Name], undefined> };

/** The same members without those that are undefined. */
export function defined<Members extends object>(members: Members): Defined<Members> {
  const entries = Object.entries(members).filter(([, value]) => value !== undefined);
  return Object.fromEntries(entries) as Defined<Members>;
}

/** Handlers of {@link sagaOperations}. */
export function sagaHandlers(
  parts: GatewayParts,
  seats: Seats,
): OperationHandlers<typeof sagaOperations> {
  return {
    ...followHandlers(parts, seats),
    async listSagas({ query, principal }) {
      const own = { owner: pseudonymOf(parts.issuer, principal.subject) };
      const everybody = hasRole(principal, sagaReaders);
      // The sagas of others look like none at all, in lists too.
      if (!everybody && query.owner !== undefined && query.owner !== own.owner) throw noSuchSaga();
      const found = await parts.readModel
        .sagas(defined({ ...query, ...(everybody ? {} : own) }))
        .catch(readModelFailed);
      const sagas = found.items.map((row) => rowBody(parts, row));
      return { body: defined({ sagas, next: found.next }) };
    },
    async getSaga(call) {
      const { id } = call.params;
      const { principal } = call;
      const mine = (owner: string) => maySee(principal, parts.issuer, owner);
      const found = await findSaga(parts, id, mine);
      if (found === undefined) throw noSuchSaga();
      const body = sagaBody(parts, found);
      const seconds = waitSeconds(call);
      if (seconds === 0) return { body };
      const headers = { 'preference-applied': `wait=${seconds}` };
      if (hasEnded(String(body.state))) return { headers, body };
      await parts.engine.ended(id, seconds * 1_000);
      return { headers, body: sagaBody(parts, (await findSaga(parts, id, mine)) ?? found) };
    },
    async explainSaga({ params, principal }) {
      const mine = (owner: string) => maySee(principal, parts.issuer, owner);
      const found = await findSaga(parts, params.id, mine);
      if (found === undefined) throw noSuchSaga();
      return { body: await explanationBody(parts, found) };
    },
  };
}
