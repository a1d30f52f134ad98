import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { StackError } from '../errors';
import type { Candidate, Found, Note } from '../cache/binary';
import { findBinary, versionOf } from '../cache/binary';
import { fromCache } from '../cache/cache';
import type { DebianPackages } from './debian';
import { unpackPackages } from './debian';

/** A server out of Debian packages that are unpacked, not installed. */
export interface DebBinary {
  candidate: Candidate;
  key: string;
  packages: Omit<DebianPackages, 'subject' | 'variable'>;
  /** The binary's place in the unpacked tree. */
  file: string;
}

/** What the binary needs to find the libraries that were unpacked beside it. */
export interface FoundTree extends Found {
  env: Record<string, string>;
  /** The unpacked tree; undefined when the binary is the machine's own. */
  tree: string | undefined;
}

function libraryEnvironment(tree: string): Record<string, string> {
  const lib = path.join(tree, 'usr', 'lib');
  if (!existsSync(lib)) return {};
  const folders = readdirSync(lib).filter((name) => name.endsWith('-linux-gnu'));
  if (folders.length === 0) return {};
  return { LD_LIBRARY_PATH: folders.map((name) => path.join(lib, name)).join(':') };
}

async function verify(deb: DebBinary, tree: string): Promise<string> {
  const binary = path.join(tree, deb.file);
  const version = await versionOf(binary, deb.candidate, libraryEnvironment(tree));
  if (version) return version;
  const { subject, variable } = deb.candidate;
  throw new StackError({
    code: 'PROVISION_FAILED',
    subject,
    cause: `the ${subject} out of ${deb.packages.packages[0] ?? ''} does not run on this machine`,
    fix: `install ${subject} with your package manager, or set ${variable} to its binary`,
  });
}

/** The binary: named by the user, on PATH, or unpacked into the cache. */
export async function provideDeb(deb: DebBinary, note: Note): Promise<FoundTree> {
  const found = await findBinary(deb.candidate);
  if (found) return { ...found, env: {}, tree: undefined };
  const { subject, variable } = deb.candidate;
  const tree = await fromCache({
    key: deb.key,
    build: (draft) => unpackPackages({ ...deb.packages, subject, variable }, draft),
    verify: (draft) => verify(deb, draft),
    onMiss: () => note(`fetching ${deb.packages.packages[0] ?? subject} with apt`),
  });
  const env = libraryEnvironment(tree);
  const binary = path.join(tree, deb.file);
  const version = (await versionOf(binary, deb.candidate, env)) ?? '';
  return { binary, version, env, tree };
}
