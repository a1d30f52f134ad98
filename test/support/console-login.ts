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
  await arrive(page, { user, url, triesLeft: 2 });
  return page;
}

/** What a gateway that is asked too much answers, or one that cannot ask the auth server just now: come again. */
const mayComeAgain = /OVERLOADED|RATE_LIMITED|AUTHORITY_UNAVAILABLE|KEYS_UNAVAILABLE/;

/** Waits to be logged in. Other tests flood the gateway meanwhile: as its answer says, the page is asked for again. */
async function arrive(
  page: Page,
  { user, url, triesLeft }: { user: string; url: string; triesLeft: number },
): Promise<void> {
  try {
    await page.getByRole('button', { name: 'Log out' }).waitFor();
  } catch (error) {
    const shown = (await page.locator('body').innerText()).slice(0, 1_000);
    if (triesLeft === 0 || !mayComeAgain.test(shown))
      throw new Error(`${user} is not logged in at ${page.url()}: ${shown}`, { cause: error });
    // The auth server knows them by now: it asks for no password.
    await page.goto(url);
    await arrive(page, { user, url, triesLeft: triesLeft - 1 });
  }
}
