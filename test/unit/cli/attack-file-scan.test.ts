import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { filesWith, readBytes } from '../../../cli/attack/file-scan';

const folder = mkdtempSync(path.join(tmpdir(), 'attack-file-scan-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const write = (file: string, content: string | Buffer): void => {
  const place = path.join(folder, file);
  mkdirSync(path.dirname(place), { recursive: true });
  writeFileSync(place, content);
};
const words = ['the-token-itself', 'the-key-itself'] as const;

test('a text is found in any file of any folder, whatever bytes are around it', () => {
  write('found/logs/a.log', 'before the-token-itself after');
  write('found/deep/er/b.bin', Buffer.concat([Buffer.from([0, 255, 0]), Buffer.from(words[1])]));
  write('found/c', 'nothing');
  expect(filesWith(path.join(folder, 'found'), words)).toEqual(
    new Map([
      [words[0], ['logs/a.log']],
      [words[1], ['deep/er/b.bin']],
    ]),
  );
});

test.each([0, 1, 7, 15, 16, 17])(
  'one that lies across two reads is found, %i bytes before the end of the first',
  (before) => {
    write('large/a', Buffer.concat([Buffer.alloc(readBytes - before, 'x'), Buffer.from(words[0])]));
    expect(filesWith(path.join(folder, 'large'), words).get(words[0])).toEqual(['a']);
  },
);
