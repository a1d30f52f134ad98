import { openConsul } from '../discovery/consul';
import { connectLog } from '../event-log/kafka';
import { loadSchemas } from '../event-log/schema-registry';
import { eventPartitions } from '../event-log/topics';
import { createMetrics } from '../http/metrics';
import { traceHeaders } from '../http/tracing';
import type { Config } from '../runtime/config';
import { createLog } from '../runtime/log';
import { startTracing } from '../runtime/tracing';
import { openTokenVerifier } from '../security/authority';
import { renewedCredentials } from '../security/renewal';
import type { HostedService } from './hosted-service';
import { observeKeys, observeMessages, observeOutbox } from './service-metrics';

/** Everything a service's process is built from. */
export type ServiceParts = ReturnType<typeof openServiceParts>;

/** Opens what needs nothing but the configuration: nothing connects yet, so nothing here can be away. */
export function openServiceParts(config: Config, service: HostedService) {
  const log = createLog(config);
  const metrics = createMetrics();
  const schemas = loadSchemas();
  const tracing = startTracing({
    serviceName: config.HOLDFAST_NAME,
    traceFile: config.HOLDFAST_TRACE_FILE,
  });
  const opened = service.open(config, {
    schemas,
    clock: () => new Date(),
    partitions: eventPartitions,
    trace: () => traceHeaders().traceparent,
    observe: observeMessages(metrics.registry, service.name),
  });
  const eventLog = connectLog({
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    clientId: config.HOLDFAST_NAME,
    ...renewedCredentials(config),
    log,
  });
  const tokens = openTokenVerifier(config, log);
  const consul = openConsul(config);
  observeOutbox(metrics.registry, service.name, opened.store);
  observeKeys(metrics.registry, tokens);
  return {
    ...{ config, service, log, metrics, schemas, tracing },
    ...{ ...opened, eventLog, tokens, consul },
  };
}

/** Closes every connection; what is still in work must be over. */
export async function closeServiceParts(parts: ServiceParts): Promise<void> {
  const { eventLog, tokens, consul, tracing } = parts;
  await Promise.all([eventLog.close(), parts.close(), tokens.close(), consul.close()]);
  await tracing.stop();
}
