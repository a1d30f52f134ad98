import { randomUUID } from 'node:crypto';
import { services } from '../activities';
import { connectLog } from '../platform/event-log/kafka';
import { startRelay } from '../platform/event-log/relay';
import { createLogCheck } from '../platform/event-log/relay/log-check';
import { sealedLog } from '../platform/event-log/sealed-log';
import { loadSchemas } from '../platform/event-log/schema-registry';
import { eventPartitions, eventTopic } from '../platform/event-log/topics';
import { traceProcess } from '../platform/host/collector';
import { keepTrying } from '../platform/host/keep-trying';
import { runProcess } from '../platform/host/process';
import type { RunningProcess } from '../platform/host/process';
import type { Config } from '../platform/runtime/config';
import { createLog } from '../platform/runtime/log';
import { sagasJournal } from '../platform/saga/journal/hosted';
import { openKeyring } from '../platform/security/keys/keyring';
import { renewedCredentials } from '../platform/security/renewal';

/**
 * A relay alone, for a service whose own process is away or busy: `node dist/workers/relay.js <service>`, with the
 * service's identity. It shares the slots with other relays of the service by their leases.
 */
async function startRelayAlone(config: Config): Promise<RunningProcess> {
  const log = createLog(config);
  const tracing = traceProcess(config, log);
  const keys = openKeyring(config, { log });
  const store = service.openStore(config, keys);
  const stopping = new AbortController().signal;
  await keepTrying(() => keys.ready(), { name: 'keys', log, stopping });
  const schemas = loadSchemas();
  const brokers = connectLog({
    brokers: config.HOLDFAST_KAFKA_BROKERS,
    clientId: `${config.HOLDFAST_NAME}-relay`,
    ...renewedCredentials(config),
    log,
  });
  const eventLog = sealedLog(brokers, { keys, instance: config.HOLDFAST_INSTANCE });
  const topic = eventTopic(service.name, config.HOLDFAST_INSTANCE);
  const relay = startRelay({
    service: service.name,
    source: store,
    writer: eventLog.writer,
    topic,
    partitions: eventPartitions,
    owner: `${config.HOLDFAST_NAME}-relay-${randomUUID()}`,
    log,
    schemaHashOf: (type, version) => schemas.hashOf(type, version),
    logCheck: createLogCheck({
      ...{ eventLog, topic, source: store, groupPrefix: `${config.HOLDFAST_NAME}-relay` },
    }),
  });
  log.info('the relay is at work', { service: service.name });
  return {
    log,
    async stop() {
      await relay.stop();
      await eventLog.close();
      await store.close();
      await keys.close();
      await tracing.stop();
    },
  };
}

const [, , name = ''] = process.argv;
const hosted = [...services, sagasJournal];
const found = hosted.find((one) => one.name === name);
if (found === undefined) {
  const known = hosted.map((one) => one.name).join(', ');
  process.stderr.write(`There is no service "${name}"; there are ${known}.\n`);
  process.exit(2);
}
const service = found;
void runProcess(process.env, startRelayAlone);
