import { TestWorkflowEnvironment } from '@temporalio/testing';
import type { WorkflowHandle } from '@temporalio/client';
import type { DataConverter } from '@temporalio/common';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { inventory } from '../../../activities/inventory/contract';
import { orders } from '../../../activities/orders/contract';
import { payments } from '../../../activities/payments/contract';
import type { createMemoryStore } from '../../../platform/outbox/memory/store';
import type { StepParticipant } from '../../../platform/participant/handle';
import {
  grantClientInterceptor,
  grantWorkerInterceptors,
  presentGrant,
  underGrant,
} from '../../../platform/host/grant-passing';
import { createAdmission } from '../../../platform/participant/admission';
import type { AdmissionOptions } from '../../../platform/participant/admission';
import { startTracing } from '../../../platform/runtime/tracing';
import type { JournalState } from '../../../platform/saga/journal/state';
import type { SignedVerb, Verb, VerbAnswer } from '../../../platform/saga/verbs';
import type { SagaResult, SagaStart, SagaView } from '../../../platform/saga/wire';
import { sagaMessages, sagaSearchAttributes } from '../../../platform/saga/wire';
import { createTestGrants } from '../../support/grants';
import { eventually } from '../../support/eventually';
import { randomUUID } from 'node:crypto';
import { inTurn } from './in-turn';
import { ScriptedParticipants } from './scripted-participants';
import { openTestJournal } from './test-journal';
import type { WorldGrants } from './test-journal';

const keyword = 2;
const queueSuffix = 'test';

/** One Temporal test server whose time can be skipped, the engine's worker and scripted participants. */
export interface SagaWorld {
  readonly env: TestWorkflowEnvironment;
  readonly participants: ScriptedParticipants;
  readonly grants: WorldGrants;
  /** The journal's store: the real decider on the in-memory database. */
  readonly journalStore: ReturnType<typeof createMemoryStore<JournalState>>;
  /** The journal behind its gate: what it decided is in the store. */
  readonly journal: Pick<StepParticipant, 'handle'>;
  /** Runs that a recovery finds Temporal to have forgotten: the test server cannot delete one. */
  readonly forgotten: Set<string>;
  start(saga: string, input: SagaStart['input'], how?: Partial<SagaStart>): Promise<StartedSaga>;
  /** Sends a verb to any saga, with a grant of its own. */
  actOn(handle: WorkflowHandle, verb: Verb, act: ActOf): Promise<VerbAnswer>;
  stop(): Promise<void>;
}

/** The world checks the grants of sagas, and starts none without one. */
export interface WorldChecks {
  readonly open: AdmissionOptions['open'];
  /** What a saga is started with. */
  grantFor(
    saga: string,
    started: Pick<SagaStart, 'input' | 'owner' | 'deadlineAtMs'> & { readonly workflowId: string },
  ): Promise<Uint8Array | undefined>;
}

/** Who does what, and why. */
export interface ActOf extends Partial<Omit<SignedVerb, 'grant'>> {
  readonly actor?: string;
  readonly roles?: readonly string[];
  readonly approvalLimitCents?: number;
  /** The saga that the act is for; a recovery takes what is for the saga it recovers. */
  readonly workflowId?: string;
  /** A grant minted elsewhere, for forgeries. */
  readonly grant?: string;
}

export interface StartedSaga {
  readonly handle: WorkflowHandle;
  readonly sagaId: string;
  view(): Promise<SagaView>;
  /** Waits, with a deadline, until the view says so. */
  until(condition: (view: SagaView) => boolean): Promise<SagaView>;
  result(): Promise<SagaResult>;
  /** Sends a verb with a grant of its own; by default as an operator. */
  update(verb: Verb, act: ActOf): Promise<VerbAnswer>;
  /** The recovery of this saga, as soon as there is one. */
  recovery(): Promise<WorkflowHandle>;
  /** Net effects, per step. */
  nets(): Record<string, number>;
}

/** Where the sagas of a world run, and what its workers make of payloads. */
export interface SagaServer {
  open(): Promise<TestWorkflowEnvironment>;
  readonly dataConverter?: DataConverter;
  readonly checks?: WorldChecks;
}

/** A test server of its own, whose binary comes from the environment of the test run. */
export const skippingServer: SagaServer = { open: openSkippingServer };

/** Starts the world; the bundle comes from the environment of the test run. */
export async function startSagaWorld(
  bundleFile = bundleOfRun(),
  openGrants: () => Promise<WorldGrants> = createTestGrants,
  server = skippingServer,
): Promise<SagaWorld> {
  installRuntime();
  const env = await server.open();
  const { dataConverter, checks } = server;
  const participants = new ScriptedParticipants();
  const grants = await openGrants();
  const forgotten = new Set<string>();
  const journal = openTestJournal(grants, forgotten, checks?.open);
  const { store: journalStore, activities: journalActivities } = journal;
  const workers = await startWorkers(env, bundleFile, {
    ...{ participants, journalActivities },
    ...(dataConverter === undefined ? {} : { dataConverter }),
    ...(checks === undefined ? {} : { checks }),
  });
  let count = 0;
  return {
    env,
    participants,
    journalStore,
    journal: journal.participant,
    forgotten,
    grants,
    start(saga, input, how = {}) {
      count += 1;
      const what = { saga, input, key: `key-${count}`, how };
      return startSaga({ env, participants, grants, checks }, what);
    },
    actOn: (handle, verb, act) => actOn(grants, handle, { verb, act }),
    async stop() {
      participants.letGo();
      await workers.stop();
      await env.teardown();
    },
  };
}

async function openSkippingServer(): Promise<TestWorkflowEnvironment> {
  const executable = process.env.HOLDFAST_TEMPORAL_TEST_SERVER;
  if (!executable) throw new Error('HOLDFAST_TEMPORAL_TEST_SERVER is not set');
  const env = await TestWorkflowEnvironment.createTimeSkipping({
    server: { executable: { type: 'existing-path', path: executable } },
    client: { interceptors: { workflow: [grantClientInterceptor] } },
  });
  await env.connection.operatorService.addSearchAttributes({
    namespace: 'default',
    searchAttributes: Object.fromEntries(sagaSearchAttributes.map((name) => [name, keyword])),
  });
  return env;
}

let isInstalled = false;

/** Once per process, before anything of Temporal's native side is used. */
function installRuntime(): void {
  if (!isInstalled) Runtime.install({ logger: new DefaultLogger('ERROR') });
  isInstalled = true;
}

function bundleOfRun(): string {
  const bundle = process.env.HOLDFAST_WORKFLOW_BUNDLE;
  if (!bundle) throw new Error('HOLDFAST_WORKFLOW_BUNDLE is not set');
  return bundle;
}

const hosted = [orders, payments, inventory];
/** Which way messages go where a test does not say; `HOLDFAST_STEPS=direct` plays the whole ring on the other one. */
const stepsOfRun: Partial<SagaStart> =
  process.env.HOLDFAST_STEPS === 'direct' ? { steps: 'direct' } : {};

async function startWorkers(
  env: TestWorkflowEnvironment,
  codePath: string,
  parts: Pick<SagaWorld, 'participants'> &
    Pick<SagaServer, 'dataConverter' | 'checks'> & { readonly journalActivities: object },
) {
  const { participants, journalActivities, dataConverter, checks } = parts;
  const admitTo = (participant: string) =>
    checks && createAdmission({ participant, presentGrant, open: checks.open });
  const tracing = startTracing({ serviceName: 'test', register: false });
  const shared = {
    interceptors: grantWorkerInterceptors,
    connection: env.nativeConnection,
    namespace: env.namespace ?? 'default',
    ...(dataConverter === undefined ? {} : { dataConverter }),
  };
  const activitiesOf = ({ contract: { name, commands } }: (typeof hosted)[number]) =>
    participants.activitiesOf({ name, commands }, admitTo(name));
  const participantActivities = Object.assign({}, ...hosted.map(activitiesOf)) as object;
  const workers = await Promise.all([
    Worker.create({
      ...shared,
      taskQueue: `sagas${queueSuffix}`,
      workflowBundle: { codePath },
      plugins: [tracing.plugin],
      // On the direct way the worker of the sagas asks the participants itself.
      activities: { ...participantActivities, ...journalActivities },
    }),
    ...hosted.map((one) =>
      Worker.create({
        ...shared,
        taskQueue: `${one.contract.name}${queueSuffix}`,
        activities: activitiesOf(one),
      }),
    ),
  ]);
  inTurn(workers);
  const running = workers.map((worker) => worker.run());
  return {
    async stop() {
      workers.forEach((worker) => worker.shutdown());
      await Promise.all(running);
      await tracing.stop();
    },
  };
}

async function actOn(
  grants: WorldGrants,
  handle: WorkflowHandle,
  what: { readonly verb: Verb; readonly act: ActOf },
): Promise<VerbAnswer> {
  const { actor = 'operator-1', roles = ['operator'], ...asked } = what.act;
  const { approvalLimitCents, grant: forged, workflowId = handle.workflowId, ...rest } = asked;
  const act = { jti: randomUUID(), reason: 'looked at it', ...rest };
  const granted = { ...act, verb: what.verb, workflowId };
  const limit = approvalLimitCents === undefined ? {} : { approvalLimitCents };
  const grant = forged ?? (await grants.mint(granted, { actor, roles, ...limit }));
  return handle.executeUpdate<VerbAnswer, [SignedVerb]>(what.verb, { args: [{ ...act, grant }] });
}

async function startSaga(
  world: Pick<SagaWorld, 'env' | 'participants' | 'grants'> & {
    readonly checks: WorldChecks | undefined;
  },
  what: {
    readonly saga: string;
    readonly input: SagaStart['input'];
    readonly key: string;
    readonly how: Partial<SagaStart>;
  },
): Promise<StartedSaga> {
  const { env, participants, grants, checks } = world;
  const { saga, input, key, how } = what;
  const start: SagaStart = {
    input,
    owner: 'customer-1',
    businessKey: key,
    requestHash: 'hash',
    deadlineAtMs: (await env.currentTimeMs()) + 15 * 60_000,
    ...stepsOfRun,
    ...how,
  };
  const workflowId = `${saga}:${start.businessKey}`;
  const options = { taskQueue: `sagas${queueSuffix}`, workflowId, args: [start] };
  const grant = await checks?.grantFor(saga, { ...start, workflowId });
  const handle = await underGrant(grant, () => env.client.workflow.start(saga, options));
  const sagaId = `${handle.workflowId}/${handle.firstExecutionRunId}`;
  const view = () => handle.query<SagaView>(sagaMessages.view);
  return {
    handle,
    sagaId,
    view,
    async until(condition) {
      let last = await view();
      await eventually(async () => {
        last = await view();
        if (!condition(last)) throw new Error(`the saga is not there yet: ${JSON.stringify(last)}`);
      });
      return last;
    },
    result: () => handle.result() as Promise<SagaResult>,
    update: (verb, act) => actOn(grants, handle, { verb, act }),
    async recovery() {
      const recovery = env.client.workflow.getHandle(`recover/${sagaId}`);
      await eventually(() => recovery.describe());
      return recovery;
    },
    nets: () => participants.netsOf(sagaId),
  };
}
