import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { filesWith } from '../../../cli/attack/file-scan';

const word = 'canary-7Qk_0zWm3vRt';
const around = (text: string | Buffer) =>
  Buffer.concat([Buffer.from('before '), Buffer.from(text), Buffer.from(' behind')]);

let folder = '';
beforeEach(() => void (folder = mkdtempSync(path.join(tmpdir(), 'holdfast-scan-'))));
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function found(name: string, content: Buffer): readonly string[] {
  mkdirSync(path.dirname(path.join(folder, name)), { recursive: true });
  writeFileSync(path.join(folder, name), content);
  return filesWith(folder, [word]).get(word)!;
}

/** `canary-canary-7Qk_0zWm3vRt`, whose word stands there broken: a literal, a copy of it, and the rest. */
const broken = Buffer.concat([
  Buffer.from([26, 6 << 2]),
  Buffer.from('canary-'),
  Buffer.from([((7 - 4) << 2) | 1, 7]),
  Buffer.from([11 << 2]),
  Buffer.from('7Qk_0zWm3vRt'),
]);

/** As MongoDB's engine writes a unit: a flag, the length, the content. */
function unit(flagAt: number, contentAt: number, unitBytes: number, flag = 1): Buffer {
  const bytes = Buffer.alloc(unitBytes * 2);
  bytes[unitBytes + flagAt] = flag;
  bytes.writeBigUInt64LE(BigInt(broken.length), unitBytes + contentAt);
  broken.copy(bytes, unitBytes + contentAt + 8);
  return bytes;
}

describe('a scan of files for a word', () => {
  it.each([
    ['plain', word],
    ['in two bytes a letter', Buffer.from(word, 'utf16le')],
    ['in hex', Buffer.from(word).toString('hex')],
    ['in big hex', Buffer.from(word).toString('hex').toUpperCase()],
    ['in base64', Buffer.from(word).toString('base64')],
    ['in base64 behind a letter', Buffer.from(`x${word}yz`).toString('base64')],
    ['in base64 behind two letters', Buffer.from(`xx${word}y`).toString('base64')],
    ['in base64 of addresses', Buffer.from(`xx${word}ÿÿÿ`).toString('base64url')],
  ])('sees it %s', (_form, content) => {
    expect(found('a/file', around(content))).toEqual(['a/file']);
  });

  it('sees it in what is compressed, and in base64 in there', () => {
    const inside = gzipSync(around(Buffer.from(word).toString('base64')));
    expect(found('archive', around(inside))).toEqual(['archive']);
  });

  it.each([
    ['a page', 'mongodb/collection-1.wt', unit(25, 64, 4_096)],
    ['a record of the journal', 'mongodb/journal/WiredTigerLog.01', unit(8, 16, 128)],
  ])('sees it in %s of MongoDB where compression has broken it', (_unit, name, content) => {
    expect(content.includes(word)).toBe(false);
    expect(found(name, content)).toEqual([name]);
  });

  it('sees it behind zeros and before them', () => {
    const content = Buffer.concat([
      Buffer.alloc(200_000),
      Buffer.from(word),
      Buffer.alloc(200_000),
    ]);
    expect(found('journal', content)).toEqual(['journal']);
  });

  it('does not see what is not there', () => {
    expect(found('file', around(gzipSync(around(word.slice(1)))))).toEqual([]);
    expect(found('mongodb/a.wt', unit(25, 64, 4_096, 0))).toEqual([]);
    expect(found('mongodb/b.wt', unit(25, 64, 4_096).subarray(0, 4_096 + 90))).toEqual([]);
  });

  it('gives up where a segment of the log is compressed in a way that it cannot undo', () => {
    const batch = Buffer.alloc(100);
    batch.writeInt32BE(88, 8);
    batch.writeInt16BE(3, 21);
    expect(() => found(`kafka/${'0'.repeat(20)}.log`, batch)).toThrow('is compressed with lz4');
  });
});
