import { mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
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

/** The rules as they are, or with their times cut where a test says so. */
function rulesDir(context: ServerContext): string {
  const folder = path.join(projectRoot, 'deploy', 'prometheus', 'rules');
  const cut = process.env.HOLDFAST_TEST_ALERTS_FOR;
  return cut === undefined ? folder : hastened(folder, { context, cut });
}

/** The text of rules with every `for` replaced; throws for what is no time in seconds or minutes. */
export function withShortTimes(text: string, cut: string): string {
  if (!/^\d+[sm]$/.test(cut)) throw new Error(`HOLDFAST_TEST_ALERTS_FOR is no time: ${cut}`);
  return text.replace(/^( +for:) .*$/gm, `$1 ${cut}`);
}

/**
 * Copies the rules with every `for` made as short as `cut`, for tests that break something and wait for its alert. The
 * expressions, with their thresholds and windows, stay what they are.
 */
function hastened(from: string, { context, cut }: { context: ServerContext; cut: string }): string {
  const folder = path.join(context.stateDir, 'prometheus', 'rules');
  mkdirSync(folder, { recursive: true });
  for (const name of readdirSync(from)) {
    const text = readFileSync(path.join(from, name), 'utf8');
    writeFileSync(path.join(folder, name), withShortTimes(text, cut));
  }
  return folder;
}

function scrapeConfig(context: ServerContext): string {
  const file = path.join(projectRoot, 'deploy', 'prometheus', 'prometheus.yml');
  return fillTemplate(readFileSync(file, 'utf8'), {
    CERTS_DIR: context.certsDir,
    TARGETS_FILE: targetsFile(context.stateDir),
    RULES_DIR: rulesDir(context),
    PROMETHEUS_TARGET: `localhost:${context.ports.prometheus}`,
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
