import type { Browser, Page } from 'playwright-core';

/** The gateway's certificate is of the stack's own authority, which no browser knows. */
const look = { viewport: { width: 1280, height: 900 }, ignoreHTTPSErrors: true, locale: 'en-GB' };

/** Opens a page of the console in a browser session of its own, and logs in there as a development user. */
export async function logIn(browser: Browser, user: string, url: string): Promise<Page> {
  const context = await browser.newContext(look);
  const page = await context.newPage();
  page.setDefaultTimeout(30_000);
  await page.goto(url);
  await page.locator('#username').fill(user);
  await page.locator('#password').fill(`${user}-dev`);
  await page.locator('#kc-login').click();
  const isIn = page.getByRole('button', { name: 'Log out' }).waitFor();
  await isIn.catch(async (error: unknown) => {
    const shown = (await page.locator('body').innerText()).slice(0, 1_000);
    throw new Error(`${user} is not logged in at ${page.url()}: ${shown}`, { cause: error });
  });
  return page;
}
