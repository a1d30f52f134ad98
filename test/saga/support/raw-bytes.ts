import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** How often a text stands in the files of a folder, by file, as bytes: whatever format they have. */
export function hitsInFiles(folder: string, text: string): Record<string, number> {
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  const counted = files.map((entry) => {
    const bytes = readFileSync(path.join(entry.parentPath, entry.name));
    return [entry.name, countIn(bytes, text)] as const;
  });
  return Object.fromEntries(counted.filter(([, hits]) => hits > 0));
}

function countIn(bytes: Buffer, text: string): number {
  let hits = 0;
  for (let at = bytes.indexOf(text); at >= 0; at = bytes.indexOf(text, at + 1)) hits += 1;
  return hits;
}

/** Every text and every byte of a value, payloads too, as one text. */
export function everythingIn(value: unknown): string {
  if (value instanceof Uint8Array) return Buffer.from(value).toString('latin1');
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.entries(value)
    .map(([name, member]) => `${name} ${everythingIn(member)}`)
    .join('\n');
}
