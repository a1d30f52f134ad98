import { existsSync, readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { haltCodes } from '../../platform/event-log/projector/store-port';
import { metricNames } from '../../platform/runtime/metric-names';
import { recordedNames } from '../../platform/runtime/recorded-metric-names';
import { sdkMetrics, serverMetrics } from '../../platform/runtime/temporal-metric-names';
import { root } from './checks/repository';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: {
    readonly summary: string;
    readonly action: string;
    readonly runbook: string;
  };
}

interface Recording {
  readonly record: string;
  readonly expr: string;
}

const rulesFolder = path.join(root, 'deploy/prometheus/rules');
const all = readdirSync(rulesFolder).flatMap((name) => {
  const text = readFileSync(path.join(rulesFolder, name), 'utf8');
  const { groups } = parse(text) as { groups: { rules: (Rule | Recording)[] }[] };
  return groups.flatMap((group) => group.rules);
});
const rules = all.filter((rule) => 'alert' in rule);
const recordings = all.filter((rule) => 'record' in rule);

/** What Prometheus itself, and every Node process, say under names of their own. */
const foreign = [
  ...['up', 'scrape_samples_post_metric_relabeling', 'nodejs_eventloop_lag_p99_seconds'],
  'prometheus_rule_evaluation_failures_total',
];
const own = [
  ...[...Object.values(metricNames), ...Object.values(sdkMetrics).map(({ name }) => name)],
  ...[...Object.values(serverMetrics), ...Object.values(recordedNames.sagasSlow)],
];

test.each(haltCodes)('somebody is called when a partition stands still with %s', (code) => {
  const mine = rules.filter(({ expr }) => expr.includes(`code="${code}"`));
  expect(mine.map(({ labels }) => labels.severity)).toEqual(['page']);
  expect(mine[0]?.expr).toContain(metricNames.projectorHalted);
});

test('every rule asks for a metric of ours, and says what to do', () => {
  const known = new RegExp(`\\b(${[...foreign, ...own].join('|')})(_bucket)?\\b`);
  expect(rules.filter(({ expr }) => !known.test(expr))).toEqual([]);
  expect(rules.filter(({ annotations }) => !annotations.summary || !annotations.action)).toEqual(
    [],
  );
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});

test('what is computed ahead has the names that boards and rules know it by', () => {
  const names = Object.values(recordedNames.sagasSlow);
  expect(recordings.map(({ record }) => record).sort()).toEqual([...names].sort());
});

const kebab = (name: string): string =>
  name
    .replace('Holdfast', '')
    .replace(/(?<!^)([A-Z])/g, '-$1')
    .toLowerCase();

test.each(rules.map((rule) => [rule.alert, rule] as const))(
  'the page of %s says what it means, where to look, what to do and when it is over',
  (alert, { annotations, expr }) => {
    expect(annotations.runbook).toBe(`docs/runbooks/${kebab(alert)}.md`);
    const page = path.join(root, annotations.runbook);
    expect(existsSync(page)).toBe(true);
    const content = readFileSync(page, 'utf8');
    const parts = content.split(/^## /m).map((part) => part.split('\n')[0]);
    expect(parts).toEqual([
      ...[`# ${alert}`, 'What it means', 'Where to look', 'What to do', 'When it is over'],
    ]);
    const metrics = Object.values(metricNames).filter((name) => expr.includes(name));
    expect(metrics.filter((name) => !content.includes(name))).toEqual([]);
  },
);

test('there is no page of an alert that is not there, and the list names each', () => {
  const folder = path.join(root, 'docs', 'runbooks');
  const pages = readdirSync(folder).filter((name) => name !== 'README.md');
  expect(pages.sort()).toEqual(rules.map(({ alert }) => `${kebab(alert)}.md`).sort());
  const list = readFileSync(path.join(folder, 'README.md'), 'utf8');
  expect(rules.filter(({ alert }) => !list.includes(`[${alert}](${kebab(alert)}.md)`))).toEqual([]);
});
