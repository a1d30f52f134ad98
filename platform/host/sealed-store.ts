import type { ServiceStore } from '../outbox/ports';
import type { Config } from '../runtime/config';
import { silentLog } from '../runtime/log';
import type { Log } from '../runtime/log';
import { openKeyring } from '../security/keys/keyring';
import { createVault, fixedKeys } from '../security/keys/vault';
import type { HostedService, OpenService, Vaults } from './hosted-service';

/** A service, and the configuration of the process whose certificate opens its database and its keys. */
export interface StoreOf {
  readonly service: Pick<HostedService, 'name' | 'openStore'>;
  readonly config: Config;
  readonly log?: Log;
}

/** Opens something with the keys of a process: closing it closes them too. Throws where they are not given. */
export async function withKeys<Opened extends { close(): Promise<void> }>(
  { config, log = silentLog }: { readonly config: Config; readonly log?: Log | undefined },
  open: (keys: Vaults) => Opened,
): Promise<Opened> {
  const keys = openKeyring(config, { log });
  const opened = open(keys);
  const close = async () => void (await Promise.all([opened.close(), keys.close()]));
  await keys.ready().catch(async (error: unknown) => {
    await close();
    throw error;
  });
  return { ...opened, close };
}

/**
 * Opens the store of a service for a command or a test, with its keys: closing the store closes them too. Throws the
 * fault `KEYS_UNAVAILABLE` where the key store is away, or gives this process no such keys.
 */
export function openSealedStore({ service, config, log }: StoreOf): Promise<ServiceStore<unknown>> {
  return withKeys({ config, log }, (keys) => service.openStore(config, keys));
}

/** For a store of which only tables and leases are asked: it opens nothing, and seals nothing. */
export const noKeys: Vaults = { vault: () => createVault({ keys: fixedKeys([]) }) };

/** The stores of several services, in their order: all of them or none. */
export async function openSealedStores(
  list: readonly StoreOf[],
): Promise<readonly ServiceStore<unknown>[]> {
  const opened = await Promise.allSettled(list.map(openSealedStore));
  const stores = opened.flatMap((one) => (one.status === 'fulfilled' ? [one.value] : []));
  const failed = opened.find((one) => one.status === 'rejected');
  if (failed === undefined) return stores;
  await Promise.all(stores.map((store) => store.close()));
  throw failed.reason;
}

/** A whole service for a command, with its keys; the same otherwise. */
export function openSealedService(
  service: HostedService,
  config: Config,
  options: Parameters<HostedService['open']>[2],
): Promise<OpenService> {
  return withKeys({ config }, (keys) => service.open(config, keys, options));
}
