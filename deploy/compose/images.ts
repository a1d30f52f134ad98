/**
 * Images by version. Where the embedded stack gets the same server, the version is the same; MongoDB and Consul are
 * newer here, because the embedded stack takes what package registries carry.
 */
export const images = {
  postgres: 'postgres:17.6-bookworm',
  mongodb: 'mongo:8.0.13-noble',
  dynamodb: 'amazon/dynamodb-local:3.1.0',
  kafka: 'apache/kafka:4.3.0',
  keycloak: 'keycloak/keycloak:26.7.3',
  consul: 'hashicorp/consul:1.22.5',
  redis: 'redis:8.2.1-bookworm',
  temporal: 'temporalio/server:1.32.0',
  temporalTools: 'temporalio/admin-tools:1.32.0',
  temporalUi: 'temporalio/ui:2.54.1',
  prometheus: 'prom/prometheus:v3.5.0',
  grafana: 'grafana/grafana:12.2.0',
  /** Our own, built from the Dockerfile at the root. */
  holdfast: 'holdfast:0.1.0',
} as const;
