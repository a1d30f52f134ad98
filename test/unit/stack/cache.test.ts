import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fromCache } from '../../../stack/cache/cache';
import type { CacheEntry } from '../../../stack/cache/cache';
import { findBinary, isAtLeast } from '../../../stack/cache/binary';
import { tryLock } from '../../../stack/cache/lock';
import { debianMirror } from '../../../stack/provision/debian';

const root = mkdtempSync(path.join(tmpdir(), 'cache-'));
beforeAll(() => (process.env.HOLDFAST_CACHE = root));
afterAll(() => {
  delete process.env.HOLDFAST_CACHE;
  rmSync(root, { recursive: true });
});

function entry(key: string, changes: Partial<CacheEntry> = {}): CacheEntry & { builds: number } {
  const made = {
    builds: 0,
    key,
    build: async (directory: string) => {
      made.builds += 1;
      writeFileSync(path.join(directory, 'binary'), 'works');
    },
    verify: async (directory: string) => readFileSync(path.join(directory, 'binary'), 'utf8'),
    ...changes,
  };
  return made;
}

describe('the cache', () => {
  test('fetches once for two that ask together, and never again', async () => {
    const server = entry('server-1');
    const [first, second] = await Promise.all([fromCache(server), fromCache(server)]);
    expect(first).toBe(second);
    await fromCache(server);
    expect(server.builds).toBe(1);
    expect(readFileSync(path.join(first, 'binary'), 'utf8')).toBe('works');
  });

  test('keeps nothing of what could not be verified', async () => {
    const verify = async (): Promise<string> => {
      throw new Error('it does not run');
    };
    await expect(fromCache(entry('broken-1', { verify }))).rejects.toThrow('it does not run');
    expect(existsSync(path.join(root, 'broken-1'))).toBe(false);
    expect(readdirSync(path.join(root, 'tmp'))).toEqual([]);
    await fromCache(entry('broken-1'));
  });

  test('takes over the lock of a process that died', async () => {
    const lock = path.join(root, 'locks', 'abandoned');
    const release = await tryLock(lock);
    expect(await tryLock(lock)).toBeUndefined();
    const owner = path.join(lock, 'owner.json');
    const dead = { ...(JSON.parse(readFileSync(owner, 'utf8')) as object), pid: 2 ** 22 + 1 };
    writeFileSync(owner, JSON.stringify(dead));
    const second = await tryLock(lock);
    expect(second).toBeDefined();
    await second?.();
    await release?.();
  });
});

test('versions are compared as numbers', () => {
  expect(isAtLeast('1.10.0', [1, 9])).toBe(true);
  expect(isAtLeast('7.0.15', [6])).toBe(true);
  expect(isAtLeast('1.7.9', [1, 8])).toBe(false);
  expect(isAtLeast('17', [17])).toBe(true);
});

test('a named binary that cannot be used is an error, and no reason to fetch another', async () => {
  process.env.HOLDFAST_NOTHING = '/nowhere/server';
  const found = findBinary({
    subject: 'server',
    variable: 'HOLDFAST_NOTHING',
    names: [],
    versionArgs: ['--version'],
    versionPattern: /(.)/,
    atLeast: [1],
  });
  await expect(found).rejects.toMatchObject({ code: 'PROVISION_FAILED' });
  delete process.env.HOLDFAST_NOTHING;
});

test.each([
  ['a deb822 source', 'Types: deb\nURIs: http://mirror.test/debian\nSuites: x', true],
  ['a one-line source', 'deb [signed-by=/k.gpg] http://mirror.test/debian/ x main', true],
  ['a bare one-line source', '# deb no\ndeb http://mirror.test/debian x main', true],
  ['a source of security updates alone', 'URIs: http://mirror.test/debian-security', false],
])("the machine's mirror is read from %s", (_title, sources, isFound) => {
  expect(debianMirror(sources)).toBe(isFound ? 'http://mirror.test/debian' : undefined);
});
