import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connectLog } from '../../platform/event-log/kafka';
import type { EventLog } from '../../platform/event-log/kafka';
import { sealedLog } from '../../platform/event-log/sealed-log';
import { parseConfig } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { renewedCredentials } from '../../platform/security/renewal';
import { startStack } from '../../stack';
import type { ServerName, Stack, StackOptions } from '../../stack';
import { startProcess } from '../../stack/processes';
import type { CpuGroup } from '../measure/cpu';
import { groupsOf } from '../measure/groups';
import type { RelayGroup } from './measure';
import { openOutbox, relayStores } from './outbox';
import type { Outbox, RelayStore } from './outbox';

/** A store with its log, ready to be filled and drained, with the identity of its service. */
export interface OpenRelay {
  readonly outbox: Outbox;
  readonly eventLog: EventLog;
  readonly groups: Readonly<Partial<Record<RelayGroup, CpuGroup>>>;
}

/** Servers and the key store, and everything that is opened on them. */
export interface RelayWorld {
  readonly relays: ReadonlyMap<RelayStore, OpenRelay>;
  readonly stack: Stack;
  stop(): Promise<void>;
}

const serverOf = { postgresql: 'postgres', mongodb: 'mongodb', dynamodb: 'dynamodb' } as const;

/** Starts what these stores need, in a folder that is gone afterwards. */
export async function openRelayWorld(
  names: readonly RelayStore[],
  options: Pick<StackOptions, 'onProgress' | 'signal'>,
): Promise<RelayWorld> {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-bench-'));
  const closing: (() => Promise<unknown>)[] = [async () => rmSync(folder, { recursive: true })];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const servers: ServerName[] = [...names.map((name) => serverOf[name]), 'kafka', 'consul'];
    const stateDir = path.join(folder, 'state');
    const stack = await startStack({ ...options, stateDir, servers, portBase: 0, fast: true });
    closing.push(() => stack.stop());
    const url = `https://localhost:${stack.environmentFor('keys').HOLDFAST_HTTP_PORT}`;
    const keys = { name: 'keys', entry: 'workers/keys', readyUrl: `${url}/readyz` };
    await startProcess(stack, keys).ready();
    const relays = new Map<RelayStore, OpenRelay>();
    for (const name of names)
      relays.set(name, await openRelay(name, stack, (close) => closing.push(close)));
    return { relays, stack, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openRelay(
  name: RelayStore,
  stack: Stack,
  onClose: (close: () => Promise<unknown>) => void,
): Promise<OpenRelay> {
  const config = parseConfig(stack.environmentFor(relayStores[name]));
  const keys = openKeyring(config, { log: silentLog });
  onClose(() => keys.close());
  const outbox = openOutbox(name, config, keys);
  onClose(() => outbox.store.close());
  const brokers = connectLog({
    ...{ brokers: config.HOLDFAST_KAFKA_BROKERS, clientId: config.HOLDFAST_NAME, log: silentLog },
    ...renewedCredentials(config),
  });
  const eventLog = sealedLog(brokers, { keys, instance: config.HOLDFAST_INSTANCE });
  onClose(() => eventLog.close());
  await keys.ready();
  await outbox.store.migrate();
  const groups = groupsOf(stack, { database: [serverOf[name]], log: ['kafka'] });
  return { outbox, eventLog, groups };
}
