import { readFileSync } from 'node:fs';
import path from 'node:path';
import { stringify } from 'yaml';
import { projectRoot } from '../../platform/runtime/paths';
import { singleTargets, targetsText } from '../../stack/scrape-targets';
import { fillTemplate } from '../../stack/template';
import { accessRules, databases, temporalAccessRules } from './databases';
import { consulConfig, edge, ruleFiles, rulesDir } from './edge';
import { initSteps } from './init';
import { brokerProperties, brokers } from './kafka';
import { certsMount } from './model';
import { ownServices } from './own-processes';
import { brokerIds, innerPorts } from './places';
import { temporal, temporalConfig } from './temporal';

function scrapeConfig(): string {
  const template = readFileSync(path.join(projectRoot, 'deploy/prometheus/prometheus.yml'), 'utf8');
  return fillTemplate(template, {
    CERTS_DIR: certsMount,
    TARGETS_FILE: '/etc/holdfast/targets.json',
    RULES_DIR: rulesDir,
    PROMETHEUS_TARGET: `prometheus:${innerPorts.prometheus}`,
    TEMPORAL_METRICS_TARGET: `temporal:${innerPorts.temporalMetrics}`,
  });
}

function scrapeTargets(): string {
  return targetsText(singleTargets((name) => `${name}:${innerPorts.own}`));
}

/** One configuration for each file of rules. */
function rules(): Record<string, { content: string }> {
  const read = (name: string) =>
    readFileSync(path.join(projectRoot, 'deploy/prometheus/rules', `${name}.yml`), 'utf8');
  return Object.fromEntries(ruleFiles.map((name) => [`rules-${name}`, literal(read(name))]));
}

function prometheusWeb(): object {
  return {
    tls_server_config: {
      cert_file: `${certsMount}/prometheus.crt`,
      key_file: `${certsMount}/prometheus.key`,
      client_ca_file: `${certsMount}/ca.crt`,
      client_auth_type: 'RequireAndVerifyClientCert',
    },
  };
}

/** Compose puts variables in the place of `$`; a sign that is meant as such is written twice. */
const literal = (text: string): { content: string } => ({ content: text.replaceAll('$', '$$$$') });

/** Files the containers mount, made from the constants of the embedded stack. */
function configs(): Record<string, { content: string }> {
  const broker = brokerIds.map((id) => [`broker-${id}`, literal(brokerProperties(id))]);
  return {
    'pg-hba': literal(accessRules()),
    'temporal-pg-hba': literal(temporalAccessRules()),
    ...(Object.fromEntries(broker) as Record<string, { content: string }>),
    temporal: literal(stringify(temporalConfig())),
    // Holds the variables of its tokens, so its signs are not doubled.
    consul: { content: `${JSON.stringify(consulConfig(), null, 2)}\n` },
    prometheus: literal(scrapeConfig()),
    'prometheus-targets': literal(scrapeTargets()),
    ...rules(),
    'prometheus-web': literal(stringify(prometheusWeb())),
  };
}

const stateVolumes = [
  ...['authority', 'certificates', 'realm', 'postgres', 'temporal-store', 'mongodb', 'dynamodb'],
  ...['kafka-1', 'kafka-2', 'kafka-3', 'keycloak', 'consul', 'prometheus', 'grafana'],
  ...['card-provider', 'keys'],
];

/** The whole system as one Compose file. */
export function composeFile(): object {
  return {
    name: 'holdfast',
    services: {
      ...initSteps(),
      ...databases(),
      ...brokers(),
      ...temporal(),
      ...edge(),
      ...ownServices(),
    },
    configs: configs(),
    networks: { holdfast: {} },
    volumes: Object.fromEntries(stateVolumes.map((name) => [name, {}])),
  };
}

const preamble = [
  'Written by `npm run compose:write` from deploy/compose/; change that, not this file.',
  'First: npm run compose:secrets   Then: docker compose up --build --wait',
  'Checked against the schema of the Compose Specification, not run: see docs/operations.md.',
];

/** The text of `docker-compose.yml`. */
export function composeText(): string {
  const body = stringify(composeFile(), { lineWidth: 0, aliasDuplicateObjects: false });
  return `${preamble.map((line) => `# ${line}`).join('\n')}\n${body}`;
}
