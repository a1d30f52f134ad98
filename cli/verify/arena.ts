import { createHash, randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import type { WorkflowHandle } from '@temporalio/client';
import { defineSearchAttributeKey } from '@temporalio/common';
import type { SearchAttributePair } from '@temporalio/common';
import { services } from '../../activities';
import { sealedTemporal } from '../../platform/host/sealed-temporal';
import { grantClientInterceptor, underGrant } from '../../platform/host/grant-passing';
import { sagaGrantMinterOf } from '../../platform/host/saga-grants';
import { connectTemporal } from '../../platform/host/temporal-worker';
import { wholeHistory } from '../../platform/event-log/audit';
import type { Json } from '../../platform/kernel/json';
import type { StoredEvent } from '../../platform/outbox/ports';
import { createSagaRecords } from '../../platform/participant/saga-records';
import type { StepRow } from '../../platform/participant/saga-records';
import { openSealedStores } from '../../platform/host/sealed-store';
import { parseConfig } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { sagaGrantOf } from '../../platform/saga/grants/facts';
import { sagasJournal } from '../../platform/saga/journal/hosted';
import { sagaAggregate } from '../../platform/saga/journal/state';
import type { JournalEntry } from '../../platform/saga/journal/state';
import { stepsOf } from '../../platform/saga/start-options';
import { sagaQueue } from '../../platform/saga/wire';
import type { SagaPace, SagaStart, SagaView } from '../../platform/saga/wire';
import type { SagaGrantMinter } from '../../platform/security/saga-grants';
import { catalog } from '../../workflows/catalog';
import type { ApiClient } from '../up/api-client';

/** Shorter waits than users get, so that a lost reply costs seconds; milliseconds. */
export const explorerPace: Partial<SagaPace> = {
  attemptMs: 3_000,
  backoffMaxMs: 500,
  stubbornPauseMs: 500,
  settlePatienceMs: 20_000,
};

/** Where sagas are explored: a running world, and the folder its services read planned faults from. */
export interface ArenaOptions {
  readonly environmentFor: (name: string) => Record<string, string>;
  readonly api: ApiClient;
  readonly faultDir: string;
}

/** How one saga is started. */
export interface SagaRunPlan {
  readonly workflowId: string;
  readonly input: Json;
  /** From now. */
  readonly deadlineMs: number;
  /** On top of {@link explorerPace}. */
  readonly pace?: Partial<SagaPace>;
}

/** How one saga is known. */
export interface SagaName {
  readonly workflowId: string;
  readonly sagaId: string;
}

export interface StartedSaga extends SagaName {
  readonly handle: WorkflowHandle;
}

/** The world with the eyes and hands of an explorer: it starts sagas, and reads what nobody can talk away. */
export interface Arena extends ArenaOptions {
  readonly client: Client;
  workflowIdOf(saga: string, name: string): string;
  start(saga: string, run: SagaRunPlan): Promise<StartedSaga>;
  /** The journal's word on a saga; undefined before `saga.started` is durable. */
  journal(workflowId: string): Promise<JournalEntry | undefined>;
  /** The saga as its workflow, or the recovery of it, sees it; undefined while none of them answers. */
  view(saga: SagaName): Promise<SagaView | undefined>;
  /** The fence's rows of a saga at one participant. */
  rows(participant: string, sagaId: string): Promise<readonly StepRow[]>;
  /** Every event of every participant and of the journal, as its own table has it. */
  events(): AsyncIterable<StoredEvent>;
  close(): Promise<void>;
}

const keyword = (name: string) => defineSearchAttributeKey(name, 'KEYWORD');

/** Opens Temporal, the journal and every store, each with the identity of the process that owns it. */
export async function openArena(options: ArenaOptions): Promise<Arena> {
  const configFor = (name: string) => parseConfig(options.environmentFor(name));
  const config = configFor('gateway');
  // As the processes of a stack have it: from whoever started them.
  const { HOLDFAST_STEPS = config.HOLDFAST_STEPS } = process.env;
  const steps = stepsOf(parseConfig({ ...options.environmentFor('gateway'), HOLDFAST_STEPS }));
  const connection = await connectTemporal(config);
  const keyring = openKeyring(config, { log: silentLog });
  const dataConverter = sealedTemporal(config, keyring);
  const grants = sagaGrantMinterOf(config, keyring);
  await keyring.ready();
  const namespace = config.HOLDFAST_TEMPORAL_NAMESPACE;
  const interceptors = { workflow: [grantClientInterceptor] };
  const client = new Client({ connection, namespace, dataConverter, interceptors });
  const [journal, ...opened] = await openSealedStores([
    { service: sagasJournal, config: configFor('orchestrator') },
    ...services.map((service) => ({ service, config: configFor(service.name) })),
  ]);
  if (journal === undefined) throw new Error('the journal was not opened');
  const stores = new Map(services.map((service, at) => [service.name, opened[at]!]));
  const nonce = randomUUID();
  const starts = { client, taskQueue: sagaQueue(config.HOLDFAST_INSTANCE), grants, steps };
  return {
    ...options,
    client,
    workflowIdOf: (saga, name) => `${saga}:${hash(`${nonce}/${name}`)}`,
    start: (saga, run) => startSaga(starts, saga, run),
    async journal(workflowId) {
      const found = await journal.readAggregate(sagaAggregate(workflowId));
      return found?.state as JournalEntry | undefined;
    },
    view: (saga) => viewOf(client, saga),
    rows: async (participant, sagaId) => {
      const store = stores.get(participant);
      if (store === undefined) return [];
      return (await createSagaRecords(store, () => new Date()).rows({ sagaId })).rows;
    },
    async *events() {
      for (const store of [journal, ...stores.values()]) yield* wholeHistory(store);
    },
    async close() {
      const open = [journal, ...stores.values()];
      await Promise.all([
        ...open.map((store) => store.close()),
        connection.close(),
        keyring.close(),
      ]);
    },
  };
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 32);
}

interface Starts {
  readonly client: Client;
  readonly taskQueue: string;
  readonly grants: SagaGrantMinter;
  readonly steps: Pick<SagaStart, 'steps'>;
}

/** As the gateway starts it, on a grant of the gateway's, with a pace of its own. */
async function startSaga(
  { client, taskQueue, grants, steps }: Starts,
  saga: string,
  run: SagaRunPlan,
): Promise<StartedSaga> {
  const { workflowId, input, deadlineMs } = run;
  const [owner, businessKey] = [hash('explorer'), workflowId];
  const requestHash = hash(JSON.stringify(input));
  const issuedAtMs = Date.now();
  const deadlineAtMs = issuedAtMs + deadlineMs;
  const start: SagaStart = {
    ...{ input, owner, businessKey, requestHash, deadlineAtMs, ...steps },
    pace: { ...explorerPace, ...run.pace },
  };
  const contract = catalog.find(({ name }) => name === saga);
  if (contract === undefined) throw new Error(`no saga is called ${saga}`);
  const granted = { workflowId, input, subject: owner, roles: [], issuedAtMs, deadlineAtMs };
  const grant = await grants.mint(sagaGrantOf(contract, granted));
  const typedSearchAttributes: SearchAttributePair[] = [
    { key: keyword('SagaName'), value: saga },
    { key: keyword('SagaState'), value: 'running' },
    { key: keyword('BusinessKey'), value: businessKey },
    { key: keyword('Owner'), value: owner },
  ];
  const options = {
    workflowId,
    taskQueue,
    args: [start],
    workflowIdConflictPolicy: 'FAIL',
    workflowIdReusePolicy: 'REJECT_DUPLICATE',
    memo: { requestHash, owner, businessKey },
  } as const;
  const handle = await underGrant(grant, () =>
    client.workflow.start(saga, { ...options, typedSearchAttributes }),
  );
  return { workflowId, sagaId: `${workflowId}/${handle.firstExecutionRunId}`, handle };
}

async function viewOf(client: Client, saga: SagaName): Promise<SagaView | undefined> {
  for (const workflowId of [`recover/${saga.sagaId}`, saga.workflowId]) {
    try {
      return await client.workflow.getHandle(workflowId).query<SagaView>('saga');
    } catch (error) {
      // Not there, not ready, or nobody answers just now: the caller asks again.
      const { name } = error as Error;
      if (!['WorkflowNotFoundError', 'QueryNotRegisteredError', 'ServiceError'].includes(name)) {
        throw error;
      }
    }
  }
  return undefined;
}
