import type { Browser, Frame, Page } from 'playwright-core';
import { gatewayOf, until } from '../../cli/up/api-client';
import { openBrowser } from '../support/browser';
import { openShop } from '../../cli/chaos/shop';
import { apiClient, environmentFor } from '../support/world';

const api = apiClient();
const orderId = 'web-ui-order-1';
let browser: Browser | undefined;
let page: Page;
let webUi: string;
let workflowId: string;

beforeAll(async () => {
  const shop = await openShop({ api, customer: 'dave' });
  const started = await shop.placeOrder({ orderId });
  workflowId = String(started.body.id);
  await shop.outcomeOf(String(started.location));
  webUi = String(environmentFor('gateway').HOLDFAST_TEMPORAL_UI_URL);
  browser = await openBrowser();
  page = await browser.newPage(look);
  await logIn(page);
}, 120_000);

/** The gateway's certificate is of the stack's own authority, which no browser knows. */
const look = { viewport: { width: 1600, height: 1200 }, ignoreHTTPSErrors: true };

/** As an operator does it: logs in at the gateway, and tells the Web UI to ask it with the cookie. */
async function logIn(on: Page): Promise<void> {
  const gateway = gatewayOf(environmentFor).gatewayUrl;
  await on.goto(`${gateway}/codec/login`);
  await on.locator('#username').fill('olga');
  await on.locator('#password').fill('olga-dev');
  await on.locator('#kc-login').click();
  await on.waitForURL(`${webUi}/**`);
  const settings = {
    endpoint: JSON.stringify(`${gateway}/codec`),
    ...{ includeCredentials: 'true', overrideRemoteCodecConfiguration: 'true' },
  };
  const set = Object.entries(settings).map(
    (pair) => `localStorage.setItem(...${JSON.stringify(pair)})`,
  );
  await on.evaluate(set.join(';'));
}

afterAll(async () => {
  await browser?.close();
  await api.close();
});

describe('the stock Temporal Web UI', () => {
  it('finds a saga by its business key', async () => {
    const query = encodeURIComponent(`BusinessKey="${orderId}"`);
    await page.goto(`${webUi}/namespaces/holdfast/workflows?query=${query}`);
    await page.getByText(workflowId).first().waitFor({ timeout: 45_000 });
  });

  it('shows a summary on every activity', async () => {
    await page.getByRole('link', { name: workflowId }).first().click();
    for (const summary of ['reserve stock', 'authorize payment', 'capture payment', 'ship stock']) {
      await page.getByText(summary).first().waitFor({ timeout: 45_000 });
    }
  });

  it('tells the story in the current details', async () => {
    const tab = { name: 'User Metadata' };
    await page.getByRole('tab', tab).or(page.getByRole('link', tab)).first().click();
    const story = await until('the current details', 60_000, async () => {
      const texts = await Promise.all(page.frames().map(textOf));
      return texts.find((text) => text.includes('orders.confirm, done'));
    });
    expect(story).toContain('completed');
    expect(story).toMatch(/reserve stock inventory\.reserve, done/);
  });
});

/** The page shows Markdown in frames of their own; one that is being replaced has no text. */
function textOf(frame: Frame): Promise<string> {
  return frame
    .locator('body')
    .innerText({ timeout: 5_000 })
    .catch(() => '');
}
