import { Client } from '@temporalio/client';
import type {
  ClientOptions,
  WorkflowExecutionDescription,
  WorkflowStartOptions,
} from '@temporalio/client';
import { grantClientInterceptor, underGrant } from '../../platform/host/grant-passing';
import { lazyTemporal } from '../../platform/host/lazy-temporal';
import type { Config } from '../../platform/runtime/config';
import { sagaStartOptions, startAttributes } from '../../platform/saga/start-options';
import { sagaIdSeparator, sagaMessages, sagaQueue } from '../../platform/saga/wire';
import type { SagaMemo, SagaState, SagaView } from '../../platform/saga/wire';
import { gatewayProblem } from '../problems';
import type { SwitchEngine } from './switches';
import { askQueues } from './temporal-backlog';
import { revocationEngine } from './temporal-revocation';
import type { RevocationEngine } from './temporal-revocation';
import { switchEngine } from './temporal-switch';
import type { QueueBacklog } from './backlog';
import type { Delivery, SagaDescription, SagaEngine, StartRequest } from './engine';

/** Deadlines of our questions; milliseconds. */
export const engineLimits = { rpcMs: 4_000, queryMs: 2_000, updateMs: 5_000 } as const;

type EngineConfig = Pick<
  Config,
  | 'HOLDFAST_TEMPORAL_ADDRESS'
  | 'HOLDFAST_TEMPORAL_NAMESPACE'
  | 'HOLDFAST_TEMPORAL_UI_URL'
  | 'HOLDFAST_INSTANCE'
  | 'HOLDFAST_CA_FILE'
  | 'HOLDFAST_CERT_FILE'
  | 'HOLDFAST_KEY_FILE'
>;

function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** gRPC status of the failure itself or of what caused it; 4 is DEADLINE_EXCEEDED, 9 FAILED_PRECONDITION. */
function grpcCode(error: unknown): number | undefined {
  const { code, cause } = error as { code?: unknown; cause?: unknown };
  if (typeof code === 'number') return code;
  return cause === undefined || cause === error ? undefined : grpcCode(cause);
}

const unavailable = (cause: unknown) =>
  gatewayProblem('SAGA_ENGINE_UNAVAILABLE', { retryAfterSeconds: 3, cause });

/** `<workflow id>/<first run id>`, as the saga itself makes it. */
function sagaIdOf({ workflowId, runId, raw }: WorkflowExecutionDescription): string {
  const firstRunId = raw.workflowExecutionInfo?.firstRunId || runId;
  return `${workflowId}${sagaIdSeparator}${firstRunId}`;
}

function descriptionOf(found: WorkflowExecutionDescription): SagaDescription {
  const memo = (found.memo ?? {}) as Partial<SagaMemo>;
  const { requestHash = '', owner = '', businessKey = '' } = memo;
  return {
    workflowId: found.workflowId,
    saga: found.type,
    memo: { requestHash, owner, businessKey },
    open: found.status.name === 'RUNNING',
    sagaId: sagaIdOf(found),
    state: (found.typedSearchAttributes.get(startAttributes.state) ?? 'running') as SagaState,
    startedAt: found.startTime.toISOString(),
  };
}

/** What a failed update means. An answer that did not come in time is nobody at work, not a refusal. */
function deliveryOf(error: unknown): Delivery {
  const name = nameOf(error);
  if (name === 'WorkflowNotFoundError') return { kind: 'closed' };
  if (name === 'WorkflowUpdateRPCTimeoutOrCancelledError') return { kind: 'no-worker' };
  if (name === 'WorkflowUpdateFailedError') {
    const { type, message } =
      (error as { cause?: { type?: string; message?: string } }).cause ?? {};
    return { kind: 'rejected', code: type ?? 'VERB_REFUSED', detail: message ?? 'refused' };
  }
  if (grpcCode(error) === 4) return { kind: 'no-worker' };
  throw unavailable(error);
}

function startOptions(
  config: EngineConfig,
  { workflowId, title, saga, start }: StartRequest,
): WorkflowStartOptions {
  const taskQueue = sagaQueue(config.HOLDFAST_INSTANCE);
  return {
    ...sagaStartOptions({ saga, start, taskQueue, title }),
    workflowId,
    workflowIdConflictPolicy: 'FAIL',
  };
}

/** All that the gateway asks of Temporal. */
export interface TemporalEngine extends SagaEngine, SwitchEngine, RevocationEngine {
  /** What waits in the queues of sagas and of these services. May reject. */
  queues(services: readonly string[]): Promise<readonly QueueBacklog[]>;
  close(): Promise<void>;
}

/** Opens the saga engine on Temporal. Nothing connects yet: the gateway comes up without it. */
export function openEngine(
  config: EngineConfig,
  how: Pick<ClientOptions, 'plugins' | 'dataConverter'>,
): TemporalEngine {
  const connection = lazyTemporal(config);
  const namespace = config.HOLDFAST_TEMPORAL_NAMESPACE;
  const interceptors = { workflow: [grantClientInterceptor] };
  const { workflow } = new Client({ connection, namespace, interceptors, ...how });
  const within = <Found>(ms: number, ask: () => Promise<Found>): Promise<Found> =>
    connection.withDeadline(Date.now() + ms, ask);

  const taskQueue = sagaQueue(config.HOLDFAST_INSTANCE);

  const ports = { workflow, taskQueue, within, nameOf, unavailable, limits: engineLimits };

  async function describe(workflowId: string): Promise<SagaDescription | undefined> {
    const handle = workflow.getHandle(workflowId);
    return within(engineLimits.rpcMs, () => handle.describe()).then(descriptionOf, (error) => {
      if (nameOf(error) === 'WorkflowNotFoundError') return undefined;
      throw unavailable(error);
    });
  }

  return {
    ...switchEngine(ports),
    ...revocationEngine(ports),
    async start(request) {
      try {
        const options = startOptions(config, request);
        await underGrant(request.grant, () =>
          within(engineLimits.rpcMs, () => workflow.start(request.saga, options)),
        );
        return 'started';
      } catch (error) {
        if (nameOf(error) === 'WorkflowExecutionAlreadyStartedError') return 'exists';
        throw unavailable(error);
      }
    },
    describe,
    async view(workflowId) {
      const handle = workflow.getHandle(workflowId);
      const ask = () => handle.query<SagaView>(sagaMessages.view);
      return within(engineLimits.queryMs, ask).catch((error: unknown) => {
        const name = nameOf(error);
        if (name === 'WorkflowNotFoundError' || name === 'QueryNotRegisteredError')
          return undefined;
        // No worker polls, or none answered in time: others still know something of the saga.
        if ([4, 9, 14].includes(grpcCode(error) ?? -1)) return undefined;
        throw unavailable(error);
      });
    },
    async send(workflowId, { name, argument, updateId }) {
      const handle = workflow.getHandle(workflowId);
      const ask = () =>
        handle.executeUpdate<unknown, [object]>(name, { args: [argument], updateId });
      return within(engineLimits.updateMs, ask).then(
        (answer): Delivery => ({ kind: 'answered', answer }),
        deliveryOf,
      );
    },
    async ended(workflowId, waitMs) {
      const handle = workflow.getHandle(workflowId);
      return within(waitMs, () => handle.result()).then(
        () => true,
        // A saga that ended compensated after a fault is a failed workflow: ended all the same.
        (error) => nameOf(error) === 'WorkflowFailedError',
      );
    },
    ping: async () => {
      await within(engineLimits.queryMs, () => workflow.workflowService.getSystemInfo({}));
    },
    queues: (services) =>
      askQueues(
        { workflow, namespace, within, rpcMs: engineLimits.queryMs },
        { sagas: taskQueue, services: services.map((one) => `${one}${config.HOLDFAST_INSTANCE}`) },
      ),
    webUi: (workflowId) =>
      `${config.HOLDFAST_TEMPORAL_UI_URL}/namespaces/${namespace}/workflows/${encodeURIComponent(workflowId)}`,
    close: () => connection.close(),
  };
}
