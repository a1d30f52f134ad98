import {
  DefaultLogger,
  MetricsBuffer,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import type { WorkerOptions } from '@temporalio/worker';
import type { Registry } from 'prom-client';
import { backoffMs, pause } from '../discovery/pace';
import type { Config } from '../runtime/config';
import type { Log, LogData } from '../runtime/log';
import { watchCredentials } from '../security/renewal';
import { readCredentials } from '../security/tls';
import { grantWorkerInterceptors } from './grant-passing';
import { tryingLimits } from './keep-trying';
import { sdkMetricLimits, sdkMetricsIn } from './sdk-metrics';
import { stepTracing } from './step-tracing';

/** Limits of a worker, milliseconds. */
export const workerLimits = {
  /** Attempts in work get this long to finish when the process stops; what is cut is fenced like any lost attempt. */
  graceMs: 4_000,
  forceMs: 6_000,
  probeMs: 1_500,
} as const;

export interface TemporalWorkerOptions extends Pick<
  WorkerOptions,
  | 'activities'
  | 'dataConverter'
  | 'plugins'
  | 'workflowBundle'
  | 'stickyQueueScheduleToStartTimeout'
  | 'workflowTaskPollerBehavior'
  | 'activityTaskPollerBehavior'
  | 'maxConcurrentActivityTaskExecutions'
  | 'maxConcurrentWorkflowTaskExecutions'
  | 'maxCachedWorkflows'
  | 'workerDeploymentOptions'
> {
  readonly config: Config;
  readonly taskQueue: string;
  readonly log: Log;
  /** What the worker waits for before it takes work: the keys of its payloads. Asked again until it resolves. */
  readonly ready?: () => Promise<void>;
}

/** A worker that is there whenever Temporal is. */
export interface TemporalWorker {
  /** Rejects unless the worker runs and Temporal answers it: the readiness check. */
  probe(): Promise<void>;
  /** Takes no more work and lets what is in work finish for at most `graceMs`. */
  stop(): Promise<void>;
}

/** Connects to Temporal over mutual TLS; the caller closes the connection. */
export function connectTemporal(config: Config): Promise<NativeConnection> {
  const { ca, cert, key } = readCredentials(config);
  return NativeConnection.connect({
    address: config.HOLDFAST_TEMPORAL_ADDRESS,
    tls: { serverRootCACertificate: ca, clientCertPair: { crt: cert, key } },
  });
}

/**
 * Sets Temporal's runtime up, once per process and before anything of it is used: its warnings go
 * to our log, its metrics to our registry, and signals are left to us, since a process drains in an order of its own.
 * The SDK's own exporter would be one more port, without a certificate.
 */
export function installTemporalRuntime(log: Log, registry?: Registry): void {
  const logger = new DefaultLogger('WARN', ({ level, message, meta }) => {
    // A service's worker has activities alone, on purpose.
    if (message.startsWith('No workflows registered')) return;
    log[level === 'ERROR' ? 'error' : 'warn'](message, dataOf(meta));
  });
  if (registry === undefined) {
    Runtime.install({ logger, shutdownSignals: [] });
    return;
  }
  const { bufferMax: maxBufferSize, lookMs } = sdkMetricLimits;
  const buffer = new MetricsBuffer({ maxBufferSize, useSecondsForDurations: true });
  Runtime.install({ logger, shutdownSignals: [], telemetryOptions: { metrics: { buffer } } });
  const take = sdkMetricsIn(registry);
  setInterval(() => take(buffer.retrieveUpdates()), lookMs).unref();
}

/** What a line of Temporal's is about: which attempt of which command of which saga, and why it failed. */
function dataOf(meta: unknown): LogData {
  const { error, activityType, attempt, workflowId, durationMs, ...rest } = (meta ??
    {}) as TemporalMeta;
  const { sagaId, saga, step, epoch, direction, traceId, spanId } = rest;
  const ours = { sagaId, saga, step, epoch, direction, traceId, spanId };
  const about = { command: activityType, attempt, workflowId, durationMs, ...ours };
  if (error === undefined) return about;
  const { type } = error as { type?: unknown };
  return { ...about, code: typeof type === 'string' ? type : undefined, error };
}

type TemporalMeta = Partial<Record<'error' | 'activityType' | keyof LogData, unknown>>;

/**
 * Keeps a worker running until stopped: connects as soon as Temporal is there, and begins again after a fatal error.
 * After a renewal of the certificate it goes on over a new connection; attempts in work are not disturbed. Losing
 * Temporal never ends the process.
 */
export function startTemporalWorker(options: TemporalWorkerOptions): TemporalWorker {
  const { config, log, taskQueue } = options;
  const stopping = new AbortController();
  let serving: Serving | undefined;

  async function serve(): Promise<void> {
    await options.ready?.();
    let connection = await connectTemporal(config);
    try {
      const worker = await Worker.create(workerOptions(options, connection));
      serving = { worker, connection };
      const running = worker.run();
      log.info('the worker runs', { queue: taskQueue });
      // A stop that came while connecting must not be missed.
      if (stopping.signal.aborted) shutDown();
      await running;
    } finally {
      connection = serving?.connection ?? connection;
      serving = undefined;
      await connection.close();
    }
  }

  async function keep(): Promise<void> {
    for (let failures = 0; !stopping.signal.aborted;) {
      try {
        await serve();
        failures = 0;
      } catch (error) {
        failures += 1;
        if (failures === 1) log.warn('the worker begins again', { queue: taskQueue, error });
        await pause(100 + backoffMs(failures, tryingLimits), stopping.signal);
      }
    }
  }

  /** One that connects anew by itself has the new certificate already. */
  async function renew(): Promise<void> {
    for (let failures = 0; isRunning(serving) && !stopping.signal.aborted; failures += 1) {
      try {
        await replaceConnection(config, () => serving);
        log.info('the worker goes on under the new certificate', { queue: taskQueue });
        return;
      } catch (error) {
        if (failures === 0) log.warn('the worker keeps its old connection', { error });
        await pause(100 + backoffMs(failures + 1, tryingLimits), stopping.signal);
      }
    }
  }

  function shutDown(): void {
    if (isRunning(serving)) serving.worker.shutdown();
  }
  let renewing = Promise.resolve();
  const stopWatching = watchCredentials(config, () => {
    renewing = renewing.then(renew);
  });
  const kept = keep();
  return {
    async probe() {
      const state = serving?.worker.getState() ?? 'CONNECTING';
      if (serving === undefined || state !== 'RUNNING') throw new Error(`the worker is ${state}`);
      const { connection } = serving;
      await connection.withDeadline(Date.now() + workerLimits.probeMs, () =>
        connection.workflowService.getSystemInfo({}),
      );
    },
    async stop() {
      stopping.abort();
      stopWatching();
      await renewing;
      shutDown();
      await kept;
    },
  };
}

/** A worker and the connection it polls over. */
interface Serving {
  worker: Worker;
  connection: NativeConnection;
}

function isRunning(serving: Serving | undefined): serving is Serving {
  return serving?.worker.getState() === 'RUNNING';
}

/** Polls that are under way end where they began, within a minute; everything else goes over the new connection. */
async function replaceConnection(
  config: Config,
  serving: () => Serving | undefined,
): Promise<void> {
  const next = await connectTemporal(config);
  const served = serving();
  if (!isRunning(served)) return next.close();
  const before = served.connection;
  served.worker.connection = next;
  served.connection = next;
  await before.close();
}

function workerOptions(
  { config, log: _log, ready: _ready, ...options }: TemporalWorkerOptions,
  connection: NativeConnection,
): WorkerOptions {
  return {
    ...options,
    interceptors: grantWorkerInterceptors,
    plugins: [...(options.plugins ?? []), stepTracing],
    connection,
    namespace: config.HOLDFAST_TEMPORAL_NAMESPACE,
    identity: `${config.HOLDFAST_NAME}@${process.pid}`,
    shutdownGraceTime: workerLimits.graceMs,
    shutdownForceTime: workerLimits.forceMs,
  };
}
