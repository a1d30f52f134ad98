import { Counter, Gauge } from 'prom-client';
import { z } from 'zod';
import { idempotencyKeyOf } from '../../platform/http/idempotency-key';
import { isProblem, problem } from '../../platform/http/problem';
import { serviceCallLimits } from '../../platform/discovery/service-client';
import { fromZero } from '../../platform/runtime/from-zero';
import { metricNames } from '../../platform/runtime/metric-names';
import { defineOperations } from '../../platform/security/operations';
import type { Answer, Call, OperationHandlers } from '../../platform/security/operations';
import { findSaga } from '../sagas/find';
import { sagaDeadlineMs, waitSeconds } from '../sagas/patience';
import { assertMayStart, contractOf } from '../sagas/request';
import type { LookUp } from '../sagas/request';
import { startSaga } from '../sagas/start';
import { sagaAnswer, sagaBody, sagaPath } from './saga-body';
import { cachedReadOf } from './own';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';

/** The one operation that starts sagas. Roles are the saga's own: they stand in its contract. */
export const startOperations = defineOperations({
  startSaga: {
    ...facingPeople,
    method: 'POST',
    path: '/sagas/:saga',
    summary: 'Start a saga once per Idempotency-Key; `Prefer: wait=10` waits for its end',
    roles: 'authenticated',
    params: z.strictObject({ saga: z.string().min(1).max(64) }),
    body: z.record(z.string(), z.unknown()),
    answer: {
      status: 202,
      body: sagaAnswer,
      otherwise: { status: 200, text: 'Ended within the time that `Prefer: wait` gave it' },
      headers: ['Location', 'Idempotent-Replayed', 'Preference-Applied'],
      text: 'Started, or started before under this key',
    },
    problems: [
      'IDEMPOTENCY_KEY_MISSING',
      'IDEMPOTENCY_KEY_REUSED',
      'SAGA_UNKNOWN',
      'SAGA_DEADLINE_INVALID',
      'CALLER_MISMATCH',
      'SAGA_TYPE_STOPPED',
      'SAGA_ENGINE_UNAVAILABLE',
      'KEYS_UNAVAILABLE',
      'SUBJECT_FORGOTTEN',
    ],
    tag: 'sagas',
  },
});

type StartCall = Call<(typeof startOperations)['startSaga']>;

/** Looks referenced things up with the caller's own token: nobody learns more than they may see. */
function lookUpFor(parts: GatewayParts, call: StartCall): LookUp {
  return async (service, path) => {
    const { token, signal, requestId } = call;
    const headers = { 'x-request-id': requestId };
    const client = parts.service(service);
    const deadlineMs = Math.min(serviceCallLimits.deadlineMs, call.leftMs());
    const answer = await client.call({ method: 'GET', path, token, signal, headers, deadlineMs });
    if (answer.status === 404) return undefined;
    if (answer.status === 200) return JSON.parse(answer.body) as Record<string, unknown>;
    throw problem('SERVICE_UNAVAILABLE', { detail: `${service} answered ${answer.status}` });
  };
}

/** Waits as long as the caller prefers; undefined when the saga goes on. */
async function endedWithin(parts: GatewayParts, workflowId: string, seconds: number) {
  if (seconds === 0 || !(await parts.engine.ended(workflowId, seconds * 1_000))) return undefined;
  return findSaga(parts, workflowId, () => true);
}

/** Whoever started it must not be answered from before: neither what there was, nor that there is nothing. */
async function expectChange({ cache }: GatewayParts, saga: string, businessKey: string) {
  const read = cachedReadOf(saga, businessKey);
  if (read !== undefined) await cache.expect(read);
}

async function start(parts: GatewayParts, call: StartCall): Promise<Answer> {
  const contract = contractOf(parts.catalog, call.params.saga);
  assertMayStart(contract, call.principal.roles);
  const idempotencyKey = idempotencyKeyOf(call.request);
  const { subject, roles } = call.principal;
  const lookUp = lookUpFor(parts, call);
  const deadlineMs = sagaDeadlineMs(call.request.get('x-saga-deadline'), contract);
  const wanted = { contract, body: call.body, subject, roles, idempotencyKey, lookUp, deadlineMs };
  const { workflowId, businessKey, replayed } = await startSaga(parts, wanted);
  const seconds = waitSeconds(call);
  await expectChange(parts, contract.name, businessKey);
  const headers: Record<string, string> = {
    location: sagaPath(workflowId),
    ...(replayed ? { 'idempotent-replayed': 'true' } : {}),
    ...(seconds > 0 ? { 'preference-applied': `wait=${seconds}` } : {}),
  };
  const ended = await endedWithin(parts, workflowId, seconds);
  if (ended !== undefined) return { status: 200, headers, body: sagaBody(parts, ended) };
  const links = { self: sagaPath(workflowId), cancel: `${sagaPath(workflowId)}/cancel` };
  const id = { id: workflowId, saga: contract.name, businessKey };
  const body = {
    ...id,
    state: 'starting',
    links: { ...links, webUi: parts.engine.webUi(workflowId) },
  };
  return { status: 202, headers, body };
}

/** How a start was answered, for the metric; names of sagas nobody wrote are one label value. */
function outcomeOf(error: unknown): string {
  return isProblem(error) && error.status < 500 ? 'refused' : 'unavailable';
}

/** Shows how long a saga may be silent by its contract, for whoever asks whether one makes no progress. */
function showPatience({ catalog, registry }: GatewayParts): void {
  const patience = new Gauge({
    name: metricNames.sagaPatience,
    help: 'Seconds a saga may take by its contract: its deadline, and what may freeze it',
    labelNames: ['saga'],
    registers: [registry],
  });
  for (const { name: saga, deadlineMs, frozenMs = 0 } of catalog) {
    patience.set({ saga }, (deadlineMs + frozenMs) / 1_000);
  }
}

/** Handlers of {@link startOperations}. */
export function startHandlers(parts: GatewayParts): OperationHandlers<typeof startOperations> {
  const known = new Set(parts.catalog.map(({ name }) => name));
  const starts = new Counter({
    name: metricNames.sagaStarts,
    help: 'Requests to start a saga, by saga and answer',
    labelNames: ['saga', 'answer'],
    registers: [parts.registry],
  });
  fromZero(starts, {
    saga: [...known],
    answer: ['started', 'replayed', 'refused', 'unavailable'],
  });
  showPatience(parts);
  return {
    async startSaga(call) {
      const saga = known.has(call.params.saga) ? call.params.saga : 'unknown';
      try {
        const answer = await start(parts, call);
        const replayed = answer.headers?.['idempotent-replayed'] === 'true';
        starts.inc({ saga, answer: replayed ? 'replayed' : 'started' });
        return answer;
      } catch (error) {
        starts.inc({ saga, answer: outcomeOf(error) });
        throw error;
      }
    },
  };
}
