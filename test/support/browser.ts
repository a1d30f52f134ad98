import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { chromium } from 'playwright-core';
import type { Browser } from 'playwright-core';
import { projectRoot } from '../../platform/runtime/paths';

const run = promisify(execFile);

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable'];

/** A Chromium named by HOLDFAST_CHROMIUM, one on PATH, or the one inside its npm package. */
async function findChromium(): Promise<string> {
  const named = process.env.HOLDFAST_CHROMIUM;
  if (named !== undefined) return named;
  const folders = (process.env.PATH ?? '').split(path.delimiter);
  const found = folders
    .flatMap((folder) => names.map((name) => path.join(folder, name)))
    .find((file) => existsSync(file));
  if (found !== undefined) return found;
  // The package is an ES module, which jest's loader refuses; node itself is asked instead.
  const ask = "import c from '@sparticuz/chromium'; console.log(await c.executablePath())";
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', ask], {
    cwd: projectRoot,
  });
  return stdout.trim();
}

/** A headless browser that talks to this machine only. */
export async function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: await findChromium(),
    headless: true,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}
