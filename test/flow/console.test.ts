import { readFileSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Browser, Page } from 'playwright-core';
import { openShop } from '../../cli/chaos/shop';
import type { Shop } from '../../cli/chaos/shop';
import { consoleFolder } from '../../gateway/console/pages';
import { writeFaultPlan } from '../../platform/runtime/fault-plan';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { openReadModelStore } from '../../projections/store';
import { openBrowser } from '../support/browser';
import { accessViolations, act, atConsole, consoleUrl } from '../support/console';
import { eventually } from '../support/eventually';
import { openedOrder, parkLetter } from '../support/parked-letter';
import { apiClient, configFor, world } from '../support/world';

const api = apiClient();
const keys = openKeyring(configFor('projector'), { log: silentLog });
const store = openReadModelStore(configFor('projector'), keys);
let browser: Browser;
let operator: Page;

beforeAll(async () => {
  browser = await openBrowser();
  operator = await atConsole(browser, 'olga');
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await Promise.all([store.close(), keys.close(), api.close()]);
});

const pathOf = (location: string): string => `/sagas/${location.split('/').at(-1)}`;
const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name });

describe('a session', () => {
  it('is a cookie that no script can read, and nothing else is kept', async () => {
    await heading(operator, 'Overview').waitFor();
    const kept = await operator.evaluate<string>(
      'document.cookie + JSON.stringify(localStorage) + JSON.stringify(sessionStorage)',
    );
    expect(kept).toBe('{}{}');
    const cookies = await operator.context().cookies(consoleUrl());
    const own = cookies.filter(({ name }) => name.startsWith('__Host-holdfast-console'));
    expect(own).toHaveLength(2);
    for (const cookie of own)
      expect(cookie).toMatchObject({ httpOnly: true, secure: true, sameSite: 'Strict' });
  });

  it('ends with Log out, at the auth server as well', async () => {
    const page = await atConsole(browser, 'dave');
    await page.getByRole('button', { name: 'Log out' }).click();
    await page.locator('#username').waitFor();
    await page.context().close();
  }, 60_000);
});

describe('a compensated saga', () => {
  const orderId = `console-${process.pid}-declined`;
  let shop: Shop;
  let location: string;
  beforeAll(async () => {
    shop = await openShop({ api, customer: 'bob', cardBlocked: true });
  }, 120_000);

  it('appears in a list that was opened before it began, and leads to its own page', async () => {
    await operator.goto(consoleUrl(`/sagas?businessKey=${orderId}`));
    await operator.getByText(/^No saga fits/).waitFor();
    location = await shop.placedOrder({ orderId });
    const row = operator.getByRole('row').filter({ hasText: 'compensated' });
    await row.getByText('CARD_DECLINED').waitFor({ timeout: 60_000 });
    await row.getByRole('link').click();
    await heading(operator, /declined$/).waitFor();
  }, 120_000);

  it('has what it did in one lane and what it undid in the other, last first', async () => {
    await operator.goto(consoleUrl(pathOf(location)));
    const names = (list: string) =>
      operator.getByRole('list', { name: list, exact: true }).locator('.lane-name').allInnerTexts();
    await eventually(async () => {
      expect((await names('Forward')).map((name) => name.trim())).toEqual(
        expect.arrayContaining(['open order', 'reserve stock', 'authorize payment']),
      );
      expect(await names('Compensation')).toEqual(
        expect.arrayContaining([
          expect.stringMatching(/undo\s+open order/),
          expect.stringMatching(/undo\s+reserve stock/),
        ]),
      );
    });
    const undone = operator.getByRole('list', { name: 'Compensation' }).getByRole('button');
    const boxes = await Promise.all((await undone.all()).map((bar) => bar.boundingBox()));
    const starts = boxes.map((box) => box?.x ?? 0);
    // In the order of the steps, so that the first one is undone last.
    expect([...starts].sort((one, other) => other - one)).toEqual(starts);
  });

  it('shows what each database was told', async () => {
    const effects = operator.getByRole('region', { name: 'Effects in each database' });
    for (const event of ['order.opened', 'order.rejected', 'reservation.made', 'payment.declined'])
      await effects.getByText(event, { exact: true }).first().waitFor();
  });
});

describe('a saga that waits for people', () => {
  const step = 'ship stock';
  let id: string;
  beforeAll(async () => {
    const shop = await openShop({ api, customer: 'carol', received: 1_000 });
    const location = await shop.placedOrder({ quantity: 420 });
    id = decodeURIComponent(location.split('/').at(-1) ?? '');
    const refusal = { step, kind: 'forward', fault: 'refusal', times: 1 } as const;
    writeFaultPlan(world().faultDir, id, [{ ...refusal, code: 'NOT_RESERVED' }]);
  }, 120_000);
  const page = () => `/sagas/${encodeURIComponent(id)}`;

  it('is approved by whoever may, on the page', async () => {
    const approver = await atConsole(browser, 'pam', page());
    const decide = approver.getByRole('group', { name: 'Decide about manual review' });
    await decide.getByRole('button', { name: 'Approve' }).click();
    await act(approver, 'Approve', 'known customer');
    await approver.context().close();
  }, 120_000);

  it('then is parked, which a viewer sees, and no verb of it', async () => {
    const viewer = await atConsole(browser, 'vera', page());
    await viewer.getByText('NOT_RESERVED').first().waitFor({ timeout: 60_000 });
    await viewer.getByRole('region', { name: 'Steps in time' }).waitFor();
    expect(await viewer.getByRole('group', { name: /^(What may be done|Decide)/ }).count()).toBe(0);
    for (const verb of ['Retry', 'Skip', 'Cancel', 'Pause', 'Approve'])
      expect(await viewer.getByRole('button', { name: verb, exact: true }).count()).toBe(0);
    await viewer.context().close();
  }, 120_000);

  it('is repaired by an operator, who is told what follows, and goes on before their eyes', async () => {
    await operator.goto(consoleUrl(page()));
    const verbs = operator.getByRole('group', { name: `What may be done about ${step}` });
    await verbs.getByRole('button', { name: 'Retry', exact: true }).click();
    const dialog = operator.getByRole('dialog');
    await dialog.getByText('What follows:').waitFor();
    const send = dialog.getByRole('button', { name: 'Retry', exact: true });
    expect(await send.isDisabled()).toBe(true);
    await operator.keyboard.press('Escape');
    await dialog.waitFor({ state: 'hidden' });
    await verbs.getByRole('button', { name: 'Retry', exact: true }).press('Enter');
    await act(operator, 'Retry', 'the carrier is back, ticket 4711');
    await operator.locator('.badge-completed').first().waitFor({ timeout: 60_000 });
    await operator.getByText('the carrier is back, ticket 4711').first().waitFor();
  }, 120_000);
});

it('a dead letter is corrected and sent through again', async () => {
  const orderId = `console-${process.pid}-letter`;
  const letter = await parkLetter({ keys, store }, { orderId, offset: process.pid });
  await operator.goto(consoleUrl(`/dead-letters/${letter}`));
  await operator.getByRole('button', { name: 'Edit', exact: true }).click();
  const payload = operator.getByLabel('The whole payload, as JSON');
  await payload.fill('{');
  const put = operator.getByRole('button', { name: 'Put it in its place' });
  await operator.getByLabel('Reason, kept in the journal').fill('ticket 4712');
  expect(await put.isDisabled()).toBe(true);
  await payload.fill(JSON.stringify(openedOrder(orderId)));
  await act(operator, 'Put it in its place', 'ticket 4712');
  await operator.getByRole('button', { name: 'Retry', exact: true }).click();
  await act(operator, 'Retry', 'corrected');
  await operator.getByText('Done with').waitFor();
  expect(await operator.getByRole('button', { name: 'Retry', exact: true }).count()).toBe(0);
}, 120_000);

it('a read model is built anew from the page, and answers from then on', async () => {
  await operator.goto(consoleUrl('/projections'));
  const model = operator.getByRole('region', { name: 'customer-orders' });
  await model.getByRole('button', { name: 'Rebuild' }).click();
  await act(operator, 'Rebuild', 'ticket 4713');
  await model.getByText(/^Rebuilt, and read from the new generation/).waitFor({ timeout: 60_000 });
  await model.getByText('ticket 4713').waitFor();
  const viewer = await atConsole(browser, 'vera', '/projections');
  await viewer.getByText('customer-orders').first().waitFor();
  expect(await viewer.getByRole('button', { name: 'Rebuild' }).count()).toBe(0);
  await viewer.context().close();
}, 120_000);

it('draws how sagas ended in each minute, and says the same in a table', async () => {
  await operator.goto(consoleUrl());
  await operator.locator('.plot canvas').waitFor();
  const drawn = operator.getByRole('region', { name: 'Ends in each minute' });
  await operator.getByText('The plot as a table').click();
  await drawn.getByRole('row').nth(1).waitFor();
}, 60_000);

it('paints within a second of being asked for', async () => {
  const painted = `performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? Infinity`;
  const took: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    await operator.goto(consoleUrl('/system'));
    await heading(operator, 'System').waitFor();
    took.push(await operator.evaluate<number>(painted));
  }
  // The quickest of five: what the machine is busy with beside it is not the page's.
  expect(Math.min(...took)).toBeLessThan(1_000);
}, 120_000);

const pages: readonly (readonly [string, string | RegExp])[] = [
  ['', 'Overview'],
  ['/sagas', 'Sagas'],
  ['/incidents', 'Incidents'],
  ['/events', 'Events'],
  ['/dead-letters', 'Dead letters'],
  ['/projections', 'Projections'],
  ['/system', 'System'],
];

describe.each(pages)('the page /console%s', (path, title) => {
  it('is there, and nobody is kept out of it', async () => {
    await operator.goto(consoleUrl(path));
    await heading(operator, title).waitFor();
    expect(await accessViolations(operator)).toEqual([]);
    for (const colorScheme of ['dark', 'light'] as const) {
      await operator.emulateMedia({ colorScheme });
      expect(await accessViolations(operator)).toEqual([]);
    }
    await operator.setViewportSize({ width: 360, height: 780 });
    const isWide = 'document.documentElement.scrollWidth > document.documentElement.clientWidth';
    expect(await operator.evaluate(isWide)).toBe(false);
    await operator.setViewportSize({ width: 1_280, height: 900 });
  }, 120_000);
});

it('the projections, the services and the events of the log are real ones', async () => {
  await operator.goto(consoleUrl('/projections'));
  await operator.getByText('saga-timeline').first().waitFor();
  await operator.goto(consoleUrl('/system'));
  await operator.getByText('inventory').first().waitFor();
  await operator.goto(consoleUrl('/events?type=order.'));
  await operator.getByText('order.opened').first().waitFor();
}, 120_000);

it('sends less than 300 kB, compressed, in all', () => {
  const folder = path.join(consoleFolder, 'assets');
  const sizes = readdirSync(folder).map(
    (file) => gzipSync(readFileSync(path.join(folder, file))).length,
  );
  const all = sizes.reduce((sum, size) => sum + size, 0);
  expect(all).toBeGreaterThan(10_000);
  expect(all).toBeLessThan(300_000);
});
