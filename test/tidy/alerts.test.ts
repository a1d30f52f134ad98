import { readFileSync } from 'node:fs';
import path from 'node:path';
import { parse } from 'yaml';
import { haltCodes } from '../../platform/event-log/projector/store-port';
import { metricNames } from '../../platform/runtime/metric-names';
import { root } from './checks/repository';

interface Rule {
  readonly alert: string;
  readonly expr: string;
  readonly labels: { readonly severity: string };
  readonly annotations: { readonly summary: string; readonly action: string };
}

const text = readFileSync(path.join(root, 'deploy/prometheus/alerts.yml'), 'utf8');
const { groups } = parse(text) as { groups: { rules: Rule[] }[] };
const rules = groups.flatMap((group) => group.rules);

test.each(haltCodes)('somebody is called when a partition stands still with %s', (code) => {
  const mine = rules.filter(({ expr }) => expr.includes(`code="${code}"`));
  expect(mine.map(({ labels }) => labels.severity)).toEqual(['page']);
  expect(mine[0]?.expr).toContain(metricNames.projectorHalted);
});

test('every rule asks for a metric of ours, and says what to do', () => {
  const known = new RegExp(`\\b(${Object.values(metricNames).join('|')})\\b`);
  expect(rules.filter(({ expr }) => !known.test(expr))).toEqual([]);
  expect(rules.filter(({ annotations }) => !annotations.summary || !annotations.action)).toEqual(
    [],
  );
  expect(new Set(rules.map(({ alert }) => alert)).size).toBe(rules.length);
});
