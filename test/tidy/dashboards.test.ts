import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { dashboardTexts } from '../../deploy/dashboards';
import { metricNames } from '../../platform/runtime/metric-names';
import { root } from './checks/repository';

const folder = path.join(root, 'deploy/grafana/dashboards');
const written = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
);

test('the dashboards are what their generator writes: run npm run compose:write', () => {
  expect(written).toEqual(dashboardTexts());
});

test('every query asks for a metric that a process of ours exports', () => {
  const queries = Object.values(written).flatMap((text) => {
    const { panels } = JSON.parse(text) as { panels: { targets: { expr: string }[] }[] };
    return panels.flatMap(({ targets }) => targets.map(({ expr }) => expr));
  });
  const known = new RegExp(`\\b(${Object.values(metricNames).join('|')}|process_[a-z_]+)`);
  expect(queries.length).toBeGreaterThan(20);
  expect(queries.filter((query) => !known.test(query))).toEqual([]);
});
