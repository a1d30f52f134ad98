import { readFileSync } from 'node:fs';
import path from 'node:path';
import { problemsOfWaivers } from '../../deploy/supply/advisories';
import { problemsOfBill } from '../../deploy/supply/bill';
import { readWaivers } from '../../deploy/supply/check-advisories';
import { lockedVersions } from '../../deploy/supply/locked';
import { lockText, readBill } from '../../deploy/supply/read-bill';
import { secretsIn } from '../../deploy/supply/secrets';
import { checkLock, scriptsNotRun } from './checks/lock-file';
import { readFiles, root } from './checks/repository';

const lock = lockText();

test('no waiver of an advisory has run out, and each is for a version we have', () => {
  expect(problemsOfWaivers(readWaivers(), lockedVersions(lock), Date.now())).toEqual([]);
});

test('the bill of materials names every package that is delivered, with its hash', () => {
  const bill = readBill();
  expect(problemsOfBill(bill, lock)).toEqual([]);
  expect(readBill()).toEqual(bill);
});

test('every locked package comes from a registry, with a hash, and brings no script unnamed', () => {
  expect(checkLock(lock)).toEqual([]);
});

test('so does every package of the engines that the bench is compared with', () => {
  const peers = readFileSync(path.join(root, 'bench/peers/package-lock.json'), 'utf8');
  expect(checkLock(peers)).toEqual([]);
});

const locked = (entry: object): string =>
  JSON.stringify({
    lockfileVersion: 3,
    packages: { '': {}, 'node_modules/x': { version: '1.0.0', integrity: 'sha512-a', ...entry } },
  });

test.each([
  ['without a hash', { integrity: undefined }],
  ['with a weak hash', { integrity: 'sha1-a' }],
  ['from an address', { resolved: 'https://x.example/x.tgz' }],
  ['that is a folder', { link: true }],
  ['with an install script', { hasInstallScript: true }],
  ['of a version of git', { version: 'git+ssh://x.example/x.git' }],
])('a locked package %s is reported', (_name, entry) => {
  expect(checkLock(locked(entry))).toHaveLength(1);
});

test('a lock file of another version is reported', () => {
  expect(checkLock(JSON.stringify({ lockfileVersion: 2, packages: {} }))).toHaveLength(1);
});

test('install scripts are off, and every package that has one is named with what is lost', () => {
  const npmrc = readFileSync(path.join(root, '.npmrc'), 'utf8').split('\n');
  expect(npmrc).toContain('ignore-scripts=true');
  const { packages } = JSON.parse(lock) as { packages: Record<string, object> };
  const stale = Object.keys(scriptsNotRun).filter((name) => !(`node_modules/${name}` in packages));
  expect(stale).toEqual([]);
});

test('package.json asks for exact versions', () => {
  const manifest = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string> | undefined
  >;
  const asked = { ...manifest.dependencies, ...manifest.devDependencies };
  const loose = Object.entries(asked).filter(([, version]) => !/^\d+\.\d+\.\d+$/.test(version));
  expect(loose).toEqual([]);
});

test('no file holds a secret: npm run secrets:history looks through all versions', () => {
  const found = readFiles(() => true).flatMap(({ file, text }) =>
    secretsIn(text).map(({ kind, line }) => `${file}:${line} ${kind}`),
  );
  expect(found).toEqual([]);
});
