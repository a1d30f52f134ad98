import type { Finding } from './finding';
import type { RepositoryFile } from './repository';

interface Rule {
  readonly pattern: RegExp;
  readonly problem: string;
}

// Written in pieces: this file must not be what it looks for.
const dot = '\\.';
const hosts = [
  ['registry', 'npmjs', 'org'],
  ['registry', 'yarnpkg', 'com'],
  ['pypi', 'org'],
  ['files', 'pythonhosted', 'org'],
  ['repo1', 'maven', 'org'],
  ['repo', 'maven', 'apache', 'org'],
  ['proxy', 'golang', 'org'],
  ['sum', 'golang', 'org'],
  ['deb', 'debian', 'org'],
  ['archive', 'ubuntu', 'com'],
  ['index', 'crates', 'io'],
  ['rubygems', 'org'],
].map((parts) => parts.join(dot));
const homes = ['home', 'root', 'Users', 'work'].map((name) => `/${name}/`);
const workplaceWords = [
  ['shared', 'design'].join('/'),
  ['shared', 'research'].join('/'),
  ['research', 'fence-model'].join('/'),
  ['research', 'design-notes'].join('/'),
  ['sub', 'agent'].join(''),
  ['anthro', 'pic'].join(''),
  ['clau', 'de'].join(''),
];

const rules: readonly Rule[] = [
  {
    pattern: new RegExp(`\\b(${hosts.join('|')})\\b`, 'i'),
    problem: 'names the host of a package registry',
  },
  {
    pattern: /https?:\/\/[^\s"'`]*(\/simple\/|\/maven2?\/|\/-\/[^\s"'`]+\.tgz|\.whl\b|\.deb\b)/i,
    problem: 'holds the address of a package',
  },
  {
    pattern: new RegExp(`(^|[\\s"'\`=(:,])(${homes.join('|')})[\\w.-]`),
    problem: 'holds an absolute path of one machine',
  },
  {
    pattern: new RegExp(`-----BEGIN ([A-Z ]+ )?${'PRIVATE'} KEY-----\\s*\\n?[A-Za-z0-9+/=]{16}`),
    problem: 'holds a private key',
  },
  {
    pattern: new RegExp(workplaceWords.join('|'), 'i'),
    problem: 'names something outside the project',
  },
];

function scanLines({ file, text }: RepositoryFile, { pattern, problem }: Rule): Finding[] {
  return text
    .split('\n')
    .flatMap((line, index) => (pattern.test(line) ? [{ file, line: index + 1, problem }] : []));
}

/** Hosts and addresses of registries, paths of one machine, keys, and words that mean nothing to a reader. */
export function checkLeaks(files: readonly RepositoryFile[]): Finding[] {
  return files.flatMap((file) => {
    const inLines = rules.flatMap((rule) => scanLines(file, rule));
    const spansLines = rules.filter(({ pattern }) => pattern.source.includes('\\n'));
    const whole = spansLines.filter(
      ({ pattern, problem }) =>
        pattern.test(file.text) && !inLines.some((finding) => finding.problem === problem),
    );
    return [...inLines, ...whole.map(({ problem }) => ({ file: file.file, problem }))];
  });
}

/** A lock file with addresses ties everybody to one registry: versions and hashes are enough. */
export function checkLockFile(file: RepositoryFile): Finding[] {
  const lock = JSON.parse(file.text) as { packages?: Record<string, { resolved?: string }> };
  return Object.entries(lock.packages ?? {})
    .filter(([, entry]) => entry.resolved !== undefined)
    .map(([name]) => ({ file: file.file, problem: `${name} has a resolved address` }));
}
