import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openShop } from '../../cli/chaos/shop';
import { projectRoot } from '../../platform/runtime/paths';
import { metricNames } from '../../platform/runtime/metric-names';
import { ask } from '../../stack/servers/https-request';
import { eventually } from '../support/eventually';
import { holdfastSagas as holdfast } from '../support/holdfast-cli';
import { apiClient, control, environmentFor, world } from '../support/world';

const api = apiClient();
afterAll(async () => {
  await control('start', 'orchestrator');
  await api.close();
});

/** What the sweeper says of sagas whose workflow tasks fail. */
async function failingSagas(): Promise<number> {
  const url = `https://localhost:${environmentFor('orchestrator').HOLDFAST_HTTP_PORT}/metrics`;
  const metrics = await ask(world(), { url, as: 'prometheus' });
  const line = metrics.split('\n').find((it) => it.startsWith(`${metricNames.sagasFailingTasks} `));
  return Number(line?.split(' ')[1]);
}

/** A release whose saga has a bug before its first step: it cannot replay what began under the old one. */
function careless(): string {
  const good = readFileSync(path.join(projectRoot, 'dist', 'workflow-bundle.js'), 'utf8');
  const bad = good.replaceAll("await saga.step('open order'", "await nobody.step('open order'");
  expect(bad).not.toBe(good);
  const file = path.join(world().crashDir, 'careless-bundle.js');
  writeFileSync(file, bad);
  return file;
}

it('a release that cannot replay running sagas: they are counted, and go on under a corrected one', async () => {
  const shop = await openShop({ api, customer: 'erin', received: 1_000 });
  const started = await shop.placeOrder({ quantity: 420 });
  const [id, location] = [String(started.body.id), String(started.location)];
  await eventually(async () => {
    expect((await holdfast('olga', 'show', id)).out).toContain('manual review');
  }, 60_000);
  expect(await failingSagas()).toBe(0);
  const release = { HOLDFAST_WORKFLOW_BUNDLE: careless(), HOLDFAST_SWEEP_INTERVAL_MS: '500' };
  await control('restart-with', 'orchestrator', JSON.stringify(release));
  const words = ['decide', id, '--approve', '--step', 'manual review', '--reason', 'known'];
  const unheard = await holdfast('pam', ...words);
  expect(unheard.exitCode).not.toBe(0);
  await eventually(async () => expect(await failingSagas()).toBe(1), 90_000);
  await control('restart-with', 'orchestrator', '{"HOLDFAST_SWEEP_INTERVAL_MS":"500"}');
  await eventually(async () => expect(await failingSagas()).toBe(0), 60_000);
  await holdfast('pam', ...words);
  expect(await shop.outcomeOf(location)).toMatchObject({ state: 'completed' });
}, 300_000);
