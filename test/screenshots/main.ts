import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseArgs, promisify } from 'node:util';
import type { Browser, Page } from 'playwright-core';
import { projectRoot } from '../../platform/runtime/paths';
import { openBrowser } from '../support/browser';
import { logIn } from '../support/console-login';
import { startStack } from '../support/started-stack';
import type { StartedStack } from '../support/started-stack';

const run = promisify(execFile);

const usage = `npm run docs:screenshots -- [options]

Starts what npm start starts, on free ports, lets its demonstration run, and keeps pictures of the console's
pages in docs/screenshots.

  --out <folder>   another folder
  --help           this text

Exit codes: 0 kept, 2 not.
`;

const say = (line: string): boolean => process.stderr.write(`${line}\n`);

/** A page, and what stands on it once there is something to see. */
interface Shot {
  readonly file: string;
  readonly address: string;
  readonly until: (page: Page) => Promise<unknown>;
}

const shown = (text: string | RegExp) => (page: Page) =>
  page.getByText(text).filter({ visible: true }).first().waitFor();

/** The saga whose card was declined: what it did stands in one lane, what it undid in the other. */
const shotsOf = (compensated: string): readonly Shot[] => [
  { file: 'overview.png', address: '', until: (page) => page.locator('canvas').waitFor() },
  { file: 'saga.png', address: `/sagas/${compensated}`, until: shown('CARD_DECLINED') },
  { file: 'projections.png', address: '/projections', until: shown('order-status') },
];

/** A saga that went back, as the command line finds it. */
async function compensatedSaga(state: string): Promise<string> {
  const words = ['sagas', 'list', '--turned-back', 'CARD_DECLINED', '--json', '--stack', state];
  const program = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');
  const { stdout } = await run(process.execPath, [program, ...words]);
  const { sagas } = JSON.parse(stdout) as { readonly sagas: readonly { readonly id: string }[] };
  if (sagas[0] === undefined) throw new Error('no card was declined');
  return sagas[0].id;
}

async function takeShots(
  browser: Browser,
  {
    stack,
    state,
    out,
  }: { readonly stack: StartedStack; readonly state: string; readonly out: string },
): Promise<void> {
  const url = /Console +(https:\S+)/.exec(stack.heard())?.[1] ?? '';
  const page = await logIn(browser, 'olga', url);
  mkdirSync(out, { recursive: true });
  for (const { file, address, until } of shotsOf(await compensatedSaga(state))) {
    await page.goto(`${url}${address}`);
    await until(page);
    // What comes over the event stream is drawn once the network is at rest but for that stream.
    await page.waitForLoadState('load');
    await page.screenshot({ path: path.join(out, file), animations: 'disabled' });
    say(`${file} kept`);
  }
}

async function main(args: readonly string[]): Promise<void> {
  const options = { out: { type: 'string' }, help: { type: 'boolean', default: false } } as const;
  const { out = path.join(projectRoot, 'docs/screenshots'), help } = parseArgs({
    args: [...args],
    options,
  }).values;
  if (help) {
    process.stdout.write(usage);
    return;
  }
  const state = mkdtempSync(path.join(tmpdir(), 'holdfast-screenshots-'));
  say('a stack starts …');
  const closing = [async () => rmSync(state, { recursive: true, force: true })];
  try {
    const stack = await startStack(projectRoot, { options: ['--state', state] });
    closing.unshift(() => stack.stop());
    const browser = await openBrowser();
    closing.unshift(() => browser.close());
    await takeShots(browser, { stack, state, out });
  } finally {
    for (const close of closing) await close();
  }
}

main(process.argv.slice(2)).catch((error: unknown) => {
  say((error as Error).message);
  process.exitCode = 2;
});
