import { execFile } from 'node:child_process';
import path from 'node:path';
import { promisify } from 'node:util';
import { Client, Connection } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { Worker } from '@temporalio/worker';
import type { Reach } from '../../../cli/versions/temporal';
import { inventory } from '../../../activities/inventory/contract';
import { payments } from '../../../activities/payments/contract';
import { deploymentOptions } from '../../../platform/host/deployment';
import {
  connectTemporal,
  startTemporalWorker,
  workerLimits,
} from '../../../platform/host/temporal-worker';
import type { TemporalWorker } from '../../../platform/host/temporal-worker';
import { createActivities } from '../../../platform/participant/activities';
import type { Config } from '../../../platform/runtime/config';
import { createLog } from '../../../platform/runtime/log';
import { projectRoot } from '../../../platform/runtime/paths';
import { startTracing } from '../../../platform/runtime/tracing';
import type { SagaStart, SagaView } from '../../../platform/saga/wire';
import { sagaMessages } from '../../../platform/saga/wire';
import { eventually } from '../../support/eventually';
import { freshInstance } from '../../support/stores';
import { configFor, environmentFor } from '../../support/world';
import { ScriptedParticipants } from '../support/scripted-participants';
import { reachOf } from '../support/sealed-world';
import { openTestJournal, unsignedGrants } from '../support/test-journal';

/** The real Temporal server, scripted participants, and workers of as many builds as a test starts. */
export interface ReleasedWorld extends Reach {
  /** The deployment of this world, and of no other test. */
  readonly deployment: string;
  readonly participants: ScriptedParticipants;
  /** Starts a worker of the sagas: a build of a versioned one, or an unversioned one without a name. */
  startWorker(bundle: string, how?: WorkerHow): Promise<TemporalWorker>;
  start(saga: string, input: SagaStart['input'], key: string): Promise<WorkflowHandle>;
  /** Waits, with a deadline, until the saga's view says so. */
  until(saga: WorkflowHandle, condition: (view: SagaView) => boolean): Promise<SagaView>;
  /** Runs `holdfast versions …` as an operator does. */
  holdfast(...args: string[]): Promise<Told>;
  stop(): Promise<void>;
}

/** What a command left behind: its exit code, standard output, and what it said to the person. */
export interface Told {
  readonly code: number;
  readonly printed: string;
  readonly said: string;
}

export interface WorkerHow {
  readonly buildId?: string;
  /** Sagas kept in memory; 0 replays the whole history at every task. */
  readonly maxCachedWorkflows?: number;
}

/** A worker keeps what it had in memory for this long after it is gone; short, since tests stop workers. */
const stickyQueueMs = 500;

export async function startReleasedWorld(): Promise<ReleasedWorld> {
  const instance = freshInstance();
  const deployment = `sagas-${instance}`;
  const config = configFor('orchestrator', instance);
  const connection = await connectClient(config);
  const namespace = config.HOLDFAST_TEMPORAL_NAMESPACE;
  const client = new Client({ connection, namespace });
  const participants = new ScriptedParticipants();
  const participantWorkers = await startParticipants(config, participants);
  const workers: TemporalWorker[] = [];
  const tracing = startTracing({ serviceName: 'test', register: false });
  const open = await orchestrator(instance, tracing.plugin);
  return {
    ...{ client, reading: client, namespace, deployment, participants, within: (ask) => ask() },
    async startWorker(bundle, how = {}) {
      const worker = open(bundle, { ...how, deployment });
      workers.push(worker);
      await eventually(() => worker.probe());
      return worker;
    },
    start: (saga, input, key) => startSaga(client, instance, { saga, input, key }),
    async until(saga, condition) {
      let last: SagaView | undefined;
      await eventually(async () => {
        last = await saga.query<SagaView>(sagaMessages.view);
        if (!condition(last)) throw new Error(`not there yet: ${JSON.stringify(last)}`);
      }, 90_000);
      return last!;
    },
    holdfast: (...args) => holdfast(['versions', ...args, '--deployment', deployment]),
    async stop() {
      await Promise.all(workers.map((worker) => worker.stop()));
      await participantWorkers.stop();
      await connection.close();
      await tracing.stop();
    },
  };
}

function connectClient(config: Config): Promise<Connection> {
  return Connection.connect(reachOf(config));
}

/** Workers of the sagas as the orchestrator's process makes them, on one journal in memory. */
async function orchestrator(instance: string, plugin: ReturnType<typeof startTracing>['plugin']) {
  const { activities } = openTestJournal(await unsignedGrants());
  return (codePath: string, how: WorkerHow & { readonly deployment: string }): TemporalWorker => {
    const { buildId = '', deployment, maxCachedWorkflows } = how;
    const named = { HOLDFAST_DEPLOYMENT: deployment, HOLDFAST_BUILD_ID: buildId };
    const config = { ...configFor('orchestrator', instance), ...(buildId === '' ? {} : named) };
    return startTemporalWorker({
      config,
      ...deploymentOptions(config),
      ...(maxCachedWorkflows === undefined ? {} : { maxCachedWorkflows }),
      taskQueue: `sagas${instance}`,
      workflowBundle: { codePath },
      stickyQueueScheduleToStartTimeout: stickyQueueMs,
      plugins: [plugin],
      activities,
      log: createLog({ ...config, HOLDFAST_LOG_LEVEL: 'error' }),
    });
  };
}

async function startParticipants(config: Config, scripted: ScriptedParticipants) {
  const connection = await connectTemporal(config);
  const workers = await Promise.all(
    [inventory, payments].map(({ contract: { name, commands } }) =>
      Worker.create({
        connection,
        namespace: config.HOLDFAST_TEMPORAL_NAMESPACE,
        taskQueue: `${name}${config.HOLDFAST_INSTANCE}`,
        shutdownForceTime: workerLimits.forceMs,
        activities: createActivities(
          { handle: (message) => scripted.handle(name, message) },
          { name, commands },
        ),
      }),
    ),
  );
  const running = workers.map((worker) => worker.run());
  return {
    async stop() {
      workers.forEach((worker) => worker.shutdown());
      await Promise.all(running);
      await connection.close();
    },
  };
}

function startSaga(
  client: Client,
  instance: string,
  { saga, input, key }: { saga: string; input: SagaStart['input']; key: string },
): Promise<WorkflowHandle> {
  const start: SagaStart = {
    input,
    owner: 'customer-1',
    businessKey: key,
    requestHash: 'hash',
    deadlineAtMs: Date.now() + 15 * 60_000,
  };
  const workflowId = `${saga}:${instance}-${key}`;
  return client.workflow.start(saga, { taskQueue: `sagas${instance}`, workflowId, args: [start] });
}

/** The command line as a process, with an operator's identity. */
async function holdfast(args: string[]): Promise<Told> {
  const entry = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
  const env = { ...process.env, ...environmentFor('admin') };
  try {
    const run = await promisify(execFile)(process.execPath, [entry, ...args], { env });
    return { code: 0, printed: run.stdout, said: run.stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { code, printed: stdout, said: stderr };
  }
}
