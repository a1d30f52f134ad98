import { closeSync, openSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';

/** What is read at once. */
export const readBytes = 8 * 1_024 * 1_024;

/** Files below a folder in whose bytes a word stands, as paths within the folder, by word. */
export function filesWith(
  folder: string,
  words: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>(words.map((word) => [word, []]));
  for (const file of filesBelow(folder)) {
    for (const word of wordsIn(file, words)) found.get(word)?.push(path.relative(folder, file));
  }
  return found;
}

/** Servers work on meanwhile: what goes away while we look is not there. */
function* filesBelow(folder: string): Generator<string> {
  for (const entry of unlessGone(() => readdirSync(folder, { withFileTypes: true })) ?? []) {
    const inside = path.join(folder, entry.name);
    if (entry.isDirectory()) yield* filesBelow(inside);
    else if (entry.isFile()) yield inside;
  }
}

/** Reads in chunks that overlap by the longest word. */
function wordsIn(file: string, words: readonly string[]): ReadonlySet<string> {
  const found = new Set<string>();
  const overlap = Math.max(...words.map((word) => word.length));
  const handle = unlessGone(() => openSync(file, 'r'));
  if (handle === undefined) return found;
  try {
    const chunk = Buffer.alloc(readBytes);
    const { size } = statSync(file);
    for (let at = 0; at < size; at += readBytes - overlap) {
      const bytes = chunk.subarray(0, readSync(handle, chunk, 0, readBytes, at));
      for (const word of words) if (bytes.includes(word)) found.add(word);
    }
  } finally {
    closeSync(handle);
  }
  return found;
}

function unlessGone<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}
