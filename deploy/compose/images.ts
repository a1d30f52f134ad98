import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';

/**
 * Images by version. Where the embedded stack gets the same server, the version is the same; MongoDB and Consul are
 * newer here, because the embedded stack takes what package registries carry.
 */
export const imageVersions = {
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

/** What our own image makes of itself, wherever its containers run. */
export const inContainer = {
  HOLDFAST_HTTP_HOST: '0.0.0.0',
  HOLDFAST_WORKFLOW_BUNDLE: '/app/dist/workflow-bundle.js',
} as const;

/** Where the digests are kept; `npm run compose:pin` asks each image's registry and writes it. */
export const digestsFile = path.join(projectRoot, 'deploy', 'compose', 'digests.json');

/** Digest of each image that has been pinned. */
export function readDigests(): Readonly<Record<string, string>> {
  return JSON.parse(readFileSync(digestsFile, 'utf8')) as Record<string, string>;
}

type Images = Readonly<Record<keyof typeof imageVersions, string>>;

/** The same images by version and digest: a tag can be moved to other contents, a digest cannot. */
export const images: Images = (() => {
  const digests = readDigests();
  const pinned = Object.entries(imageVersions).map(([name, image]) => {
    const digest = digests[image];
    return [name, digest === undefined ? image : `${image}@${digest}`];
  });
  return Object.fromEntries(pinned) as Images;
})();
