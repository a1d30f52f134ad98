import type {
  SagaDescription,
  SagaEngine,
  SagaMessage,
  StartRequest,
} from '../../../gateway/sagas/engine';
import type { SwitchEngine } from '../../../gateway/sagas/switches';
import type { AuthForm } from '../../../gateway/login/auth-server';
import type { GatewayOptions } from '../../../gateway/server';
import type { Projection, ReadRow } from '../../../platform/event-log/projector/projection';
import type { SagaOverview } from '../../../projections/overview';
import type { Dated } from '../../../projections/read-model';
import { dataKey } from '../../../platform/security/keys/envelope';
import { fixedKeys } from '../../../platform/security/keys/vault';
import type { ReadModel, SagaRow } from '../../../gateway/read-model';
import type { ServiceAnswer, ServiceRequest } from '../../../platform/discovery/service-client';
import { versionOf } from '../../../platform/cache/store';
import { problem } from '../../../platform/http/problem';
import { Fault } from '../../../platform/kernel/faults';
import type { FaultCode } from '../../../platform/kernel/faults';
import type { SagaGrant } from '../../../platform/saga/grants/grant';
import type { RevocationEngine } from '../../../gateway/sagas/temporal-revocation';
import type { RevokeRequest, SwitchRequest, SwitchState } from '../../../platform/saga/verbs';
import type { SagaView } from '../../../platform/saga/wire';
import type { memoryCacheStore } from '../../support/memory-cache-store';
import type { rehearseSubjects } from '../../support/subjects';

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
  readonly cached: ReturnType<typeof memoryCacheStore>;
  readonly views: Map<string, SagaView>;
  readonly rows: Map<string, SagaRow>;
  /** Name of the table the rows are in. */
  generation: string;
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
  away: Set<'engine' | 'read-model' | 'services' | 'consul'>;
  /** The gateway's own certificate, PEM. */
  certificate: string;
  /** The code that the read model throws, where it is there and cannot answer. */
  refusal?: FaultCode;
  answer: (request: ServiceRequest) => ServiceAnswer;
  delivery: Awaited<ReturnType<SagaEngine['send']>>;
  /** The same, by the id of the update. */
  deliver?: (updateId: string) => Awaited<ReturnType<SagaEngine['send']>>;
  /** What was asked of the switches of saga types. */
  readonly turned: SwitchRequest[];
  readonly switches: Map<string, SwitchState>;
  /** Who has left the auth server. */
  readonly left: AuthForm[];
  /** Whose grants were revoked. */
  readonly revoked: RevokeRequest[];
  /** What is known of all sagas together. */
  overview: SagaOverview;
  /** What a revocation finds open. */
  open: readonly string[];
}

export const unavailable = problem('SERVICE_UNAVAILABLE');

/** A read model without sagas. */
export const nothingYet: SagaOverview = {
  open: { running: 0, compensating: 0, parked: 0 },
  ...{ ended: [], perMinute: [], parked: [], isPartial: false },
};

/** A system of one service that is well, and one that is not asked. */
export function systemAround(world: Surroundings): GatewayOptions['system'] {
  const services = new Map([
    ['orders', { isRefused: () => false }],
    ['payments', { isRefused: () => true }],
  ]);
  const instance = (status: string, port: number) => ({
    Node: { Address: '10.0.0.1' },
    Service: { ID: `i-${port}`, Address: '', Port: port },
    Checks: [{ Status: status }],
  });
  return {
    services,
    consul: {
      async ask({ path }) {
        if (world.away.has('consul')) throw unavailable;
        const isOrders = path.endsWith('/orders');
        const body = isOrders ? [instance('passing', 7001), instance('critical', 7002)] : [];
        return { status: 200, index: '1', body };
      },
    },
    keys: { cache: fixedKeys([dataKey('cache-7', Buffer.alloc(32, 1))]), temporal: fixedKeys([]) },
    certificate: () => world.certificate,
  };
}

export function engineOf(world: Surroundings): SagaEngine & RevocationEngine {
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

export function switchesOf(world: Surroundings): SwitchEngine {
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

export function readModelOf(world: Surroundings): ReadModel {
  const reach = (): void => {
    if (world.away.has('read-model')) throw new Error('database away');
    if (world.refusal !== undefined) throw new Fault(world.refusal, 'of a test');
  };
  return {
    // Of the one projection that is read by its key.
    async row<Row extends ReadRow>(_projection: Projection<Row>, orderId: string) {
      reach();
      if (orderId !== 'o-1') return { value: undefined, version: versionOf(0, 0) };
      const updatedAt = '2026-01-01T00:00:00.000Z';
      const order = { orderId, customerId: 'ann', status: 'open', updatedAt, asOf: updatedAt };
      const delivery = world.deliveries.get(orderId);
      const shown = delivery === undefined ? {} : { delivery };
      const row = { ...order, ...shown, incomplete: false };
      return { value: row as unknown as Dated<Row>, version: versionOf(0, 1) };
    },
    async rows() {
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
    async sagaPositions(ids) {
      reach();
      const there = ids.flatMap((id) => {
        const version = world.rows.get(id)?.version;
        return version === undefined
          ? []
          : [[id, { generation: world.generation, version }] as const];
      });
      return new Map(there);
    },
    async overview() {
      reach();
      return world.overview;
    },
    ping: () => Promise.resolve(),
  };
}
