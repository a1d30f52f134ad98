import { openDynamoStore } from '../../platform/outbox/dynamodb/store';
import type { ServiceStore } from '../../platform/outbox/ports';
import { renewingStore } from '../../platform/outbox/renewing';
import type { Config } from '../../platform/runtime/config';
import { dynamoOptions, renewalsOf } from '../../platform/runtime/connections';
import type { Vault } from '../../platform/security/keys/vault';
import type { InventoryState } from './decider';

/** Inventory on DynamoDB, table `inventory`, its content sealed. Connects at the first call. */
export function openInventoryStore(config: Config, vault: Vault): ServiceStore<InventoryState> {
  const open = () =>
    openDynamoStore<InventoryState>({
      client: dynamoOptions(config),
      table: 'inventory',
      instance: config.HOLDFAST_INSTANCE,
      service: 'inventory',
      vault,
    });
  return renewingStore(open, renewalsOf(config));
}
