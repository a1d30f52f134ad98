import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { otherVariables, settingRows } from '../../cli/reference/configuration';
import { metricRows, metricSites } from '../../cli/reference/metrics/page';
import { metricSitesIn } from '../../cli/reference/metrics/sites';
import { generatedPages } from '../../cli/reference/pages';
import { drawnSteps } from '../../cli/reference/pictures/drawn-steps';
import { fenceMoves } from '../../cli/reference/pictures/fence';
import { metricNames } from '../../platform/runtime/metric-names';
import { returnOrder } from '../../workflows/return-order.saga';
import { readFiles, root } from './checks/repository';

test('what is written from the code is what its generators write: npm run docs:write', async () => {
  const pages = await generatedPages();
  const stale = Object.entries(pages).filter(
    ([file, text]) => readFileSync(path.join(root, file), 'utf8') !== text,
  );
  expect(stale.map(([file]) => file)).toEqual([]);
  const pictures = readdirSync(path.join(root, 'docs/pictures')).map(
    (one) => `docs/pictures/${one}`,
  );
  expect(pictures.filter((file) => !(file in pages))).toEqual([]);
});

describe('metrics', () => {
  const sites = metricSites();

  test('every metric of the list is registered, each always with the same type and labels', () => {
    expect(metricRows(sites)).toHaveLength(Object.keys(metricNames).length);
    expect(sites.filter(({ key }) => !(key in metricNames))).toEqual([]);
    const shapes = new Set(sites.map(({ key, kind, labels }) => `${key} ${kind} ${labels.join()}`));
    expect(shapes.size).toBe(new Set(sites.map(({ key }) => key)).size);
  });

  const [wrapper, parts] = [
    'function counter(name: string, help: string) { return new Counter({ name, help }); }',
    "const parts = { name: metricNames.x, help: 'Told', labelNames: ['a'] };",
  ];
  test.each([
    ['at once', "new Gauge({ name: metricNames.x, help: 'Told', labelNames: ['a'] });", 'gauge'],
    ['by a factory', `${wrapper} counter(metricNames.x, 'Told');`, 'counter'],
    ['by its parts', `${parts} new Histogram(parts);`, 'histogram'],
    [
      'by a short name',
      "const { x } = metricNames; new Gauge({ name: x, help: 'Told' });",
      'gauge',
    ],
  ])('one that is registered %s is found', (_title, text, kind) => {
    expect(metricSitesIn('x.ts', text)).toEqual([
      expect.objectContaining({ key: 'x', kind, help: 'Told' }),
    ]);
  });

  test('a name that is only asked for is none', () => {
    expect(metricSitesIn('x.ts', 'registry.getSingleMetric(metricNames.x);')).toEqual([]);
  });
});

test('every setting has a meaning, and every variable that our code names is told somewhere', () => {
  const rows = settingRows();
  expect(rows.filter(([, , , means = '']) => means.length < 4)).toEqual([]);
  const provisioning = readFileSync(path.join(root, 'docs/provisioning.md'), 'utf8');
  const told = `${rows.join(' ')} ${Object.keys(otherVariables).join(' ')} ${provisioning}`;
  const shipped =
    /^(?:activities|cli|deploy|gateway|platform|projections|reactions|stack|webhooks|workers)\/.*\.ts$/;
  const list = 'cli/reference/configuration.ts';
  const named = readFiles((file) => shipped.test(file) && file !== list).flatMap(
    ({ text }) => text.match(/\bHOLDFAST_[A-Z0-9_]*[A-Z0-9]\b/g) ?? [],
  );
  const untold = [...new Set(named)].filter((name) => !new RegExp(`\\b${name}\\b`).test(told));
  expect(untold.sort()).toEqual(Object.keys(notToPeople).sort());
});

/** Names in the sources that nobody sets, and why. */
const notToPeople = {
  HOLDFAST_TEST_CELLS: 'of projects that new project writes, whose own README tells it',
  HOLDFAST_TEST_ALERTS_FOR: 'of the tests of alerts alone',
  HOLDFAST_WEBHOOK: 'the beginning of the names of three',
};

describe('pictures', () => {
  test('a saga is drawn with all its steps and what undoes them', async () => {
    const steps = await drawnSteps(returnOrder, { orderId: 'o-1', customerId: 'c-1' });
    expect(steps).toEqual([
      {
        ...{ name: 'request return', kind: 'compensatable' },
        ...{ does: 'orders.requestReturn', undo: 'orders.cancelReturn' },
      },
      { name: 'refund payment', kind: 'pivot', does: 'payments.refund' },
      { name: 'restock goods', kind: 'retriable', does: 'inventory.restock' },
      { name: 'close return', kind: 'retriable', does: 'orders.closeReturn' },
    ]);
  });

  test('the fence leads from a tombstone only by a newer forward, and never back to nothing', () => {
    const moves = fenceMoves();
    expect(moves.filter(({ from }) => from === 'tombstone')).toEqual([
      { from: 'tombstone', to: 'done', by: ['newer forward'] },
      { from: 'tombstone', to: 'refused', by: ['newer forward'] },
    ]);
    expect(moves.filter(({ to }) => to === 'absent')).toEqual([]);
  });
});
