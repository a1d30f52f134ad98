import { openMongoStore } from '../../platform/outbox/mongodb/store';
import type { ServiceStore } from '../../platform/outbox/ports';
import { renewingStore } from '../../platform/outbox/renewing';
import type { Config } from '../../platform/runtime/config';
import { mongoOptions, renewalsOf } from '../../platform/runtime/connections';
import type { Vault } from '../../platform/security/keys/vault';
import type { OrderState } from './state';

/** Orders on MongoDB, database `orders`, its content sealed. Connects at the first call. */
export function openOrdersStore(config: Config, vault: Vault): ServiceStore<OrderState> {
  const open = () =>
    openMongoStore<OrderState>({
      ...mongoOptions(config),
      database: 'orders',
      instance: config.HOLDFAST_INSTANCE,
      service: 'orders',
      vault,
    });
  return renewingStore(open, renewalsOf(config));
}
