import { hostable } from '../../platform/host/hosted-service';
import { openPostgresStore } from '../../platform/outbox/postgres/store';
import { renewingStore } from '../../platform/outbox/renewing';
import { postgresOptions, renewalsOf } from '../../platform/runtime/connections';
import { database } from '../steps/rows';
import { rowService } from './row-service';
import type { Row } from './row-service';

/** The participant of the measured saga, to be hosted as the product's services are. */
export const hostedRows = hostable({
  operations: {},
  definition: rowService,
  openStore: (config, vault) => {
    const pool = postgresOptions(config, database);
    const options = { pool, instance: config.HOLDFAST_INSTANCE, service: 'payments', vault };
    return renewingStore(() => openPostgresStore<Row>(options), renewalsOf(config));
  },
  openApi: () => ({ mount: () => undefined }),
  identities: { alone: () => [] },
});
