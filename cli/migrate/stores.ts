import { openLedger } from '../../platform/audit/ledger/postgres';
import { noKeys } from '../../platform/host/sealed-store';
import { openKeyRows } from '../../platform/keys/rows';
import type { VersionedTables } from '../../platform/outbox/tables-version';
import type { Config } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import type { Keyring } from '../../platform/security/keys/vault';
import { ownedServices } from '../owned-services';
import { projections } from '../../projections';
import { reactions } from '../../reactions';
import { openReactionStore } from '../../reactions/store';
import { openWebhookStore } from '../../webhooks/store';
import { openReadModelStore } from '../../projections/store';

/** A store and the process that owns it: only that one's certificate may change its tables. */
export interface OwnedStore {
  readonly name: string;
  readonly process: string;
  open(config: Config): VersionedTables & { close(): Promise<void> };
}

/**
 * Every store in the order it is expanded: first who answers sagas, then the journal of those who run them, last what
 * is built from the events of both.
 */
export const ownedStores: readonly OwnedStore[] = [
  ...ownedServices.map(({ process, service }) => ({
    ...{ name: service.name, process },
    open: (config: Config) => service.openStore(config, noKeys),
  })),
  {
    name: 'reactions',
    process: 'orchestrator',
    open: (config) =>
      takenOver(config, (keys) => {
        const store = openReactionStore(config, { reactions, keys });
        return { tables: store.tablesOf(keys), close: () => store.close() };
      }),
  },
  {
    name: 'webhooks',
    process: 'orchestrator',
    open: (config) => {
      const store = openWebhookStore(config, noKeys);
      return { ...store.tables, close: () => store.close() };
    },
  },
  {
    name: 'readmodels',
    process: 'projector',
    open: (config) =>
      takenOver(config, (keys) => {
        const store = openReadModelStore(config, keys);
        return { tables: store.tablesOf(projections, keys), close: () => store.close() };
      }),
  },
  { name: 'keys', process: 'keys', open: (config) => openKeyRows(config) },
  {
    name: 'audit',
    process: 'auditor',
    open: (config) =>
      takenOver(config, (keys) => {
        const ledger = openLedger(config, keys);
        return { tables: ledger.tablesOf(keys), close: () => ledger.close() };
      }),
  },
];

/** With the keys of the process, for what is to be sealed on the way; nothing waits for them before that. */
function takenOver(
  config: Config,
  open: (keys: Keyring) => { readonly tables: VersionedTables; close(): Promise<void> },
): VersionedTables & { close(): Promise<void> } {
  const keys = openKeyring(config, { log: silentLog });
  const opened = open(keys);
  const close = async () => void (await Promise.all([opened.close(), keys.close()]));
  return { ...opened.tables, close };
}
