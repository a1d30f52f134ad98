import { readFileSync } from 'node:fs';
import path from 'node:path';
import { overviewText } from '../../deploy/dashboard';
import { metricNames } from '../../platform/runtime/metric-names';
import { root } from './checks/repository';

const text = readFileSync(path.join(root, 'deploy/grafana/dashboards/overview.json'), 'utf8');

test('the dashboard is what its generator writes: run npm run compose:write', () => {
  expect(text).toBe(overviewText());
});

test('every query asks for a metric that a process of ours exports', () => {
  const { panels } = JSON.parse(text) as { panels: { targets: { expr: string }[] }[] };
  const known = new RegExp(`\\b(${Object.values(metricNames).join('|')}|process_[a-z_]+)`);
  const queries = panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  expect(queries.length).toBeGreaterThan(10);
  expect(queries.filter((query) => !known.test(query))).toEqual([]);
});
