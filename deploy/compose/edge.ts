import type { ProviderOptions } from '../../stack/servers/card-provider/main';
import { fromEnv, managementTokenVariable } from '../env-secrets';
import { images } from './images';
import type { Service } from './model';
import { after, certificatesOf, certsMount, healthy, healthyShell, server, stateIn } from './model';
import { grafanaOuterPort, innerPorts, keycloakUrl, onLoopback, outerPorts } from './places';

/** Consul's agent: access lists that deny by default, its API over mutual TLS only. */
export function consulConfig(): object {
  const files = {
    ca_file: `${certsMount}/ca.crt`,
    cert_file: `${certsMount}/consul.crt`,
    key_file: `${certsMount}/consul.key`,
  };
  const token = fromEnv(managementTokenVariable);
  return {
    ...{ server: true, bootstrap_expect: 1, node_name: 'holdfast', data_dir: '/consul/data' },
    ...{ bind_addr: '{{ GetPrivateIP }}', client_addr: '0.0.0.0' },
    ports: { http: -1, https: innerPorts.consul, dns: -1, grpc: -1, grpc_tls: -1, serf_wan: -1 },
    tls: {
      defaults: { ...files, verify_incoming: true, verify_outgoing: true },
      internal_rpc: { verify_server_hostname: true },
    },
    enable_agent_tls_for_checks: true,
    acl: {
      ...{ enabled: true, default_policy: 'deny', enable_token_persistence: true },
      tokens: { initial_management: token, agent: token },
    },
    ...{ disable_update_check: true, leave_on_terminate: false, log_level: 'warn' },
  };
}

function consul(): Service {
  const { ca_file, cert_file, key_file } = {
    ca_file: `${certsMount}/ca.crt`,
    cert_file: `${certsMount}/consul.crt`,
    key_file: `${certsMount}/consul.key`,
  };
  const leader = `https://localhost:${innerPorts.consul}/v1/status/leader`;
  return server({
    image: images.consul,
    user: '100:1000',
    entrypoint: ['consul', 'agent', '-config-file=/etc/holdfast/consul.json'],
    configs: [{ source: 'consul', target: '/etc/holdfast/consul.json' }],
    volumes: [certificatesOf('consul'), stateIn('consul', '/consul/data')],
    depends_on: after({ 'init-certificates': 'service_completed_successfully' }),
    healthcheck: healthyShell(
      `curl -sf --cacert ${ca_file} --cert ${cert_file} --key ${key_file} ${leader} | grep -q :`,
    ),
  });
}

function keycloak(): Service {
  return server({
    image: images.keycloak,
    user: '1000:0',
    // It augments its own program files at start.
    read_only: false,
    command: [
      ...['start', '--import-realm', '--db=dev-file', '--cache=local', '--log-level=warn'],
      ...[`--hostname=${keycloakUrl}`, `--https-port=${innerPorts.keycloak}`],
      `--https-certificate-file=${certsMount}/keycloak.crt`,
      `--https-certificate-key-file=${certsMount}/keycloak.key`,
      ...['--https-client-auth=request', '--https-management-client-auth=required'],
      ...[`--https-trust-store-file=${certsMount}/ca.crt`, '--https-trust-store-type=PEM'],
    ],
    environment: {
      KC_BOOTSTRAP_ADMIN_USERNAME: 'admin',
      KC_BOOTSTRAP_ADMIN_PASSWORD: '${HOLDFAST_KEYCLOAK_PASSWORD:?run npm run compose:secrets}',
    },
    volumes: [
      certificatesOf('keycloak'),
      stateIn('keycloak', '/opt/keycloak/data/h2'),
      { type: 'volume', source: 'realm', target: '/opt/keycloak/data/import', read_only: true },
    ],
    ports: [onLoopback(outerPorts.keycloak, innerPorts.keycloak)],
    depends_on: after({ 'init-realm': 'service_completed_successfully' }),
    healthcheck: healthy('bash', '-c', `exec 3<>/dev/tcp/localhost/${innerPorts.keycloak}`),
  });
}

/** Files of `deploy/prometheus/rules`. */
export const ruleFiles = [
  ...['audit', 'events', 'processes', 'sagas', 'security', 'slo', 'temporal'],
] as const;
export const rulesDir = '/etc/holdfast/rules';

function prometheus(): Service {
  return server({
    image: images.prometheus,
    user: '65534:65534',
    command: [
      ...['--config.file=/etc/holdfast/prometheus.yml', '--web.config.file=/etc/holdfast/web.yml'],
      ...['--storage.tsdb.path=/prometheus', '--storage.tsdb.retention.time=15d'],
    ],
    configs: [
      { source: 'prometheus', target: '/etc/holdfast/prometheus.yml' },
      { source: 'prometheus-targets', target: '/etc/holdfast/targets.json' },
      ...ruleFiles.map((name) => ({
        ...{ source: `rules-${name}`, target: `${rulesDir}/${name}.yml` },
      })),
      { source: 'prometheus-web', target: '/etc/holdfast/web.yml' },
    ],
    volumes: [certificatesOf('prometheus'), stateIn('prometheus', '/prometheus')],
    ports: [onLoopback(outerPorts.prometheus, innerPorts.prometheus)],
    depends_on: after({ 'init-certificates': 'service_completed_successfully' }),
    healthcheck: healthy('promtool', 'check', 'config', '/etc/holdfast/prometheus.yml'),
  });
}

function grafana(): Service {
  return server({
    image: images.grafana,
    user: '472:0',
    environment: {
      GF_SECURITY_ADMIN_PASSWORD: '${HOLDFAST_GRAFANA_PASSWORD:?run npm run compose:secrets}',
      GF_ANALYTICS_REPORTING_ENABLED: 'false',
      GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
      GF_SERVER_PROTOCOL: 'https',
      GF_SERVER_CERT_FILE: `${certsMount}/grafana.crt`,
      GF_SERVER_CERT_KEY: `${certsMount}/grafana.key`,
    },
    volumes: [
      certificatesOf('grafana'),
      stateIn('grafana', '/var/lib/grafana'),
      './deploy/grafana/provisioning:/etc/grafana/provisioning:ro',
      './deploy/grafana/dashboards:/etc/holdfast/dashboards:ro',
      // What Grafana serves as it is: panels link to it.
      './docs/runbooks:/usr/share/grafana/public/runbooks:ro',
    ],
    ports: [onLoopback(grafanaOuterPort, innerPorts.grafana)],
    depends_on: after({ prometheus: 'service_started' }),
    healthcheck: healthyShell(
      `wget -q --no-check-certificate -O /dev/null https://localhost:${innerPorts.grafana}/api/health`,
    ),
  });
}

/** The stand-in for the card provider that payments calls; a deployment has a real one in its place. */
function cardProvider(): Service {
  const options: ProviderOptions = {
    ...{ certsDir: certsMount, stateDir: '/books', host: '0.0.0.0', port: innerPorts.own },
  };
  const url = `https://localhost:${innerPorts.own}/healthz`;
  return server({
    image: images.holdfast,
    command: ['node', 'dist/stack/servers/card-provider/main.js', JSON.stringify(options)],
    environment: {
      HOLDFAST_CA_FILE: `${certsMount}/ca.crt`,
      HOLDFAST_CERT_FILE: `${certsMount}/card-provider.crt`,
      HOLDFAST_KEY_FILE: `${certsMount}/card-provider.key`,
    },
    volumes: [certificatesOf('card-provider'), stateIn('card-provider', '/books')],
    depends_on: after({ 'init-certificates': 'service_completed_successfully' }),
    healthcheck: healthy('node', 'dist/deploy/probe.js', url),
  });
}

/** Discovery, tokens, monitoring and the card provider. */
export function edge(): Record<string, Service> {
  return {
    ...{ consul: consul(), keycloak: keycloak(), prometheus: prometheus(), grafana: grafana() },
    'card-provider': cardProvider(),
  };
}
