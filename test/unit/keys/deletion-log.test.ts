import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashOfSubject, openDeletionLog } from '../../../platform/keys/deletion-log';

const entryOf = (name: string) => ({
  ...{ subject: hashOfSubject(name), reason: 'ticket 4711', by: 'admin' },
  at: '2026-01-01T00:00:00.000Z',
});
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'holdfast-deletions-'));
  file = path.join(folder, 'forgotten.log');
  const log = openDeletionLog(file);
  for (const name of ['ann', 'bob', 'cleo']) log.append(entryOf(name));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('who was forgotten is known to whoever opens the file, by a hash', () => {
  const log = openDeletionLog(file);
  log.append(entryOf('ann'));
  expect(log.entries()).toEqual(['ann', 'bob', 'cleo'].map(entryOf));
  expect([log.has(hashOfSubject('bob')), log.has(hashOfSubject('dora'))]).toEqual([true, false]);
  expect(readFileSync(file, 'utf8')).not.toContain('bob');
});

test.each([
  ['changed', (lines: string[]) => lines.map((line) => line.replace('4711', '4712'))],
  ['taken out', (lines: string[]) => lines.filter((_line, index) => index !== 1)],
  ['in another place', ([one = '', ...rest]: string[]) => [...rest, one]],
  ['no JSON', (lines: string[]) => ['{', ...lines]],
])('a line that was %s makes the log unusable', (_title, change) => {
  const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
  writeFileSync(file, `${change(lines).join('\n')}\n`);
  expect(() => openDeletionLog(file)).toThrow('DELETION_LOG_BROKEN');
});

test('a line that was not finished is no deletion, and the next one takes its place', () => {
  appendFileSync(file, '{"subject":"half');
  const log = openDeletionLog(file);
  log.append(entryOf('dora'));
  expect(openDeletionLog(file).entries()).toHaveLength(4);
});
