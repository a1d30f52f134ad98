import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import { gatewayOf } from '../../cli/up/api-client';
import { logIn } from './console-login';
import { environmentFor } from './world';

/** Where the console is. */
export const consoleUrl = (path = ''): string =>
  `${gatewayOf(environmentFor).gatewayUrl}/console${path}`;

/** A person at the console of this test run, in a browser session of their own, at the page that was asked for. */
export function atConsole(browser: Browser, user: string, path = ''): Promise<Page> {
  return logIn(browser, user, consoleUrl(path));
}

const axe = readFileSync(require.resolve('axe-core/axe.min.js'), 'utf8');

/** What axe finds wrong with a page that is serious or worse, one line each. */
export async function accessViolations(page: Page): Promise<readonly string[]> {
  await page.evaluate(axe);
  const found = await page.evaluate<readonly { id: string; impact: string; target: string }[]>(
    `axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
      violations.flatMap(({ id, impact, nodes }) =>
        nodes.map(({ target }) => ({ id, impact, target: target.join(' ') }))))`,
  );
  return found
    .filter(({ impact }) => ['serious', 'critical'].includes(impact))
    .map(({ id, impact, target }) => `${impact} ${id}: ${target}`);
}

/** Fills in why, and sends what the open dialog asks about. */
export async function act(page: Page, send: string, reason: string): Promise<void> {
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Reason, kept in the journal').fill(reason);
  await dialog.getByRole('button', { name: send, exact: true }).click();
  await dialog.waitFor({ state: 'hidden' });
}
