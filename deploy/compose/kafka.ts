import { kafkaProperties } from '../../stack/servers/kafka/properties';
import { images } from './images';
import type { Service } from './model';
import { after, certificatesOf, certsMount, healthy, server, stateIn } from './model';
import { brokerIds, innerPorts, outerPorts } from './places';

/** One id for the cluster; it only keeps a broker from joining a stranger's folder. */
const clusterId = '4L6g3nShT-eMCtK--X86sw';

/** The settings of the embedded stack's broker, as a record. */
function embeddedSettings(id: number): Record<string, string> {
  const context = { stateDir: '/', certsDir: certsMount, ports: outerPorts, brokers: 3 } as const;
  const lines = kafkaProperties(context, id).trim().split('\n');
  return Object.fromEntries(
    lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
  );
}

/** The properties file of one broker: the embedded stack's, with the addresses and the certificate of a container. */
export function brokerProperties(id: number): string {
  const client = `SSL://kafka-${id}:${innerPorts.kafka}`;
  const settings = {
    ...embeddedSettings(id),
    'controller.quorum.voters': brokerIds
      .map((other) => `${other}@kafka-${other}:${innerPorts.kafkaController}`)
      .join(','),
    listeners: `SSL://:${innerPorts.kafka},CONTROLLER://:${innerPorts.kafkaController}`,
    'advertised.listeners': client,
    'log.dirs': '/var/lib/kafka/data',
    'ssl.keystore.location': `${certsMount}/kafka-${id}.pem`,
    'super.users': ['admin', ...brokerIds.map((other) => `kafka-${other}`)]
      .map((name) => `User:${name}`)
      .join(';'),
  };
  const lines = Object.entries(settings).map(([key, value]) => `${key}=${value}`);
  return `${lines.join('\n')}\n`;
}

const properties = '/etc/holdfast/broker.properties';

function broker(id: number): Service {
  const format = `/opt/kafka/bin/kafka-storage.sh format --ignore-formatted -t ${clusterId} -c ${properties}`;
  const start = `exec /opt/kafka/bin/kafka-server-start.sh ${properties}`;
  return server({
    image: images.kafka,
    user: '1000:1000',
    hostname: `kafka-${id}`,
    entrypoint: ['bash', '-c', `${format} && ${start}`],
    environment: { KAFKA_HEAP_OPTS: '-Xms128m -Xmx384m', LOG_DIR: '/tmp/kafka-logs' },
    configs: [{ source: `broker-${id}`, target: properties }],
    volumes: [certificatesOf(`kafka-${id}`), stateIn(`kafka-${id}`, '/var/lib/kafka/data')],
    depends_on: after({ 'init-certificates': 'service_completed_successfully' }),
    healthcheck: healthy('bash', '-c', `exec 3<>/dev/tcp/kafka-${id}/${innerPorts.kafka}`),
    stop_grace_period: '30s',
  });
}

/** Three brokers that are also the quorum's controllers. */
export function brokers(): Record<string, Service> {
  return Object.fromEntries(brokerIds.map((id) => [`kafka-${id}`, broker(id)]));
}
