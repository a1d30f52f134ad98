import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parse } from 'yaml';
import { projectRoot } from '../../../platform/runtime/paths';
import { provisionPromtool } from '../../../stack/provision/promtool';
import { edgeScenarios } from './edge';
import { objectiveScenarios } from './objective';
import { runningScenarios } from './running';
import { scenarios as ofStores } from './scenarios';
import type { Expected, Scenario } from './scenarios';
import { standingScenarios } from './standing';
import { workerScenarios } from './workers';

interface Rule {
  readonly alert: string;
  readonly annotations: { readonly summary: string; readonly action: string };
}

const scenarios = [
  ...[...ofStores, ...runningScenarios, ...standingScenarios],
  ...[...workerScenarios, ...objectiveScenarios, ...edgeScenarios],
];

const rulesFolder = path.join(projectRoot, 'deploy', 'prometheus', 'rules');
const ruleFiles = readdirSync(rulesFolder).map((name) => path.join(rulesFolder, name));
const groups = ruleFiles
  .map((file) => readFileSync(file, 'utf8'))
  .flatMap((text) => (parse(text) as { groups: { name: string; rules: Rule[] }[] }).groups);
const rules = groups.flatMap((group) => group.rules).filter((rule) => 'alert' in rule);

/** One of ours that answers, in every scenario that does not say otherwise: without any, one alert stands. */
const answering = 'up{job="holdfast",process="somebody",instance="localhost:0"}';

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-rules-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** How promtool is told that an alert stands, and that no other does. */
function standing(rule: Rule, expected: readonly Expected[]) {
  return expected
    .filter(({ alert }) => alert === rule.alert)
    .map(({ labels, summary }) => ({
      exp_labels: labels,
      exp_annotations: { ...rule.annotations, summary },
    }));
}

function asTest({ title, interval, series: told, at, alone }: Scenario) {
  const series = alone === true ? told : { [answering]: '1x5000', ...told };
  return {
    name: title,
    interval,
    input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
    alert_rule_test: Object.entries(at).flatMap(([time, expected]) =>
      rules.map((rule) => ({
        ...{ eval_time: time, alertname: rule.alert },
        exp_alerts: standing(rule, expected),
      })),
    ),
  };
}

test.each(scenarios.map((scenario) => [scenario.title, scenario] as const))(
  '%s',
  async (_title, scenario) => {
    const file = path.join(folder, 'rules.test.json');
    // Without an order promtool draws one: what is computed ahead would sometimes be a look behind.
    const order = { group_eval_order: groups.map(({ name }) => name) };
    const content = { rule_files: ruleFiles, evaluation_interval: '15s', ...order };
    // What promtool reads is YAML, and JSON is.
    writeFileSync(file, JSON.stringify({ ...content, tests: [asTest(scenario)] }));
    const { binary, env } = await provisionPromtool();
    const options = { encoding: 'utf8', env: { ...process.env, ...env } } as const;
    const { status, stdout, stderr } = spawnSync(binary, ['test', 'rules', file], options);
    expect({ status, said: status === 0 ? '' : stdout + stderr }).toEqual({ status: 0, said: '' });
  },
);

test('every rule has a time at which it stands', () => {
  const stands = new Set(
    scenarios.flatMap(({ at }) => Object.values(at).flatMap((all) => all.map((one) => one.alert))),
  );
  expect(rules.map(({ alert }) => alert).filter((alert) => !stands.has(alert))).toEqual([]);
});
