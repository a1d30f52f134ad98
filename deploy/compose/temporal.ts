import { images } from './images';
import type { Service } from './model';
import { after, certificatesOf, certsMount, healthyShell, oneShot, server } from './model';
import { innerPorts, onLoopback, outerPorts } from './places';

const files = (name: string): { ca: string; crt: string; key: string } => ({
  ca: `${certsMount}/ca.crt`,
  crt: `${certsMount}/${name}.crt`,
  key: `${certsMount}/${name}.key`,
});

function datastore(databaseName: string, maxConns: number): object {
  const { ca, crt, key } = files('temporal');
  return {
    sql: {
      ...{ pluginName: 'postgres12', databaseName, user: 'temporal', password: '' },
      ...{ connectAddr: `temporal-store:${innerPorts.postgres}`, connectProtocol: 'tcp' },
      ...{ maxConns, maxIdleConns: maxConns },
      tls: {
        ...{ enabled: true, caFile: ca, certFile: crt, keyFile: key },
        ...{ enableHostVerification: true, serverName: 'temporal-store' },
      },
    },
  };
}

/** All parts run in one process and find each other on loopback; only the frontend is for others. */
function rpc(grpcPort: number, address: object = { bindOnLocalHost: true }): object {
  return { rpc: { grpcPort, membershipPort: grpcPort - 300, ...address } };
}

/** Both sides of a connection to the server: between its own parts, and from clients. */
function serverTls(): object {
  const { ca, crt, key } = files('temporal');
  return {
    server: { certFile: crt, keyFile: key, requireClientAuth: true, clientCaFiles: [ca] },
    client: { serverName: 'temporal', rootCaFiles: [ca] },
  };
}

/** The whole configuration of the Temporal server: mutual TLS between its parts, from clients and to its store. */
export function temporalConfig(): object {
  const { ca, crt, key } = files('temporal');
  const worker = {
    certFile: crt,
    keyFile: key,
    client: { serverName: 'temporal', rootCaFiles: [ca] },
  };
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      ...{ defaultStore: 'default', visibilityStore: 'visibility' },
      // Cannot be changed later: enough for one team's sagas on a few nodes.
      numHistoryShards: 16,
      datastores: {
        default: datastore('temporal', 20),
        visibility: datastore('temporal_visibility', 10),
      },
    },
    global: {
      membership: { maxJoinDuration: '30s', broadcastAddress: '127.0.0.1' },
      metrics: { prometheus: { listenAddress: `0.0.0.0:${innerPorts.temporalMetrics}` } },
      tls: { internode: serverTls(), frontend: serverTls(), systemWorker: worker },
    },
    services: {
      frontend: rpc(innerPorts.temporal, { bindOnIP: '0.0.0.0' }),
      history: rpc(7234),
      matching: rpc(7235),
      worker: rpc(7239),
    },
    clusterMetadata: {
      ...{ enableGlobalNamespace: false, failoverVersionIncrement: 10 },
      ...{ masterClusterName: 'active', currentClusterName: 'active' },
      clusterInformation: {
        active: {
          ...{ enabled: true, initialFailoverVersion: 1, rpcName: 'frontend' },
          rpcAddress: `127.0.0.1:${innerPorts.temporal}`,
        },
      },
    },
    dcRedirectionPolicy: { policy: 'noop' },
  };
}

function schemaLine(database: string, schema: string): string {
  const tool = `temporal-sql-tool --db ${database}`;
  return [
    `(${tool} create-database || true)`,
    `(${tool} setup-schema -v 0.0 || true)`,
    `${tool} update-schema --schema-name postgresql/v12/${schema}`,
  ].join(' && ');
}

function initStore(): Service {
  const { ca, crt, key } = files('temporal');
  const lines = [
    schemaLine('temporal', 'temporal'),
    schemaLine('temporal_visibility', 'visibility'),
  ];
  return oneShot({
    image: images.temporalTools,
    user: '1000:1000',
    entrypoint: ['sh', '-c', lines.join(' && ')],
    environment: {
      ...{ SQL_PLUGIN: 'postgres12', SQL_HOST: 'temporal-store', SQL_USER: 'temporal' },
      SQL_PORT: String(innerPorts.postgres),
      ...{ SQL_TLS: 'true', SQL_TLS_CA_FILE: ca, SQL_TLS_CERT_FILE: crt, SQL_TLS_KEY_FILE: key },
      SQL_TLS_SERVER_NAME: 'temporal-store',
    },
    volumes: [certificatesOf('temporal')],
    depends_on: after({ 'temporal-store': 'service_healthy' }),
  });
}

function temporalServer(): Service {
  return server({
    image: images.temporal,
    user: '1000:1000',
    entrypoint: [
      ...['temporal-server', '--config-file', '/etc/holdfast/temporal.yaml'],
      ...['--allow-no-auth', 'start'],
    ],
    configs: [{ source: 'temporal', target: '/etc/holdfast/temporal.yaml' }],
    volumes: [certificatesOf('temporal')],
    depends_on: after({ 'init-temporal-store': 'service_completed_successfully' }),
    healthcheck: healthyShell(`nc -z localhost ${innerPorts.temporal}`),
  });
}

function webUi(): Service {
  const { ca, crt, key } = files('temporal-ui');
  return server({
    image: images.temporalUi,
    user: '1000:1000',
    // The image writes its configuration from the environment when it starts.
    read_only: false,
    environment: {
      TEMPORAL_ADDRESS: `temporal:${innerPorts.temporal}`,
      TEMPORAL_DEFAULT_NAMESPACE: 'holdfast',
      ...{ TEMPORAL_TLS_CA: ca, TEMPORAL_TLS_CERT: crt, TEMPORAL_TLS_KEY: key },
      TEMPORAL_CODEC_ENDPOINT: `https://localhost:${outerPorts.gateway}/codec`,
      TEMPORAL_CODEC_INCLUDE_CREDENTIALS: 'true',
      ...{ TEMPORAL_TLS_ENABLE_HOST_VERIFICATION: 'true', TEMPORAL_TLS_SERVER_NAME: 'temporal' },
    },
    volumes: [certificatesOf('temporal-ui')],
    ports: [onLoopback(outerPorts.temporalUi, innerPorts.temporalUi)],
    depends_on: after({ temporal: 'service_healthy' }),
  });
}

/** The Temporal server with its schema and its Web UI. */
export function temporal(): Record<string, Service> {
  return {
    'init-temporal-store': initStore(),
    temporal: temporalServer(),
    'temporal-ui': webUi(),
  };
}
