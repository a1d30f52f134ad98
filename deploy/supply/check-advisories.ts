import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { judgeAdvisories } from './advisories';
import type { AuditReport, Waiver } from './advisories';
import { lockedVersions } from './locked';
import { lockText } from './read-bill';

const outputBytesMax = 64 * 1024 * 1024;
const exitCodes = { clean: 0, red: 1, unknown: 2 } as const;
const heads = {
  clean: 'no advisory of high severity hits what we deliver',
  red: 'advisories or waivers need somebody',
  unknown: 'the advisories could not be read',
} as const;

/** The waivers of this checkout. */
export function readWaivers(): readonly Waiver[] {
  const file = path.join(projectRoot, 'deploy', 'supply', 'advisory-waivers.json');
  return JSON.parse(readFileSync(file, 'utf8')) as readonly Waiver[];
}

function askNpm(more: readonly string[]): AuditReport | undefined {
  const { stdout } = spawnSync('npm', ['audit', '--omit=dev', '--json', '--audit=true', ...more], {
    ...{ cwd: projectRoot, encoding: 'utf8', maxBuffer: outputBytesMax },
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  try {
    return JSON.parse(stdout) as AuditReport;
  } catch {
    return undefined;
  }
}

/** `npm run audit`: 0 nothing of high severity, 1 something or a waiver that ran out, 2 nobody could be asked. */
function main(more: readonly string[]): number {
  const { is, lines } = judgeAdvisories({
    report: askNpm(more),
    waivers: readWaivers(),
    versionsOf: lockedVersions(lockText()),
    nowMs: Date.now(),
  });
  process.stderr.write([heads[is], ...lines.map((line) => `  ${line}`), ''].join('\n'));
  return exitCodes[is];
}

if (require.main === module) process.exitCode = main(process.argv.slice(2));
