import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import type { FoundTree } from '../provision/deb-binary';
import { provideDeb } from '../provision/deb-binary';
import { fromPrometheusPackage } from '../provision/prometheus-package';
import { targetsFile } from '../scrape-targets';
import { fillTemplate } from '../template';
import { ask } from './https-request';
import type { Running, ServerContext, ServerDefinition } from './server';
import { identityFiles, untilReady } from './server';

const deb = fromPrometheusPackage({ variable: 'HOLDFAST_PROMETHEUS' }, 'prometheus');

function scrapeConfig(context: ServerContext): string {
  const file = path.join(projectRoot, 'deploy', 'prometheus', 'prometheus.yml');
  return fillTemplate(readFileSync(file, 'utf8'), {
    CERTS_DIR: context.certsDir,
    RULES_FILE: path.join(projectRoot, 'deploy', 'prometheus', 'alerts.yml'),
    TARGETS_FILE: targetsFile(context.stateDir),
    TEMPORAL_METRICS_TARGET: `127.0.0.1:${context.ports.temporalMetrics}`,
  });
}

function webConfig(context: ServerContext): string {
  const files = identityFiles(context.certsDir, 'prometheus');
  return [
    'tls_server_config:',
    `  cert_file: ${files.crt}`,
    `  key_file: ${files.key}`,
    `  client_ca_file: ${files.ca}`,
    '  client_auth_type: RequireAndVerifyClientCert',
    '',
  ].join('\n');
}

async function start(found: FoundTree, context: ServerContext): Promise<Running> {
  const folder = path.join(context.stateDir, 'prometheus');
  mkdirSync(folder, { recursive: true });
  const file = (name: string): string => path.join(folder, name);
  writeFileSync(file('prometheus.yml'), scrapeConfig(context));
  writeFileSync(file('web.yml'), webConfig(context));
  const port = context.ports.prometheus;
  // Debian's build reads its pages from a folder of the package, which is elsewhere when only unpacked.
  const pages = found.tree && path.join(found.tree, 'usr', 'share', 'prometheus', 'web');
  const child = context.spawn({
    name: 'prometheus',
    command: found.binary,
    args: [
      `--config.file=${file('prometheus.yml')}`,
      `--storage.tsdb.path=${file('data')}`,
      `--web.listen-address=127.0.0.1:${port}`,
      `--web.config.file=${file('web.yml')}`,
      ...(pages ? [`--web.local-assets=${pages}`] : []),
      '--log.level=warn',
    ],
    env: found.env,
  });
  const url = `https://localhost:${port}/-/ready`;
  const answers = (): Promise<unknown> => ask(context, { url });
  await untilReady('prometheus', [child], answers);
  return { version: found.version, port, children: [child], ask: answers };
}

/** Prometheus with the project's scrape configuration; its own pages ask for a certificate as well. */
export const prometheus: ServerDefinition = {
  name: 'prometheus',
  ports: () => ['prometheus'],
  async provision(note) {
    const found = await provideDeb(deb, note);
    return (context) => start(found, context);
  },
};
