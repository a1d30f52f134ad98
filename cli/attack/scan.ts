import { closeSync, openSync, readdirSync, readSync } from 'node:fs';
import path from 'node:path';

/** What is looked for: a name that may be shown, and the bytes that may not. */
export interface Needle {
  readonly name: string;
  readonly bytes: Buffer;
}

const chunkBytes = 4 * 1024 * 1024;

/** Names of the needles that are in a file; one that vanishes while it is read has none. */
function needlesIn(file: string, needles: readonly Needle[], chunk: Buffer): ReadonlySet<string> {
  const found = new Set<string>();
  // What begins at the end of a chunk ends in the next one.
  const overlap = Math.max(...needles.map(({ bytes }) => bytes.length)) - 1;
  let descriptor: number;
  try {
    descriptor = openSync(file, 'r');
  } catch {
    return found;
  }
  try {
    for (let kept = 0; ;) {
      const read = readSync(descriptor, chunk, kept, chunk.length - kept, null);
      if (read === 0) return found;
      const filled = chunk.subarray(0, kept + read);
      for (const { name, bytes } of needles) if (filled.includes(bytes)) found.add(name);
      kept = Math.min(overlap, filled.length);
      filled.copyWithin(0, filled.length - kept);
    }
  } catch {
    return found;
  } finally {
    closeSync(descriptor);
  }
}

function filesBelow(folder: string): readonly string[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
      const place = path.join(folder, entry.name);
      if (entry.isDirectory()) return filesBelow(place);
      return entry.isFile() ? [place] : [];
    });
  } catch {
    // Servers make and remove folders while they run.
    return [];
  }
}

/** Where something is that should not be: `<file below the folder>: <name>`; and how many bytes' files were read. */
export function scanFolder(
  folder: string,
  needles: readonly Needle[],
  isHome: (file: string, needle: string) => boolean,
): { readonly files: number; readonly found: readonly string[] } {
  const chunk = Buffer.alloc(chunkBytes);
  const files = filesBelow(folder);
  const found = files.flatMap((file) => {
    const place = path.relative(folder, file);
    return [...needlesIn(file, needles, chunk)]
      .filter((name) => !isHome(place, name))
      .map((name) => `${place}: ${name}`);
  });
  return { files: files.length, found };
}
