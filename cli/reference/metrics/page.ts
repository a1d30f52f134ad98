import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { metricNames } from '../../../platform/runtime/metric-names';
import { projectRoot } from '../../../platform/runtime/paths';
import { recordedNames } from '../../../platform/runtime/recorded-metric-names';
import { sdkMetrics, serverMetrics } from '../../../platform/runtime/temporal-metric-names';
import { code, markdownTable } from '../tables';
import { metricSitesIn } from './sites';
import type { MetricSite } from './sites';

/** Where it stands, from the root of the project. */
export const metricsPath = 'docs/metrics.md';

/** The rooms whose processes are scraped. */
const rooms = ['activities', 'gateway', 'platform', 'projections', 'reactions', 'webhooks'];

const head = `# Metrics

What every process of ours tells at \`/metrics\`. Prometheus has to show a certificate to be
told. A histogram has \`_bucket\`, \`_sum\` and \`_count\` behind its name. Boards:
[dashboards.md](dashboards.md); alerts: [alerts.md](alerts.md), with [a page
each](runbooks/README.md).

Written by \`npm run docs:write\` from the lines that register them.
`;

const temporal = `## Of Temporal

Workers show these of the SDK's own metrics, under names of Prometheus and without queue and
namespace, of which a process has one. The SDK's documentation says what they mean. Values of a
label beyond the hundredth are counted as \`other\`.
`;

const server = `The server is scraped for itself, under \`job="temporal"\`, and of what it tells these are kept:
`;

const beside = `## Of Node

\`process_*\` and \`nodejs_*\` as prom-client names them: CPU, memory, open files, the event loop
and its delay, garbage collection.

## Computed ahead

By rules in \`deploy/prometheus/rules\`: the share of sagas that took longer than a minute, over
windows.
`;

/** Every metric that the sources register; twice where two places do. */
export function metricSites(): readonly MetricSite[] {
  const files = rooms.flatMap((room) =>
    readdirSync(path.join(projectRoot, room), { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.ts') && !name.endsWith('.d.ts'))
      .map((name) => path.join(projectRoot, room, name)),
  );
  return files.flatMap((file) => {
    const text = readFileSync(file, 'utf8');
    return text.includes('metricNames') ? metricSitesIn(file, text) : [];
  });
}

/** A row for each metric of the list, in its order. */
export function metricRows(sites: readonly MetricSite[]): readonly (readonly string[])[] {
  return Object.entries(metricNames).map(([key, name]) => {
    const site = sites.find((one) => one.key === key);
    if (site === undefined) throw new Error(`nothing registers ${name}`);
    return [code(name), site.kind, site.labels.map(code).join(', '), site.help.replace(/\.$/, '')];
  });
}

/** The page of all metrics, as Markdown. */
export function metricsPage(): string {
  const heads = ['metric', 'type', 'labels', 'tells'];
  const sdk = Object.values(sdkMetrics).map(({ name, kind, labels }) => [
    ...[code(name), kind, labels.map(code).join(', ')],
  ]);
  const recorded = Object.values(recordedNames.sagasSlow).map((name) => `* ${code(name)}`);
  return [
    head,
    `## Of Holdfast\n`,
    `${markdownTable(heads, metricRows(metricSites()))}\n`,
    temporal,
    `${markdownTable(heads.slice(0, 3), sdk)}\n`,
    server,
    `${Object.values(serverMetrics).map(code).join(', ')}.\n`,
    beside,
    `${recorded.join('\n')}\n`,
  ].join('\n');
}
