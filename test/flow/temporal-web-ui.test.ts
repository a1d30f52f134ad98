import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../support/browser';
import { openShop } from '../support/shop';
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
  page = await browser.newPage({ viewport: { width: 1600, height: 1200 } });
}, 120_000);

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
    await page
      .getByRole('tab', { name: 'User Metadata' })
      .or(page.getByRole('link', { name: 'User Metadata' }))
      .first()
      .click();
    await page.getByText('confirm order').first().waitFor({ timeout: 45_000 });
    await page.getByText('orders.confirm, done').first().waitFor({ timeout: 45_000 });
  });
});
