import { existsSync, statSync } from 'node:fs';
import path from 'node:path';
import { recallReach } from '../../stack/recall';
import { certificateStatus } from '../../stack/renewal/status';
import { kekFileOf } from '../../stack/secrets';
import { statusOf } from '../local/status';
import { ownerOf } from '../../stack/running';
import { fine, held, looked, warn, wrong } from './finding';
import type { Finding } from './finding';

/** A stack that was started in a folder: its certificates, its keys, and whether it works. */
export async function lookAtState(stateDir: string): Promise<readonly Finding[]> {
  if (!existsSync(path.join(stateDir, 'certs'))) {
    return [fine('stack', `none was started in ${stateDir} yet`)];
  }
  return [
    ...(await looked('stack', 'see holdfast logs', () => running(stateDir))),
    ...(await looked('certificates', 'see holdfast certs status', () => certificates(stateDir))),
    keyFile(stateDir),
  ];
}

async function running(stateDir: string): Promise<readonly Finding[]> {
  if (ownerOf(stateDir) === undefined) return [fine('stack', 'it is stopped')];
  const { state, processes, parts } = await statusOf(stateDir);
  const down = processes.filter(({ pid }) => pid === undefined).map(({ name }) => name);
  const bad = parts.filter((part) => part.state !== 'works').map(({ name }) => name);
  const said = [
    ...(down.length === 0 ? [] : [`down: ${down.join(', ')}`]),
    ...(bad.length === 0 ? [] : [`not working: ${bad.join(', ')}`]),
  ].join('; ');
  return [
    held(
      state === 'works',
      fine('stack', 'it runs, and everything works'),
      wrong('stack', said, 'see holdfast logs --level warn'),
    ),
  ];
}

async function certificates(stateDir: string): Promise<readonly Finding[]> {
  const found = await certificateStatus(recallReach(stateDir));
  const isRunning = ownerOf(stateDir) !== undefined;
  // The next start makes new ones in place of those that have ended.
  const bad = isRunning ? found.filter(({ state }) => state === 'expired') : [];
  const names = bad.map(({ name }) => name).join(', ');
  return [
    held(
      bad.length === 0,
      fine('certificates', isRunning ? 'all are good' : 'the next start renews what has ended'),
      wrong('certificates', `ended: ${names}`, 'holdfast certs rotate'),
    ),
  ];
}

/** Whoever reads this file can open everything. */
function keyFile(stateDir: string): Finding {
  const file = kekFileOf(stateDir);
  const check = 'key file';
  if (!existsSync(file)) {
    const fix =
      'put it back from its copy: without it nothing that was sealed opens (docs/keys.md)';
    return wrong(check, `${file} is not there`, fix);
  }
  const mode = statSync(file).mode & 0o777;
  return held(
    (mode & 0o077) === 0,
    fine(check, 'its owner alone reads it'),
    warn(check, `others may read ${file}`, `chmod 600 ${file}`),
  );
}
