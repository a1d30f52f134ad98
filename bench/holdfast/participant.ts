import path from 'node:path';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { runProcess } from '../../platform/host/process';
import { startService } from '../../platform/host/service-process';
import { projectRoot } from '../../platform/runtime/paths';
import { hostedRows } from './hosted-rows';

/** The participant as a process, as the product's own are: fence, events, relay, worker, keys, API without routes. */
void runProcess(process.env, (config) =>
  startService(config, hostedRows, {
    schemas: loadSchemas(path.join(projectRoot, 'bench', 'schemas')),
  }),
);
