import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
import type { WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { Payload } from '@temporalio/common';
import { grantClientInterceptor, underGrant } from '../../platform/host/grant-passing';
import { grantSealing } from '../../platform/host/saga-grants';
import { sealedTemporal } from '../../platform/host/sealed-temporal';
import { connectTemporal } from '../../platform/host/temporal-worker';
import type { Json } from '../../platform/kernel/json';
import { parseConfig } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { sagaGrantOf } from '../../platform/saga/grants/facts';
import type { SagaGrant } from '../../platform/saga/grants/grant';
import { grantHeader } from '../../platform/saga/grants/header';
import { sagaStartOptions } from '../../platform/saga/start-options';
import { sagaMessages, sagaQueue } from '../../platform/saga/wire';
import type { SagaParent } from '../../platform/saga/wire';
import type { DataKey } from '../../platform/security/keys/envelope';
import { openKeyring } from '../../platform/security/keys/keyring';
import { fixedKeys } from '../../platform/security/keys/vault';
import { createSagaGrantMinter } from '../../platform/security/saga-grants';
import { catalog } from '../../workflows/catalog';
import { until } from '../up/api-client';
import type { AttackTarget } from './attack';
import type { Leaf } from './forge';
import { leafOfProcess } from './wire';

/** A saga as somebody starts it who reaches Temporal with a certificate of ours. */
export interface Start {
  readonly input: Json;
  readonly workflowId: string;
  readonly owner: string;
  /** Milliseconds from now. */
  readonly deadlineMs: number;
  readonly parent?: SagaParent;
  readonly family?: string;
}

/** Temporal in the hands of an attacker, past the gateway. */
export interface Starts {
  /** What the gateway would grant it. */
  factsOf(start: Start): SagaGrant;
  /** Signs under a certificate and seals with a key: the gateway's, and one of ours, where none is given. */
  mint(
    facts: SagaGrant,
    how?: { readonly leaf?: Leaf; readonly key?: DataKey },
  ): Promise<Uint8Array>;
  /** Id of the key that grants are sealed with; every grant says it. */
  readonly keyId: string;
  /** On the grant. `inPlain` seals nothing of it; `delayMs` lets it begin later. */
  start(
    start: Start,
    grant: Uint8Array | undefined,
    how?: { readonly inPlain?: true; readonly delayMs?: number },
  ): Promise<StartedAttack>;
  close(): Promise<void>;
}

export interface StartedAttack {
  readonly sagaId: string;
  /** How it ended: `completed`, `compensated <reason>`, or the type of its failure. */
  ended(): Promise<string>;
  /** The grant as anybody reads it who may look into Temporal. */
  headerInHistory(): Promise<Uint8Array>;
  /** What it was started with, as Temporal keeps it. */
  input(): Promise<readonly Payload[]>;
  /** Sends it a verdict, byte for byte. */
  tell(payloads: readonly Payload[]): Promise<void>;
  /** Why its first task failed, by type; `none` where it went on, or came to its end. */
  taskFailure(): Promise<string>;
  terminate(): Promise<void>;
}

/** An order that nobody has paid for, and that nobody could ship. */
export function attackersOrder(): Start {
  const payment = { amountCents: 100, currency: 'EUR' };
  const lines = [{ sku: 'attack-probe', quantity: 1 }];
  const input = { orderId: `order-${randomUUID()}`, customerId: 'mallory', lines, payment };
  const workflowId = `place-order:${randomUUID().replaceAll('-', '')}`;
  return { input, workflowId, owner: randomUUID().replaceAll('-', ''), deadlineMs: 600_000 };
}

function placeOrder() {
  const found = catalog.find(({ name }) => name === 'place-order');
  if (found === undefined) throw new Error('this stack has no place-order');
  return found;
}

/** Longer than any saga of an attack takes to its end. */
const endMsMax = 120_000;
const taskMsMax = 60_000;

/**
 * Opens Temporal with the certificate and the keys of payments: a process that starts no sagas, and can reach it all
 * the same. What it starts is sealed as it should be, so that only the grant can be what is refused.
 */
export async function openStarts(target: AttackTarget): Promise<Starts> {
  const config = parseConfig(target.environmentFor('payments'));
  const keyring = openKeyring(config, { log: silentLog });
  const ours = keyring.keys('grants');
  const dataConverter = sealedTemporal(config, keyring);
  await keyring.ready();
  const connection = await connectTemporal(config);
  const namespace = config.HOLDFAST_TEMPORAL_NAMESPACE;
  const interceptors = { workflow: [grantClientInterceptor] };
  const sealing = new Client({ connection, namespace, dataConverter, interceptors });
  const plain = new Client({ connection, namespace, interceptors });
  const contract = placeOrder();
  const taskQueue = sagaQueue(config.HOLDFAST_INSTANCE);
  return {
    factsOf({ input, workflowId, owner: subject, deadlineMs }) {
      const issuedAtMs = Date.now();
      const granted = { input, workflowId, subject, roles: ['customer'], issuedAtMs };
      return sagaGrantOf(contract, { ...granted, deadlineAtMs: issuedAtMs + deadlineMs });
    },
    keyId: ours.current()?.id ?? '',
    mint(facts, { leaf = leafOfProcess(target, 'gateway'), key: other } = {}) {
      const { cert, key } = leaf;
      const keys = other === undefined ? keyring : { ...keyring, keys: () => fixedKeys([other]) };
      const credentials = () => ({ cert: Buffer.from(cert), key: Buffer.from(key) });
      return createSagaGrantMinter({ credentials, sealing: grantSealing(keys) }).mint(facts);
    },
    async start({ input, workflowId, owner, deadlineMs, parent, family }, grant, how = {}) {
      const start = {
        ...{ input, owner, businessKey: workflowId, requestHash: 'attack' },
        deadlineAtMs: Date.now() + deadlineMs,
        ...(parent === undefined ? {} : { parent }),
        ...(family === undefined ? {} : { family }),
      };
      const options = {
        ...sagaStartOptions({ saga: contract.name, start, taskQueue, title: 'attack' }),
        ...(how.delayMs === undefined ? {} : { startDelay: how.delayMs }),
      };
      const { workflow } = how.inPlain === true ? plain : sealing;
      const handle = await underGrant(grant, () =>
        workflow.start(contract.name, { ...options, workflowId }),
      );
      return startedAttack(sealing, handle);
    },
    async close() {
      await Promise.all([connection.close(), keyring.close()]);
    },
  };
}

/** What an attacker sees of a saga and may tell it. */
function startedAttack(
  client: Client,
  handle: WorkflowHandleWithFirstExecutionRunId,
): StartedAttack {
  const { workflowId, firstExecutionRunId } = handle;
  const startEvent = async () => {
    const { events } = await handle.fetchHistory();
    return events?.[0]?.workflowExecutionStartedEventAttributes;
  };
  return {
    sagaId: `${workflowId}/${firstExecutionRunId}`,
    ended: () =>
      client.connection
        .withDeadline(Date.now() + endMsMax, () => handle.result())
        .then(saidResult, saidFailure),
    headerInHistory: async () =>
      (await startEvent())?.header?.fields?.[grantHeader]?.data ?? Buffer.alloc(0),
    input: async () => (await startEvent())?.input?.payloads ?? [],
    async tell(payloads) {
      await client.workflowService.signalWorkflowExecution({
        namespace: client.options.namespace,
        ...{ workflowExecution: { workflowId }, signalName: sagaMessages.verdict },
        input: { payloads: [...payloads] },
      });
    },
    taskFailure: () =>
      until('a task that fails', taskMsMax, async () => {
        const { events } = await handle.fetchHistory();
        const failed = events?.find((event) => event.workflowTaskFailedEventAttributes);
        const failure = failed?.workflowTaskFailedEventAttributes?.failure;
        if (failure) return failure.applicationFailureInfo?.type ?? 'without a type';
        return events?.some(goesOn) ? 'none' : undefined;
      }),
    terminate: async () => void (await handle.terminate('it was an attack')),
  };
}

/** A saga that asks for something has taken what it was sent. */
const goesOn = (event: {
  readonly activityTaskScheduledEventAttributes?: unknown;
  readonly workflowExecutionCompletedEventAttributes?: unknown;
  readonly workflowExecutionFailedEventAttributes?: unknown;
}): boolean =>
  Boolean(event.activityTaskScheduledEventAttributes) ||
  Boolean(event.workflowExecutionCompletedEventAttributes) ||
  Boolean(event.workflowExecutionFailedEventAttributes);

function saidResult(result: unknown): string {
  const { outcome, reason = '' } = result as { outcome: string; reason?: string };
  return `${outcome} ${reason}`.trim();
}

function saidFailure(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly type?: string; name: string } };
  return cause?.type ?? cause?.name ?? String(error);
}
