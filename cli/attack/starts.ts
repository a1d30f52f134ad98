import { randomUUID } from 'node:crypto';
import { Client } from '@temporalio/client';
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
import { sagaQueue } from '../../platform/saga/wire';
import type { SagaParent } from '../../platform/saga/wire';
import type { DataKey } from '../../platform/security/keys/envelope';
import { openKeyring } from '../../platform/security/keys/keyring';
import { fixedKeys } from '../../platform/security/keys/vault';
import { createSagaGrantMinter } from '../../platform/security/saga-grants';
import { catalog } from '../../workflows/catalog';
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
  /** Starts it, on the grant. */
  start(start: Start, grant: Uint8Array | undefined): Promise<StartedAttack>;
  close(): Promise<void>;
}

export interface StartedAttack {
  readonly sagaId: string;
  /** How it ended: `completed`, `compensated <reason>`, or the type of its failure. */
  ended(): Promise<string>;
  /** The grant as anybody reads it who may look into Temporal. */
  headerInHistory(): Promise<Uint8Array>;
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
  const { workflow } = new Client({ connection, namespace, interceptors, dataConverter });
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
      const sealing = grantSealing(keys);
      const credentials = () => ({ cert: Buffer.from(cert), key: Buffer.from(key) });
      return createSagaGrantMinter({ credentials, sealing }).mint(facts);
    },
    async start({ input, workflowId, owner, deadlineMs, parent, family }, grant) {
      const start = {
        ...{ input, owner, businessKey: workflowId, requestHash: 'attack' },
        deadlineAtMs: Date.now() + deadlineMs,
        ...(parent === undefined ? {} : { parent }),
        ...(family === undefined ? {} : { family }),
      };
      const options = sagaStartOptions({ saga: contract.name, start, taskQueue, title: 'attack' });
      const handle = await underGrant(grant, () =>
        workflow.start(contract.name, { ...options, workflowId }),
      );
      return {
        sagaId: `${workflowId}/${handle.firstExecutionRunId}`,
        ended: () =>
          connection
            .withDeadline(Date.now() + endMsMax, () => handle.result())
            .then(saidResult, saidFailure),
        async headerInHistory() {
          const { events } = await handle.fetchHistory();
          const started = events?.[0]?.workflowExecutionStartedEventAttributes;
          return started?.header?.fields?.[grantHeader]?.data ?? Buffer.alloc(0);
        },
      };
    },
    async close() {
      await Promise.all([connection.close(), keyring.close()]);
    },
  };
}

function saidResult(result: unknown): string {
  const { outcome, reason = '' } = result as { outcome: string; reason?: string };
  return `${outcome} ${reason}`.trim();
}

function saidFailure(error: unknown): string {
  const { cause } = error as { readonly cause?: { readonly type?: string; name: string } };
  return cause?.type ?? cause?.name ?? String(error);
}
