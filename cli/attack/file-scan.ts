import { closeSync, openSync, readFileSync, readdirSync, readSync, statSync } from 'node:fs';
import path from 'node:path';
import { hidesContent, unpacked } from './files/unpacked';
import { formsOf } from './files/word-forms';

/** What is read at once. */
export const readBytes = 8 * 1_024 * 1_024;

/**
 * Files below a folder in whose bytes a word stands, as paths within the folder, by word: in any of its forms, also
 * where the file is compressed. A word that crosses the border of two pages of a database is not seen there; what was
 * written twice, to a table and to its journal, hardly is so in both. Throws for what cannot be read, over 2 GiB too.
 */
export function filesWith(
  folder: string,
  words: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, string[]>(words.map((word) => [word, []]));
  const wanted = words.map((word) => ({ word, forms: formsOf(word) }));
  for (const file of filesBelow(folder)) {
    for (const word of wordsIn(file, wanted)) found.get(word)?.push(path.relative(folder, file));
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

interface Wanted {
  readonly word: string;
  readonly forms: readonly Buffer[];
}

function wordsIn(file: string, wanted: readonly Wanted[]): ReadonlySet<string> {
  const found = new Set<string>();
  const look = (content: Buffer): void => {
    for (const { word, forms } of wanted) {
      if (!found.has(word) && forms.some((form) => content.includes(form))) found.add(word);
    }
  };
  const overlap = Math.max(...wanted.flatMap(({ forms }) => forms.map(({ length }) => length)));
  let hides = false;
  for (const bytes of chunksOf(file, overlap)) {
    look(bytes);
    hides ||= hidesContent(file, bytes);
  }
  const whole = hides ? unlessGone(() => readFileSync(file)) : undefined;
  if (whole !== undefined) for (const content of unpacked(file, whole)) look(content);
  return found;
}

const zeros = Buffer.alloc(readBytes);

/** Chunks overlap by the longest that is looked for. Journals are made long before they are filled: without zeros. */
function* chunksOf(file: string, overlap: number): Generator<Buffer> {
  const handle = unlessGone(() => openSync(file, 'r'));
  if (handle === undefined) return;
  try {
    const { size } = statSync(file);
    const chunk = Buffer.alloc(Math.min(size, readBytes));
    for (let at = 0; at < size; at += readBytes - overlap) {
      const bytes = chunk.subarray(0, readSync(handle, chunk, 0, chunk.length, at));
      if (!bytes.equals(zeros.subarray(0, bytes.length))) yield bytes;
    }
  } finally {
    closeSync(handle);
  }
}

function unlessGone<Result>(look: () => Result): Result | undefined {
  try {
    return look();
  } catch (error) {
    if ((error as { code?: string }).code === 'ENOENT') return undefined;
    throw error;
  }
}
