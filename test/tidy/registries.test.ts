import { describeFindings } from './checks/finding';
import { checkLeaks, checkLockFile } from './checks/registries';
import { readFiles } from './checks/repository';

const files = readFiles(() => true);

test('no file names a registry, a machine, a key or the workplace', () => {
  expect(describeFindings(checkLeaks(files))).toBe('');
});

test('the lock file pins versions and hashes, and no address', () => {
  const locks = files.filter(({ file }) => file === 'package-lock.json');
  expect(locks).toHaveLength(1);
  expect(describeFindings(locks.flatMap(checkLockFile))).toBe('');
});

const slash = '/';
const dashes = '-'.repeat(5);
const keyHead = (kind: string): string =>
  `${dashes}BEGIN ${kind}${['PRIVATE', 'KEY'].join(' ')}${dashes}`;

test.each([
  ['the host of a registry', `from ${['registry', 'npmjs', 'org'].join('.')}`],
  ['another host of a registry', `index-url = ${['pypi', 'org'].join('.')}`],
  ['the address of a package', `https://mirror.example${slash}x${slash}-${slash}x-1.0.0.tgz`],
  ['the address of a Maven tree', `https://mirror.example${slash}maven2${slash}org`],
  ['a home folder', `open('${slash}home${slash}alice/x')`],
  ['the folder of one machine', `cd ${slash}work${slash}main`],
  ['a private key', `${keyHead('')}\n${'MIIEvQIBADANBgkq'.repeat(2)}`],
  ['a private key of another kind', `${keyHead('EC ')}\n${'MIIEvQIBADANBgkq'.repeat(2)}`],
  ['a page outside the project', `see ${['shared', 'design'].join(slash)}`],
])('%s is reported', (_title, text) => {
  expect(checkLeaks([{ file: 'x.md', text }])).toHaveLength(1);
});

test('a sentence about keys and roots is none of these', () => {
  const text = 'The root CA signs; see node_modules/pg, ./work/x and the PRIVATE KEY block.';
  expect(checkLeaks([{ file: 'x.md', text }])).toEqual([]);
});

test('a resolved address in a lock file is reported', () => {
  const text = JSON.stringify({
    packages: { 'node_modules/x': { resolved: 'https://x.example' } },
  });
  expect(checkLockFile({ file: 'package-lock.json', text })).toHaveLength(1);
});
