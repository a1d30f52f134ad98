import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { logsSince } from '../../../cli/attack/logs';
import { scanFolder } from '../../../cli/attack/scan';

const folder = mkdtempSync(path.join(tmpdir(), 'attack-scan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, content: string | Buffer): void => {
  const place = path.join(folder, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, content);
};
const needles = [
  { name: 'a token', bytes: Buffer.from('the-token-itself') },
  { name: 'a key', bytes: Buffer.from('the-key-itself') },
];
const nowhere = (): boolean => false;

test('a secret is found in any file of any folder, and named without being shown', () => {
  write('found/logs/a.log', 'before the-token-itself after');
  write('found/deep/er/b.bin', Buffer.concat([Buffer.from([0, 255, 0]), needles[1]!.bytes]));
  write('found/c', 'nothing');
  const { files, found } = scanFolder(path.join(folder, 'found'), needles, nowhere);
  expect(files).toBe(3);
  expect([...found].sort()).toEqual(['deep/er/b.bin: a key', 'logs/a.log: a token']);
});

test.each([0, 1, 7, 15])(
  'one that lies across two reads is found, %i bytes before the end',
  (of) => {
    const readBytes = 4 * 1024 * 1024;
    write('large/a', Buffer.concat([Buffer.alloc(readBytes - of, 'x'), needles[0]!.bytes]));
    expect(scanFolder(path.join(folder, 'large'), needles, nowhere).found).toEqual(['a: a token']);
  },
);

test('where it lives it may be', () => {
  write('home/secrets/a', 'the-key-itself');
  write('home/logs/a', 'the-key-itself');
  const isHome = (file: string, name: string): boolean =>
    file.startsWith('secrets/') && name === 'a key';
  expect(scanFolder(path.join(folder, 'home'), needles, isHome).found).toEqual(['logs/a: a key']);
});

test('new lines of logs are whole lines that were written since', async () => {
  write('state/logs/gateway.log', 'old\n');
  write('state/logs/orders.log', 'old\n');
  const logs = logsSince(path.join(folder, 'state'));
  write('state/logs/gateway.log', 'old\n{"new":1}\nhalf a li');
  expect(await logs.untilSome('gateway')).toEqual(['{"new":1}']);
});
