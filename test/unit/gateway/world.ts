import { Registry } from 'prom-client';
import { createLogins } from '../../../gateway/codec/session';
import type { LoginParts } from '../../../gateway/codec/session';
import { createGateway } from '../../../gateway/server';
import type {
  SagaDescription,
  SagaEngine,
  SagaMessage,
  StartRequest,
} from '../../../gateway/sagas/engine';
import { createSwitches } from '../../../gateway/sagas/switches';
import type { SwitchEngine } from '../../../gateway/sagas/switches';
import type { ReadModel, SagaRow } from '../../../gateway/read-model';
import { createCache } from '../../../platform/cache/cache';
import { testVault } from '../../support/vault';
import type { ServiceAnswer, ServiceRequest } from '../../../platform/discovery/service-client';
import { createHealth } from '../../../platform/http/health';
import { createMetrics } from '../../../platform/http/metrics';
import { problem } from '../../../platform/http/problem';
import { createRateLimiter } from '../../../platform/http/rate-limit';
import { silentLog } from '../../../platform/runtime/log';
import type { Log } from '../../../platform/runtime/log';
import type { SagaGrant } from '../../../platform/saga/grants/grant';
import type { RevocationEngine } from '../../../gateway/sagas/temporal-revocation';
import type { RevokeRequest, SwitchRequest, SwitchState } from '../../../platform/saga/verbs';
import type { SagaView } from '../../../platform/saga/wire';
import { fixedKeys } from '../../../platform/security/keys/vault';
import type { KeySet } from '../../../platform/security/keys/vault';
import { TokenRefused } from '../../../platform/security/tokens';
import { fixedKeyring } from '../../../platform/testing/fixed-keyring';
import { catalog } from '../../../workflows/catalog';
import { rehearseSubjects } from '../../support/subjects';
import { createTestGrants } from '../../support/grants';
import type { TestGrants } from '../../support/grants';
import { ask } from '../http/in-process';
import type { WireAnswer } from '../http/in-process';

/** What the parts around the gateway know, changed by tests as they like. */
export interface Surroundings {
  /** Workflow ids with what was started under them. */
  readonly started: Map<string, SagaDescription>;
  /** What Temporal was given, in order. */
  readonly given: StartRequest[];
  /** The key store as far as people go. */
  readonly subjects: ReturnType<typeof rehearseSubjects>;
  /** Sealed deliveries of orders in the read model. */
  readonly deliveries: Map<string, string>;
  /** What the cache holds. */
  readonly cached: Map<string, string>;
  readonly views: Map<string, SagaView>;
  readonly rows: Map<string, SagaRow>;
  readonly products: Map<string, object>;
  /** What sagas were granted at their start. */
  readonly granted: SagaGrant[];
  /** The same, as they travel. */
  readonly grants: Uint8Array[];
  /** What the read model was asked for lists of sagas. */
  readonly searched: Parameters<ReadModel['sagas']>[0][];
  readonly asked: { readonly service: string; readonly request: ServiceRequest }[];
  readonly sent: (SagaMessage & { readonly to: string })[];
  /** Ends that were waited for: workflow ids and milliseconds. */
  readonly waited: [string, number][];
  /** What happens while somebody waits. */
  onWaited?: () => void;
  /** Workflow ids that run no more, or never did. */
  readonly closed: Set<string>;
  away: Set<'engine' | 'read-model' | 'services'>;
  answer: (request: ServiceRequest) => ServiceAnswer;
  delivery: Awaited<ReturnType<SagaEngine['send']>>;
  /** The same, by the id of the update. */
  deliver?: (updateId: string) => Awaited<ReturnType<SagaEngine['send']>>;
  /** What was asked of the switches of saga types. */
  readonly turned: SwitchRequest[];
  readonly switches: Map<string, SwitchState>;
  /** Whose grants were revoked. */
  readonly revoked: RevokeRequest[];
  /** What a revocation finds open. */
  open: readonly string[];
}

const unavailable = problem('SERVICE_UNAVAILABLE');

function engineOf(world: Surroundings): SagaEngine & RevocationEngine {
  const reach = (): void => {
    if (world.away.has('engine')) throw unavailable;
  };
  return {
    async start(request) {
      const { workflowId, saga, start, grant } = request;
      reach();
      world.grants.push(grant);
      if (world.started.has(workflowId)) return 'exists';
      world.given.push(request);
      const { requestHash, owner, businessKey } = start;
      const memo = { requestHash, owner, businessKey };
      const startedAt = '2026-01-01T00:00:00.000Z';
      world.started.set(workflowId, {
        workflowId,
        saga,
        memo,
        open: true,
        sagaId: `${workflowId}/run`,
        state: 'running',
        startedAt,
      });
      return 'started';
    },
    async describe(workflowId) {
      reach();
      return world.started.get(workflowId);
    },
    async view(workflowId) {
      reach();
      return world.views.get(workflowId);
    },
    async send(workflowId, message) {
      reach();
      if (world.closed.has(workflowId)) return { kind: 'closed' };
      world.sent.push({ ...message, to: workflowId });
      return world.deliver?.(message.updateId) ?? world.delivery;
    },
    async ended(workflowId, waitMs) {
      world.waited.push([workflowId, waitMs]);
      world.onWaited?.();
      return world.views.has(workflowId);
    },
    async revoke(request) {
      reach();
      world.revoked.push(request);
      if (world.delivery.kind !== 'answered') return world.delivery;
      const { open } = world;
      return { kind: 'answered', answer: { revokedAt: '2026-01-01T00:00:00.000Z', open } };
    },
    ping: () => Promise.resolve(),
    webUi: (workflowId) => `http://ui.test/${workflowId}`,
  };
}

function switchesOf(world: Surroundings): SwitchEngine {
  return {
    async lastSwitch() {
      if (world.away.has('engine')) throw unavailable;
      return { switches: [...world.switches.values()] };
    },
    async turnSwitch(request) {
      world.turned.push(request);
      if (world.delivery.kind !== 'answered') return world.delivery;
      const { saga = '', verb, reason = '' } = request;
      const since = '2026-01-01T00:00:00.000Z';
      world.switches.set(saga, { saga, stopped: verb === 'stop', actor: 'p', reason, since });
      return { kind: 'answered', answer: { switches: [...world.switches.values()] } };
    },
  };
}

function readModelOf(world: Surroundings): ReadModel {
  const reach = (): void => {
    if (world.away.has('read-model')) throw new Error('database away');
  };
  return {
    async orderStatus(orderId) {
      reach();
      if (orderId !== 'o-1') return undefined;
      const updatedAt = '2026-01-01T00:00:00.000Z';
      const order = { orderId, customerId: 'ann', status: 'open', updatedAt, asOf: updatedAt };
      const delivery = world.deliveries.get(orderId);
      return { ...order, ...(delivery === undefined ? {} : { delivery }), incomplete: false };
    },
    async customerOrders() {
      reach();
      return { items: [] };
    },
    async sagaByWorkflowId(workflowId) {
      reach();
      return world.rows.get(workflowId);
    },
    async sagas(asked) {
      reach();
      world.searched.push(asked);
      const { owner } = asked;
      return { items: [...world.rows.values()].filter((row) => !owner || row.owner === owner) };
    },
    ping: () => Promise.resolve(),
  };
}

async function callService(world: Surroundings, service: string, request: ServiceRequest) {
  world.asked.push({ service, request });
  if (world.away.has('services')) throw unavailable;
  return world.answer(request);
}

const json = (status: number, body: object): ServiceAnswer => ({
  status,
  headers: { 'content-type': 'application/json', 'x-internal': 'secret' },
  body: JSON.stringify(body),
});

let madeGrants: Promise<TestGrants> | undefined;

/** Grants as the gateway of these tests signs them; keys are made once a file, by the first who needs them. */
export const testGrants = (): Promise<TestGrants> => (madeGrants ??= createTestGrants());

/** Tokens here are `<subject>:<role>+<role>`, or `<subject>:<role>:<limit in cents>`; everything else is refused. */
const tokens = {
  verify: (token: string) => {
    const [subject, given, limit] = token.split(':');
    if (!subject || !given) return Promise.reject(new TokenRefused('MALFORMED'));
    const roles = given.split('+');
    const principal = { subject, username: subject, roles, clientId: 'c', tokenId: 't' };
    const limited = limit === undefined ? {} : { approvalLimitCents: Number(limit) };
    return Promise.resolve({ ...principal, ...limited, expiresAt: 0 });
  },
};

/** Issuer of every token in these tests. */
export const issuer = 'https://id.test/realms/holdfast';

function surroundings(): Surroundings {
  const products = new Map([['tea', { sku: 'tea', currency: 'EUR' }]]);
  return {
    products,
    given: [],
    subjects: rehearseSubjects(),
    deliveries: new Map(),
    cached: new Map(),
    started: new Map(),
    granted: [],
    grants: [],
    views: new Map(),
    rows: new Map(),
    asked: [],
    searched: [],
    waited: [],
    turned: [],
    switches: new Map(),
    revoked: [],
    open: [],
    sent: [],
    closed: new Set(),
    away: new Set(),
    answer: ({ path }) => {
      const product = products.get(path.slice('/products/'.length));
      return product === undefined ? json(404, { code: 'NOT_FOUND' }) : json(200, product);
    },
    delivery: { kind: 'answered', answer: 'accepted' },
  };
}

export interface GatewayCall {
  readonly method?: string;
  readonly path: string;
  /** `<subject>:<role>`, more roles after a plus. */
  readonly as?: string;
  readonly key?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface OpenOptions {
  readonly limits?: { readonly subject: number };
  readonly log?: Log;
  /** Keys of payloads; none unless told. */
  readonly keys?: KeySet;
  /** What the auth server gives for a code; nothing unless told. */
  readonly exchange?: LoginParts['exchange'];
}

/** The real gateway among parts that live in memory. */
export function openGateway(options: OpenOptions = {}) {
  const world = surroundings();
  const { log = silentLog, keys = fixedKeys([]) } = options;
  const metrics = createMetrics({ defaults: false });
  const kept = world.cached;
  const store = {
    get: async (key: string) => kept.get(key) ?? null,
    set: async (key: string, value: string) => kept.set(key, value),
    del: async (key: string) => kept.delete(key),
  };
  const cached = { store, log: silentLog, registry: new Registry(), prefix: '' };
  const cache = createCache({ ...cached, vault: testVault() });
  const limiter = createRateLimiter({
    redis: undefined,
    prefix: '',
    registry: metrics.registry,
    ...options,
  });
  const app = createGateway({
    parts: {
      ...{ catalog, cache, issuer, log, registry: metrics.registry },
      subjects: world.subjects.subjects,
      engine: engineOf(world),
      readModel: readModelOf(world),
      grants: { mint: async (act, person) => (await testGrants()).mint(act, person) },
      sagaGrants: {
        async mint(grant) {
          world.granted.push(grant);
          return (await testGrants()).sagas.mint(grant);
        },
      },
      switches: createSwitches(switchesOf(world), { log }),
      payloads: { keys, namespace: 'holdfast', refused: () => undefined },
      logins: createLogins({
        ...{ issuer, tokens, webUi: 'http://ui.test' },
        vault: fixedKeyring().vault('grants'),
        exchange: (form) => options.exchange?.(form) ?? Promise.resolve(undefined),
      }),
      service: (name) => ({
        call: (request) => callService(world, name, request),
        close: () => Promise.resolve(),
      }),
    },
    ...{ tokens, limiter, metrics, health: createHealth(), version: '0.0.0' },
    codecOrigins: ['http://ui.test'],
  });
  const call = ({ as, key, headers, ...request }: GatewayCall): Promise<WireAnswer> =>
    ask(app, {
      ...request,
      headers: {
        ...(as === undefined ? {} : { authorization: `Bearer ${as}` }),
        ...(key === undefined ? {} : { 'idempotency-key': key }),
        ...headers,
      },
    });
  return { world, call };
}
