import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** A folder of its own for an archive; `remove` when done. */
export function archiveFolder() {
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-archive-'));
  const segments = (topic: string): string[] =>
    readdirSync(path.join(folder, topic))
      .filter((name) => name.endsWith('.jsonl.gz'))
      .sort()
      .map((name) => path.join(folder, topic, name));
  return {
    folder,
    /** Files of records, by partition and offset. */
    segments,
    manifest: (topic: string): string => path.join(folder, topic, 'manifest.json'),
    remove: () => rmSync(folder, { recursive: true }),
  };
}

/** Changes one byte in the middle of a file. */
export function flipByte(file: string): void {
  const content = readFileSync(file);
  const middle = content.length >> 1;
  content.writeUInt8(content.readUInt8(middle) ^ 1, middle);
  writeFileSync(file, content);
}
