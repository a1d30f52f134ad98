import type { Endpoints, OwnProcess } from '../../stack/environment';
import { ownProcesses } from '../../stack/environment';

/** Where everything of Holdfast's own lives. */
export const namespace = 'holdfast';

/** HTTPS of each of our own processes. */
export const ownPort = 8443;

/**
 * Where servers are looked for: by the names of their own namespaces, as their operators set them up. Whoever has them
 * elsewhere, at a provider for example, changes the values of these variables in a patch of kustomize.
 */
export const clusterEndpoints: Endpoints = {
  temporal: 'temporal-frontend.temporal.svc:7233',
  temporalUi: 'https://temporal-ui.temporal.svc',
  temporalMetrics: 'https://temporal-metrics.temporal.svc/metrics',
  kafkaBrokers: [1, 2, 3].map((id) => `kafka-${id}.kafka.svc:9092`),
  mongodb: 'mongodb://mongodb.databases.svc:27017/?replicaSet=rs0&tls=true',
  postgres: { host: 'postgres.databases.svc', port: 5432 },
  dynamodb: 'https://dynamodb.databases.svc:8443',
  redis: { host: 'redis.databases.svc', port: 6379 },
  consul: 'https://consul-server.consul.svc:8501',
  keycloak: 'https://keycloak.keycloak.svc:8443',
  issuer: 'https://keycloak.keycloak.svc:8443/realms/holdfast',
  prometheus: 'https://prometheus.monitoring.svc:9090',
  cardProvider: 'https://card-provider.payments.svc:8443',
  processes: Object.fromEntries(
    ownProcesses.map((name) => [name, `https://${name}:${ownPort}`]),
  ) as Record<OwnProcess, string>,
};

/** Namespaces whose pods ask ours, though they are none of ours: health checks, and metrics. */
export const visitors = { discovery: 'consul', monitoring: 'monitoring' } as const;
