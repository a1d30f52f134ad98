import type { Payload } from '@temporalio/common';
import { Counter } from 'prom-client';
import { z } from 'zod';
import { problem } from '../../platform/http/problem';
import { fromZero } from '../../platform/runtime/from-zero';
import { metricNames } from '../../platform/runtime/metric-names';
import { EnvelopeRefused } from '../../platform/security/keys/envelope';
import { openPayload, workflowOf } from '../../platform/security/keys/temporal-payload';
import type { KeySet } from '../../platform/security/keys/vault';
import { defineOperations } from '../../platform/security/operations';
import type { OperationHandlers } from '../../platform/security/operations';
import { pseudonymOf } from '../../platform/security/pseudonym';
import { gatewayProblem } from '../problems';
import { facingPeople } from './parts';
import type { GatewayParts } from './parts';

/** Payloads of one question: the Web UI asks for a page of a history at once. */
export const payloadsMax = 1_000;

/** What the Web UI may be given: keys, and the one namespace they are for. */
export interface PayloadReading {
  readonly keys: KeySet;
  readonly namespace: string;
  /** Told of every payload that was not opened. */
  refused(reason: EnvelopeRefused['reason']): void;
}

/** As Temporal writes payloads in JSON: bytes in base64. */
const payload = z.object({
  metadata: z.record(z.string(), z.base64()).optional(),
  data: z.base64().optional(),
});
const payloads = z.object({ payloads: z.array(payload).max(payloadsMax) });

/** There is no operation that seals: nobody needs it, and whoever could use it could forge what sagas believe. */
export const codecOperations = defineOperations({
  decodePayloads: {
    ...facingPeople,
    method: 'POST',
    path: '/codec/decode',
    summary: "Read payloads for Temporal's Web UI; who read what is written down",
    roles: ['operator'],
    // The Web UI says so with every question; we have no payloads that are stored elsewhere.
    query: z.object({ preserveStorageRefs: z.enum(['true', 'false']).optional() }),
    body: payloads,
    answer: {
      status: 200,
      body: payloads,
      text: 'The payloads; one that may not be opened stays sealed',
    },
    problems: ['KEYS_UNAVAILABLE', 'NOT_FOUND'],
    tag: 'sagas',
  },
  beginCodecLogin: {
    ...facingPeople,
    method: 'GET',
    path: '/codec/login',
    summary: "Log in to read payloads in Temporal's Web UI",
    roles: 'anyone',
    answer: { status: 302, headers: ['Location'], text: 'To the auth server' },
    problems: ['KEYS_UNAVAILABLE'],
    tag: 'sagas',
  },
  endCodecLogin: {
    ...facingPeople,
    method: 'GET',
    path: '/codec/callback',
    summary: 'Where the auth server sends people back after a login',
    roles: 'anyone',
    query: z.looseObject({ code: z.string().max(2_000), state: z.string().max(200) }),
    answer: {
      status: 302,
      headers: ['Location'],
      text: 'To the Web UI, with a cookie that lasts as long as the access token',
    },
    problems: ['LOGIN_REFUSED', 'ROLE_MISSING', 'KEYS_UNAVAILABLE', 'AUTHORITY_UNAVAILABLE'],
    tag: 'sagas',
  },
});

/** Handlers of {@link codecOperations}. */
export function codecHandlers(
  parts: Pick<GatewayParts, 'payloads' | 'logins' | 'issuer' | 'log' | 'registry'>,
): OperationHandlers<typeof codecOperations> {
  const { payloads: reading, log } = parts;
  const read = new Counter({
    name: metricNames.codecDecodes,
    help: 'Payloads read for people, by outcome',
    labelNames: ['outcome'],
    registers: [parts.registry],
  });
  fromZero(read, { outcome: ['opened', 'refused', 'plain'] });
  return {
    beginCodecLogin: ({ request }) => parts.logins.begin(request),
    endCodecLogin: ({ request, query }) => parts.logins.end(request, query),
    decodePayloads({ body, principal, request, requestId }) {
      const namespace = request.get('x-namespace') ?? reading.namespace;
      if (namespace !== reading.namespace) throw problem('NOT_FOUND');
      if (reading.keys.current() === undefined) throw gatewayProblem('KEYS_UNAVAILABLE');
      const found = body.payloads.map((one) => readOne(reading, bytesOf(one)));
      const counts = { opened: 0, refused: 0, plain: 0 };
      for (const { outcome } of found) {
        counts[outcome] += 1;
        read.inc({ outcome });
      }
      const workflowIds = new Set(found.flatMap(({ workflowId }) => workflowId ?? []));
      log.info('payloads were read', {
        actor: pseudonymOf(parts.issuer, principal.subject),
        ...{ requestId, namespace, workflowId: [...workflowIds].join(' ') },
        ...{ count: counts.opened, outcome: `${counts.refused} refused` },
      });
      return { body: { payloads: found.map((one) => jsonOf(one.payload)) } };
    },
  };
}

interface ReadPayload {
  readonly payload: Payload;
  readonly outcome: 'opened' | 'refused' | 'plain';
  readonly workflowId?: string;
}

/** What was never sealed is given back: whoever asks has it already. What is refused is given back sealed. */
function readOne(reading: PayloadReading, asked: Payload): ReadPayload {
  const workflowId = workflowOf(asked);
  if (workflowId === undefined) return { payload: asked, outcome: 'plain' };
  const place = { namespace: reading.namespace, workflowId };
  try {
    const opened = openPayload(asked, (id) => reading.keys.byId(id), place);
    return { payload: opened, outcome: 'opened', workflowId };
  } catch (error) {
    if (!(error instanceof EnvelopeRefused)) throw error;
    reading.refused(error.reason);
    return { payload: asked, outcome: 'refused', workflowId };
  }
}

function bytesOf({ metadata = {}, data = '' }: z.output<typeof payload>): Payload {
  const named = Object.entries(metadata).map(([name, value]) => [
    name,
    Buffer.from(value, 'base64'),
  ]);
  return {
    metadata: Object.fromEntries(named) as Record<string, Uint8Array>,
    data: Buffer.from(data, 'base64'),
  };
}

function jsonOf({ metadata, data }: Payload): z.output<typeof payload> {
  const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64');
  const named = Object.entries(metadata ?? {}).map(([name, value]) => [name, base64(value)]);
  return {
    metadata: Object.fromEntries(named) as Record<string, string>,
    data: base64(data ?? new Uint8Array()),
  };
}
