import { serviceNames } from '../activities/list';
import type { Ports } from './ports';
import { spareMax } from './ports';
import { identityFiles } from './servers/server';

/** Where everything of a stack can be reached from this machine. */
export interface Endpoints {
  temporal: string;
  temporalUi: string;
  temporalMetrics: string;
  kafkaBrokers: string[];
  mongodb: string;
  postgres: { host: string; port: number };
  dynamodb: string;
  redis: { host: string; port: number };
  consul: string;
  keycloak: string;
  issuer: string;
  prometheus: string;
  cardProvider: string;
  /** HTTPS address of each of our own processes. */
  processes: Record<OwnProcess, string>;
}

/** Our own processes with a fixed place in the block of ports. */
export const ownProcesses = [
  ...(['gateway', 'orchestrator'] as const),
  ...serviceNames,
  ...(['projector', 'auditor', 'keys'] as const),
] as const;

export type OwnProcess = (typeof ownProcesses)[number];

const isOwn = (name: string): name is OwnProcess =>
  (ownProcesses as readonly string[]).includes(name);

/** Addresses that follow from a block of ports. */
export function endpointsOf(ports: Ports, brokers: 1 | 3): Endpoints {
  const kafkaPorts = [ports.kafka1, ports.kafka2, ports.kafka3].slice(0, brokers);
  const own = ownProcesses.map((name) => [name, `https://localhost:${ports[name]}`]);
  const keycloak = `https://localhost:${ports.keycloak}`;
  return {
    temporal: `localhost:${ports.temporal}`,
    temporalUi: `http://127.0.0.1:${ports.temporalUi}`,
    temporalMetrics: `http://127.0.0.1:${ports.temporalMetrics}/metrics`,
    kafkaBrokers: kafkaPorts.map((port) => `localhost:${port}`),
    mongodb: `mongodb://localhost:${ports.mongodb}/?replicaSet=rs0&tls=true`,
    postgres: { host: 'localhost', port: ports.postgres },
    dynamodb: `https://localhost:${ports.dynamodb}`,
    redis: { host: 'localhost', port: ports.redis },
    consul: `https://localhost:${ports.consul}`,
    keycloak,
    issuer: `${keycloak}/realms/holdfast`,
    prometheus: `https://localhost:${ports.prometheus}`,
    cardProvider: `https://localhost:${ports.cardProvider}`,
    processes: Object.fromEntries(own) as Record<OwnProcess, string>,
  };
}

/** Hands out HTTPS ports: the fixed ones by name, and the spare ones in the order they are asked for. */
export function portAllotter(ports: Ports): (name: string) => number {
  const spare = new Map<string, number>();
  return (name) => {
    if (isOwn(name)) return ports[name];
    const known = spare.get(name) ?? ports.spare + spare.size;
    if (known - ports.spare >= spareMax) {
      throw new Error(`No port is left for ${name}: a stack has room for that many processes only`);
    }
    spare.set(name, known);
    return known;
  };
}

export interface EnvironmentOptions {
  endpoints: Endpoints;
  certsDir: string;
  instance: string;
  /** The token of a process at Consul; empty for one that has none. */
  consulTokenOf: (name: string) => string;
  /** File of the key-encryption keys; told to the key store alone. */
  kekFile: string;
  portOf: (name: string) => number;
}

/** A receiver of webhooks on this machine: an address of its own, where none of the servers is looked for. */
const receiversHere = (caFile: string) => ({
  HOLDFAST_WEBHOOK_ALLOW: '127.0.0.2',
  HOLDFAST_WEBHOOK_PORTS: '443,1024-65535',
  HOLDFAST_WEBHOOK_CA_FILE: caFile,
});

/** The whole environment of one of our processes, as `platform/runtime/config.ts` wants it. */
export function environmentOf(options: EnvironmentOptions, name: string): Record<string, string> {
  const { endpoints } = options;
  const files = identityFiles(options.certsDir, name);
  return {
    HOLDFAST_NAME: name,
    HOLDFAST_INSTANCE: options.instance,
    HOLDFAST_CERT_FILE: files.crt,
    HOLDFAST_KEY_FILE: files.key,
    HOLDFAST_CA_FILE: files.ca,
    HOLDFAST_TEMPORAL_ADDRESS: endpoints.temporal,
    HOLDFAST_TEMPORAL_NAMESPACE: 'holdfast',
    HOLDFAST_TEMPORAL_UI_URL: endpoints.temporalUi,
    HOLDFAST_KAFKA_BROKERS: endpoints.kafkaBrokers.join(','),
    HOLDFAST_MONGODB_URL: endpoints.mongodb,
    HOLDFAST_POSTGRES_HOST: endpoints.postgres.host,
    HOLDFAST_POSTGRES_PORT: String(endpoints.postgres.port),
    HOLDFAST_DYNAMODB_ENDPOINT: endpoints.dynamodb,
    HOLDFAST_REDIS_HOST: endpoints.redis.host,
    HOLDFAST_REDIS_PORT: String(endpoints.redis.port),
    HOLDFAST_CONSUL_URL: endpoints.consul,
    HOLDFAST_CONSUL_TOKEN: options.consulTokenOf(name),
    HOLDFAST_KEYS_URL: endpoints.processes.keys,
    ...(name === 'keys' ? { HOLDFAST_KEK_FILE: options.kekFile } : {}),
    ...(name === 'orchestrator' ? receiversHere(files.ca) : {}),
    HOLDFAST_ISSUER: endpoints.issuer,
    HOLDFAST_CARD_PROVIDER_URL: endpoints.cardProvider,
    HOLDFAST_HTTP_PORT: String(options.portOf(name)),
    // Keycloak's certificate comes from our authority, which Node does not know by itself.
    NODE_EXTRA_CA_CERTS: files.ca,
    AWS_SDK_JS_NODE_VERSION_SUPPORT_WARNING_DISABLED: 'true',
  };
}
