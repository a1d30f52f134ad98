import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { deliveredBill } from './bill';
import type { Bill } from './bill';

const outputBytesMax = 64 * 1024 * 1024;

/** Text of the lock file of this checkout. */
export function lockText(): string {
  return readFileSync(path.join(projectRoot, 'package-lock.json'), 'utf8');
}

/** Asks npm for the bill of the lock file; no registry is asked. Throws where npm cannot be run. */
export function readBill(): Bill {
  const text = execFileSync(
    'npm',
    ['sbom', '--sbom-format', 'cyclonedx', '--sbom-type', 'application', '--package-lock-only'],
    { cwd: projectRoot, encoding: 'utf8', maxBuffer: outputBytesMax, stdio: ['ignore', 'pipe', 2] },
  );
  return deliveredBill(JSON.parse(text) as Bill, lockText(), 'holdfast');
}
