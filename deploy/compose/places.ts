import type { Endpoints, OwnProcess } from '../../stack/environment';
import { ownProcesses } from '../../stack/environment';
import type { Ports } from '../../stack/ports';
import { portBlock, portsFrom } from '../../stack/ports';

/** Brokers of the Compose stack: three, so that one may die without losing acknowledged writes. */
export const brokerIds = [1, 2, 3] as const;

/** Port of each server inside the network: the one it is known for. */
export const innerPorts = {
  temporal: 7233,
  temporalUi: 8080,
  temporalMetrics: 9090,
  mongodb: 27017,
  postgres: 5432,
  dynamodb: 8443,
  dynamodbLocal: 8000,
  redis: 6379,
  kafka: 9092,
  kafkaController: 9093,
  keycloak: 8443,
  consul: 8501,
  prometheus: 9090,
  grafana: 3000,
  /** HTTPS of our own processes. */
  own: 8443,
} as const;

/** Ports on the machine's loopback address: the same as those of the embedded stack, so that the docs fit both. */
export const outerPorts: Ports = portsFrom(portBlock.defaultBase);

/** Grafana has no place in the embedded stack; it takes the first free port behind Prometheus. */
export const grafanaOuterPort = outerPorts.prometheus + 1;

/** Publishes an inner port on loopback only: what faces the world belongs behind a proxy of the operator's. */
export function onLoopback(outer: number, inner: number): string {
  return `127.0.0.1:${outer}:${inner}`;
}

/** Tokens name this address as their issuer, inside the network and outside of it. */
export const keycloakUrl = `https://keycloak:${innerPorts.keycloak}`;

/** Where every part is found from inside the network. */
export const composeEndpoints: Endpoints = {
  temporal: `temporal:${innerPorts.temporal}`,
  temporalUi: `http://127.0.0.1:${outerPorts.temporalUi}`,
  temporalMetrics: `http://temporal:${innerPorts.temporalMetrics}/metrics`,
  kafkaBrokers: brokerIds.map((id) => `kafka-${id}:${innerPorts.kafka}`),
  mongodb: `mongodb://mongodb:${innerPorts.mongodb}/?replicaSet=rs0&tls=true`,
  postgres: { host: 'postgres', port: innerPorts.postgres },
  dynamodb: `https://dynamodb:${innerPorts.dynamodb}`,
  redis: { host: 'redis', port: innerPorts.redis },
  consul: `https://consul:${innerPorts.consul}`,
  keycloak: keycloakUrl,
  issuer: `${keycloakUrl}/realms/holdfast`,
  prometheus: `https://prometheus:${innerPorts.prometheus}`,
  cardProvider: `https://card-provider:${innerPorts.own}`,
  processes: Object.fromEntries(
    ownProcesses.map((name) => [name, `https://${name}:${innerPorts.own}`]),
  ) as Record<OwnProcess, string>,
};
