import { openPostgresStore } from '../../platform/outbox/postgres/store';
import type { ServiceStore } from '../../platform/outbox/ports';
import { renewingStore } from '../../platform/outbox/renewing';
import type { Config } from '../../platform/runtime/config';
import { postgresOptions, renewalsOf } from '../../platform/runtime/connections';
import type { Vault } from '../../platform/security/keys/vault';
import type { PaymentsState } from './decider';

/** Payments on PostgreSQL, database `payments`, its content sealed. Connects at the first call. */
export function openPaymentsStore(config: Config, vault: Vault): ServiceStore<PaymentsState> {
  const open = () =>
    openPostgresStore<PaymentsState>({
      pool: postgresOptions(config, 'payments'),
      instance: config.HOLDFAST_INSTANCE,
      service: 'payments',
      vault,
    });
  return renewingStore(open, renewalsOf(config));
}
