import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { boards, dashboardTexts } from '../../deploy/dashboards';
import { metricNames } from '../../platform/runtime/metric-names';
import { recordedNames } from '../../platform/runtime/recorded-metric-names';
import { sdkMetrics, serverMetrics } from '../../platform/runtime/temporal-metric-names';
import { root } from './checks/repository';

const folder = path.join(root, 'deploy/grafana/dashboards');
const written = Object.fromEntries(
  readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]),
);

test('the dashboards are what their generator writes: run npm run compose:write', () => {
  expect(written).toEqual(dashboardTexts());
});

const nodes = ['process', 'nodejs'].map((prefix) => `${prefix}_[a-z0-9_]+`);
const names = [
  ...[...Object.values(metricNames), ...Object.values(sdkMetrics).map(({ name }) => name)],
  ...[...Object.values(serverMetrics), ...Object.values(recordedNames.sagasSlow)],
  ...[...nodes, 'up', 'ALERTS'],
];
const panels = boards.flatMap(({ name, rows }) =>
  rows.flatMap((row) => row.panels.map((panel) => ({ board: name, ...panel }))),
);

test('every query asks for a metric that is exported, by a name of the lists', () => {
  const known = new RegExp(`\\b(${names.join('|')})(_bucket|_count|_sum)?\\b`);
  const queries = panels.flatMap((panel) => Object.values(panel.queries));
  expect(queries.length).toBeGreaterThan(100);
  expect(queries.filter((query) => !known.test(query))).toEqual([]);
});

/** What no panel shows, and why. */
const unseen = {
  [metricNames.auditReportLines]: 'the number of a line, for whoever reads the report',
};

test('every metric of ours is asked for by a panel', () => {
  const queries = panels.flatMap((panel) => Object.values(panel.queries)).join('\n');
  const shown = (name: string): boolean =>
    new RegExp(`\\b${name}(_bucket|_count|_sum)?\\b`).test(queries);
  const hidden = Object.values(metricNames).filter((name) => !shown(name));
  expect(hidden).toEqual(Object.keys(unseen));
});

test('there are six boards, and every panel has a heading, a unit and words', () => {
  expect(boards.map(({ name }) => name)).toEqual([
    ...['overview', 'sagas', 'gateway', 'services', 'platform', 'security'],
  ]);
  expect(boards.flatMap(({ rows }) => rows).filter(({ panels: inRow }) => !inRow.length)).toEqual(
    [],
  );
  const wordless = panels.filter(({ description, unit }) => description.length < 10 || !unit);
  expect(wordless).toEqual([]);
  const titles = panels.map(({ board, title }) => `${board}: ${title}`);
  expect(new Set(titles).size).toBe(titles.length);
});

test('every page that a panel names is there', () => {
  const pages = new Set(
    readdirSync(path.join(root, 'docs/runbooks')).map((name) => name.replace('.md', '')),
  );
  const named = panels.flatMap(({ runbooks = [] }) => runbooks);
  expect(named.filter((page) => !pages.has(page))).toEqual([]);
  expect(named.length).toBeGreaterThan(40);
});

test('panels of one board do not lie on each other', () => {
  for (const text of Object.values(written)) {
    const { panels: placed } = JSON.parse(text) as { panels: { gridPos: Place }[] };
    const taken = placed.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, at) => `${x + (at % w)}/${y + Math.floor(at / w)}`),
    );
    expect(new Set(taken).size).toBe(taken.length);
  }
});

type Place = Readonly<Record<'x' | 'y' | 'w' | 'h', number>>;
