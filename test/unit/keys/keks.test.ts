import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { randomBytes } from 'node:crypto';
import { ensureKekFile, openKeks } from '../../../platform/keys/keks';

const place = ['keys', 'data', 'cache', 'k1'];
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-keks-'));
  file = path.join(folder, 'kek');
  ensureKekFile(file);
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a key is unwrapped for the place it was wrapped for, and for no other', () => {
  const keks = openKeks(file);
  const secret = randomBytes(32);
  const wrapped = keks.wrap(secret, place);
  expect(keks.unwrap(wrapped, place)).toEqual(secret);
  expect(wrapped).not.toContain(secret.toString('base64url'));
  expect(() => keks.unwrap(wrapped, ['keys', 'data', 'temporal', 'k1'])).toThrow('AUTHENTICATION');
});

test('the next key wraps, those before it unwrap, and the file keeps all of them', () => {
  const keks = openKeks(file);
  const wrapped = keks.wrap(Buffer.alloc(32, 1), place);
  const first = keks.currentId();
  keks.advance();
  expect(keks.currentId()).not.toBe(first);
  expect(openKeks(file).ids()).toEqual([first, keks.currentId()]);
  expect(openKeks(file).unwrap(wrapped, place)).toEqual(Buffer.alloc(32, 1));
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test('a key that somebody added to the file is the next one', () => {
  const keks = openKeks(file);
  writeFileSync(
    file,
    `${readFileSync(file, 'utf8')}by-hand ${randomBytes(32).toString('base64url')}`,
  );
  keks.advance();
  expect(keks.currentId()).toBe('by-hand');
  keks.advance();
  expect(openKeks(file).ids()).toHaveLength(3);
});

test('a file that others may read is not used', () => {
  chmodSync(file, 0o640);
  expect(() => openKeks(file)).toThrow('KEK_FILE_OPEN');
});

test.each([
  ['no key', '# nothing\n'],
  ['a short key', 'k1 AAAA\n'],
  ['a third word', `k1 ${'A'.repeat(43)} x\n`],
  ['an id twice', `k1 ${'A'.repeat(43)}\nk1 ${'B'.repeat(43)}\n`],
])('%s makes the file unusable', (_title, text) => {
  writeFileSync(file, text);
  expect(() => openKeks(file)).toThrow('KEK_FILE_INVALID');
});

test('a file that is not there is never made by the one who reads it', () => {
  expect(() => openKeks(path.join(folder, 'other'))).toThrow('KEK_FILE_MISSING');
  expect(() => openKeks('')).toThrow('KEK_FILE_MISSING');
});
