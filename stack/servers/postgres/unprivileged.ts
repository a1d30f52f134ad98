import { chmodSync, chownSync, readFileSync, readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { StackError } from '../../errors';
import { probe } from '../../cache/tool';

/** How a program that refuses to run as root is started: as another user, or behind a command in front. */
export interface Unprivileged {
  uid?: number;
  gid?: number;
  prefix: string[];
}

/** `postgres` where the system has such a user, else nobody. */
function systemUser(): { uid: number; gid: number } {
  const lines = readFileSync('/etc/passwd', 'utf8').split('\n');
  const wanted = ['postgres:', 'nobody:'].map((name) =>
    lines.find((line) => line.startsWith(name)),
  );
  const [, , uid, gid] = (wanted.find(Boolean) ?? '').split(':');
  return { uid: Number(uid ?? 65_534), gid: Number(gid ?? 65_534) };
}

/** True when a stranger may walk down to the folder. */
function isReachable(directory: string): boolean {
  for (let current = directory; ; current = path.dirname(current)) {
    if ((statSync(current).mode & 0o001) === 0) return false;
    if (current === path.dirname(current)) return true;
  }
}

function chownTree(directory: string, uid: number, gid: number): void {
  chownSync(directory, uid, gid);
  for (const entry of readdirSync(directory, { withFileTypes: true })) {
    const file = path.join(directory, entry.name);
    if (entry.isDirectory()) chownTree(file, uid, gid);
    else chownSync(file, uid, gid);
  }
}

/**
 * PostgreSQL refuses root. As root we drop to another user when that one can reach the folders; below a
 * private home it cannot, and a user namespace lets root's own files count as that user's instead.
 */
export async function dropPrivileges(dataDir: string, programs: string): Promise<Unprivileged> {
  if (process.getuid?.() !== 0) return { prefix: [] };
  const user = systemUser();
  chmodSync(path.dirname(dataDir), 0o711);
  if (isReachable(path.dirname(dataDir)) && isReachable(programs)) {
    chownTree(dataDir, user.uid, user.gid);
    return { ...user, prefix: [] };
  }
  const prefix = ['unshare', '--user', '--map-user=1000', '--map-group=1000', '--'];
  const [command = '', ...args] = prefix;
  if ((await probe(command, [...args, 'id', '-u']))?.trim() === '1000') {
    chownTree(dataDir, 0, 0);
    return { prefix };
  }
  throw new StackError({
    code: 'PROVISION_FAILED',
    subject: 'postgres',
    cause: `PostgreSQL refuses to run as root, and no other user can reach ${dataDir}`,
    fix: 'run as an ordinary user, or put state and cache in folders others may enter (--state, HOLDFAST_CACHE)',
  });
}
