import { openConsul } from '../discovery/consul';
import { connectLog } from '../event-log/kafka';
import { sealedLog } from '../event-log/sealed-log';
import type { SchemaRegistry } from '../event-log/schema-registry';
import { eventPartitions } from '../event-log/topics';
import { createMetrics } from '../http/metrics';
import { traceHeaders } from '../http/tracing';
import type { Config } from '../runtime/config';
import { createLog } from '../runtime/log';
import { openTokenVerifier } from '../security/authority';
import { openKeyring } from '../security/keys/keyring';
import { renewedCredentials } from '../security/renewal';
import { traceProcess } from './collector';
import type { HostedService } from './hosted-service';
import { admissionOf, grantRefusalsSeenBy, sagaGrantOpenerOf } from './saga-grants';
import { observePools } from './pool-metrics';
import { sealedTemporal } from './sealed-temporal';
import { observeKeys, observeMessages, observeOutbox } from './service-metrics';

/** Everything a service's process is built from. */
export type ServiceParts = ReturnType<typeof openServiceParts>;

/** Opens what needs nothing but the configuration: nothing connects yet, so nothing here can be away. */
export function openServiceParts(config: Config, service: HostedService, schemas: SchemaRegistry) {
  const log = createLog(config);
  const metrics = createMetrics();
  const grantRefused = grantRefusalsSeenBy({ log, registry: metrics.registry });
  const tracing = traceProcess(config, log);
  const keys = openKeyring(config, { log, registry: metrics.registry });
  const openGrant = sagaGrantOpenerOf(config, keys);
  const opened = service.open(config, keys, {
    schemas,
    clock: () => new Date(),
    partitions: eventPartitions,
    trace: () => traceHeaders().traceparent,
    ...{ grantRefused, openGrant },
    observe: observeMessages(metrics.registry, service.name),
  });
  const brokers = connectLog({
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    clientId: config.HOLDFAST_NAME,
    ...renewedCredentials(config),
    log,
  });
  const eventLog = sealedLog(brokers, { keys, instance: config.HOLDFAST_INSTANCE });
  const admit = admissionOf(openGrant, service, grantRefused);
  const tokens = openTokenVerifier(config, log);
  const dataConverter = sealedTemporal(config, keys);
  const consul = openConsul(config);
  observeOutbox(metrics.registry, service.name, opened.store);
  observeKeys(metrics.registry, tokens);
  observePools(metrics.registry, config);
  return {
    ...{ config, service, log, metrics, schemas, tracing, keys },
    ...{ ...opened, eventLog, tokens, consul, dataConverter, admit, openGrant },
  };
}

/** Closes every connection; what is still in work must be over. */
export async function closeServiceParts(parts: ServiceParts): Promise<void> {
  const { eventLog, tokens, consul, tracing, keys } = parts;
  await Promise.all([eventLog.close(), parts.close(), tokens.close(), consul.close()]);
  await keys.close();
  await tracing.stop();
}
