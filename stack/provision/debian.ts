import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { StackError } from '../errors';
import { cacheRoot, oneAtATime } from '../cache/cache';
import { runTool } from '../cache/tool';

/** Package lists older than this are fetched again before a download. */
const listsMaxAgeMs = 24 * 3_600_000;

/** Lists we never read; leaving them out makes an update several times faster. */
const leanUpdate = [
  ...['-o', 'Acquire::Languages=none'],
  ...['deb::DEP-11', 'deb::DEP-11-icons', 'deb::Contents-deb'].flatMap((target) => [
    '-o',
    `Acquire::IndexTargets::${target}::DefaultEnabled=false`,
  ]),
];

const sourcesFolder = '/etc/apt/sources.list.d';

function machineSources(): string {
  const listed = existsSync(sourcesFolder) ? readdirSync(sourcesFolder) : [];
  const files = listed
    .filter((name) => name.endsWith('.list') || name.endsWith('.sources'))
    .map((name) => path.join(sourcesFolder, name));
  return ['/etc/apt/sources.list', ...files]
    .filter((file) => existsSync(file))
    .map((file) => readFileSync(file, 'utf8'))
    .join('\n');
}

/** The Debian mirror this machine already uses: in a deb822 `URIs:` line, or in a one-line source. */
export function debianMirror(sources: string): string | undefined {
  const line = /^(?:URIs:|deb(?:\s+\[[^\]]*\])?)\s+(\S+?\/debian)\/*(?:\s|$)/m.exec(sources);
  return line?.[1];
}

/** An apt of our own: lists and downloads in the cache, nothing of the system's is touched, no root needed. */
function privateApt(folder: string, suite: string | undefined): string[] {
  const own = [
    ...['-o', `Dir::State::lists=${path.join(folder, 'lists')}`],
    ...['-o', `Dir::Cache=${path.join(folder, 'cache')}`],
    ...['-o', 'APT::Sandbox::User='],
  ];
  if (!suite) return own;
  const list = ['-o', `Dir::Etc::sourcelist=${path.join(folder, 'sources.list')}`];
  return [...own, ...list, '-o', 'Dir::Etc::sourceparts=/dev/null'];
}

async function writeSource(folder: string, suite: string, fix: string): Promise<void> {
  const mirror = debianMirror(machineSources());
  if (!mirror) {
    const cause = 'this machine names no Debian mirror that an older suite could come from';
    throw new StackError({ code: 'PROVISION_FAILED', subject: suite, cause, fix });
  }
  const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';
  const line = `deb [signed-by=${keyring}] ${mirror} ${suite} main\n`;
  await writeFile(path.join(folder, 'sources.list'), line);
}

async function isRecent(stamp: string): Promise<boolean> {
  if (!existsSync(stamp)) return false;
  return Date.now() - Number(readFileSync(stamp, 'utf8')) < listsMaxAgeMs;
}

async function update(folder: string, suite: string | undefined, run: Run): Promise<void> {
  const stamp = path.join(folder, 'updated');
  if (await isRecent(stamp)) return;
  await mkdir(path.join(folder, 'lists', 'partial'), { recursive: true });
  await mkdir(path.join(folder, 'cache', 'archives', 'partial'), { recursive: true });
  if (suite) await writeSource(folder, suite, run.fix);
  await runTool('apt-get', [...privateApt(folder, suite), ...leanUpdate, '-q', 'update'], run);
  await writeFile(stamp, String(Date.now()));
}

interface Run {
  subject: string;
  fix: string;
}

export interface DebianPackages {
  subject: string;
  variable: string;
  packages: string[];
  /** An older suite of the same mirror, for what the machine's own no longer carries. */
  suite?: string;
}

/** Downloads packages and unpacks them below `directory`, as a tree of its own; nothing is installed. */
export async function unpackPackages(wanted: DebianPackages, directory: string): Promise<void> {
  const { subject, variable, packages, suite } = wanted;
  const fix = `install ${subject} with your package manager, or set ${variable} to its binary`;
  const run = { subject, fix };
  const folder = path.join(cacheRoot(), 'apt', suite ?? 'own');
  const downloads = path.join(directory, 'downloads');
  await mkdir(downloads);
  await oneAtATime(`apt-${suite ?? 'own'}`, () => update(folder, suite, run));
  const args = [...privateApt(folder, suite), '-q', 'download', ...packages];
  await runTool('apt-get', args, { ...run, cwd: downloads });
  for (const name of await readdir(downloads)) {
    await runTool('dpkg', ['-x', path.join(downloads, name), directory], run);
  }
  await rm(downloads, { recursive: true });
}
