import path from 'node:path';
import { createAuthority, readAuthority } from '../../stack/authority';
import type { Authority } from '../../stack/authority';
import { createLeaf } from '../../stack/certificates';
import type { LeafChanges } from '../../stack/certificates';
import { CommandError } from '../command-error';

/** A certificate with its key, PEM. */
export interface Leaf {
  readonly cert: string | Buffer;
  readonly key: string | Buffer;
}

/** What is wrong with a certificate; every member left out is as it should be. */
export interface Wrong extends Omit<LeafChanges, 'names'> {
  /** Names in it, as URIs; without, those of the process. */
  readonly uris?: readonly string[];
  /** Signed by an authority of the same name that nobody of ours believes. */
  readonly byStranger?: boolean;
}

/** Issues what an attacker would show. */
export interface Forge {
  issue(name: string, wrong: Wrong): Promise<{ readonly cert: string; readonly key: string }>;
}

/** A forge with the authority of a stack on this machine: its key is in the state folder, where nothing is changed. */
export function openForge(stateDir: string): Forge {
  let ours: Promise<Authority> | undefined;
  let strangers: Promise<Authority> | undefined;
  return {
    async issue(name, { uris, byStranger = false, ...changes }) {
      const authority = byStranger
        ? (strangers ??= createAuthority())
        : (ours ??= authorityIn(stateDir));
      const names = uris?.map((value) => ({ type: 'url' as const, value }));
      const { crt: cert, key } = await createLeaf(await authority, name, {
        ...changes,
        ...(names === undefined ? {} : { names }),
      });
      return { cert, key };
    },
  };
}

async function authorityIn(stateDir: string): Promise<Authority> {
  const found = await readAuthority(path.join(stateDir, 'certs'), path.join(stateDir, 'authority'));
  if (found !== undefined) return found;
  throw new CommandError({
    code: 'AUTHORITY_UNKNOWN',
    cause: `${stateDir} has no authority that is good for another day`,
    fix: 'attack a stack that was started on this machine with npm start',
  });
}
