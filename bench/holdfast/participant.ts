import path from 'node:path';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { hostable } from '../../platform/host/hosted-service';
import { runProcess } from '../../platform/host/process';
import { startService } from '../../platform/host/service-process';
import { openPostgresStore } from '../../platform/outbox/postgres/store';
import { renewingStore } from '../../platform/outbox/renewing';
import { postgresOptions, renewalsOf } from '../../platform/runtime/connections';
import { projectRoot } from '../../platform/runtime/paths';
import { database } from '../steps/rows';
import { rowService } from './row-service';
import type { Row } from './row-service';

const service = hostable({
  definition: rowService,
  openStore: (config, vault) => {
    const pool = postgresOptions(config, database);
    const options = { pool, instance: config.HOLDFAST_INSTANCE, service: 'payments', vault };
    return renewingStore(() => openPostgresStore<Row>(options), renewalsOf(config));
  },
  openApi: () => ({ mount: () => undefined }),
  identities: { alone: () => [] },
});

/** The participant as a process, as the product's own are: fence, events, relay, worker, keys, API without routes. */
void runProcess(process.env, (config) =>
  startService(config, service, {
    schemas: loadSchemas(path.join(projectRoot, 'bench', 'schemas')),
  }),
);
