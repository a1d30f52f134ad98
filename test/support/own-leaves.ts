import { copyFileSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { parseConfig } from '../../platform/runtime/config';
import type { Config } from '../../platform/runtime/config';
import { readAuthority } from '../../stack/authority';
import { createLeaf } from '../../stack/certificates';
import { environmentFor, world } from './world';

/** Certificates of one test file: issued by the authority of the world, in a folder that nothing else reads. */
export interface OwnLeaves {
  /** Issues a certificate of a process that ends at `notAfter`, over the one before. */
  issue(name: string, notAfter: Date): Promise<void>;
  /** Configuration of a process that shows it, with other members changed. */
  configFor(name: string, changes?: Record<string, string>): Config;
  remove(): void;
}

export function ownLeaves(): OwnLeaves {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-leaves-'));
  const file = (name: string): string => path.join(folder, name);
  copyFileSync(path.join(world().certsDir, 'ca.crt'), file('ca.crt'));
  const replace = (name: string, content: string): void => {
    writeFileSync(file(`${name}.new`), content, { mode: 0o600 });
    renameSync(file(`${name}.new`), file(name));
  };
  return {
    async issue(name, notAfter) {
      const { certsDir, stateDir } = world();
      const authority = await readAuthority(certsDir, path.join(stateDir, 'authority'));
      if (authority === undefined) throw new Error('the world has no authority');
      const { crt, key } = await createLeaf(authority, name, { notAfter });
      replace(`${name}.key`, key);
      replace(`${name}.crt`, crt);
    },
    configFor: (name, changes = {}) =>
      parseConfig({
        ...environmentFor(name),
        HOLDFAST_CA_FILE: file('ca.crt'),
        HOLDFAST_CERT_FILE: file(`${name}.crt`),
        HOLDFAST_KEY_FILE: file(`${name}.key`),
        ...changes,
      }),
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
