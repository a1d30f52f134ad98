import path from 'node:path';
import type { PortName } from '../../ports';
import type { ServerContext } from '../server';
import { identityFiles } from '../server';

/** What the properties depend on. */
export type BrokerContext = Pick<ServerContext, 'stateDir' | 'certsDir' | 'ports' | 'brokers'>;

/** Port name of a broker's client listener. */
export function brokerPort(id: number): PortName {
  return `kafka${id as 1 | 2 | 3}`;
}

/** Port name of a broker's controller listener. */
export function controllerPort(id: number): PortName {
  return `kafkaController${id as 1 | 2 | 3}`;
}

/** Copies of every partition, and how many must have a record before it is acknowledged. */
export function replication(brokers: 1 | 3): { factor: number; minInSync: number } {
  return brokers === 3 ? { factor: 3, minInSync: 2 } : { factor: 1, minInSync: 1 };
}

function quorum(context: BrokerContext): string {
  const ids = Array.from({ length: context.brokers }, (_, index) => index + 1);
  return ids.map((id) => `${id}@localhost:${context.ports[controllerPort(id)]}`).join(',');
}

function listeners(context: BrokerContext, id: number): Record<string, string> {
  const client = `SSL://localhost:${context.ports[brokerPort(id)]}`;
  return {
    'process.roles': 'broker,controller',
    'node.id': String(id),
    'controller.quorum.voters': quorum(context),
    listeners: `${client},CONTROLLER://localhost:${context.ports[controllerPort(id)]}`,
    'advertised.listeners': client,
    'listener.security.protocol.map': 'SSL:SSL,CONTROLLER:SSL',
    'controller.listener.names': 'CONTROLLER',
    'inter.broker.listener.name': 'SSL',
    'log.dirs': path.join(context.stateDir, 'kafka', `broker-${id}`),
  };
}

/**
 * Java writes a distinguished name in the reverse order of openssl, so the rule takes the common name from
 * anywhere; a rule anchored at the start would match nobody, and the brokers would lock themselves out.
 */
function security(context: BrokerContext): Record<string, string> {
  const files = identityFiles(context.certsDir, 'kafka');
  return {
    'ssl.keystore.type': 'PEM',
    'ssl.keystore.location': files.pem,
    'ssl.truststore.type': 'PEM',
    'ssl.truststore.location': files.ca,
    'ssl.client.auth': 'required',
    'ssl.endpoint.identification.algorithm': 'https',
    'ssl.principal.mapping.rules': 'RULE:^(?:.*,)?CN=([^,]+)(?:,.*)?$/$1/,DEFAULT',
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'super.users': 'User:kafka;User:admin',
    'allow.everyone.if.no.acl.found': 'false',
  };
}

function copies(brokers: 1 | 3): Record<string, string> {
  const factor = String(replication(brokers).factor);
  const minInSync = String(replication(brokers).minInSync);
  return {
    'default.replication.factor': factor,
    'min.insync.replicas': minInSync,
    'offsets.topic.replication.factor': factor,
    'offsets.topic.num.partitions': '3',
    'transaction.state.log.replication.factor': factor,
    'transaction.state.log.min.isr': minInSync,
    'transaction.state.log.num.partitions': '3',
    'share.coordinator.state.topic.replication.factor': factor,
    'share.coordinator.state.topic.min.isr': minInSync,
  };
}

/** Small and quick to notice a dead neighbour; all of it sized for one machine. */
const sizing = {
  'auto.create.topics.enable': 'false',
  'log.retention.ms': '-1',
  'group.initial.rebalance.delay.ms': '0',
  'group.min.session.timeout.ms': '1000',
  'num.network.threads': '2',
  'num.io.threads': '4',
  'log.cleaner.dedupe.buffer.size': '4194304',
  'log.cleaner.threads': '1',
  'broker.heartbeat.interval.ms': '500',
  'broker.session.timeout.ms': '3000',
  'controller.quorum.election.timeout.ms': '500',
  'controller.quorum.fetch.timeout.ms': '1000',
};

/** The properties file of one broker. */
export function kafkaProperties(context: BrokerContext, id: number): string {
  const all = {
    ...listeners(context, id),
    ...security(context),
    ...copies(context.brokers),
    ...sizing,
  };
  return `${Object.entries(all)
    .map(([key, value]) => `${key}=${value}`)
    .join('\n')}\n`;
}
