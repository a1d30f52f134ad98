import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { CodeBlock } from './markdown';
import { root } from './repository';

/**
 * The files a document's blocks stand for, by repository path.
 *
 * - `file=<path>`: the block is that whole file. Imports are written as from there.
 * - `add=<path> after=<name>`: the block's lines are added to that file of the repository, behind its last import for
 *   `after=imports`, or behind the first line that holds `<name>`.
 * - neither: a loose example, checked as a file in `docs/`.
 */
export function docFiles(blocks: readonly CodeBlock[]): Readonly<Record<string, string>> {
  const files: Record<string, string> = {};
  blocks.forEach((block, index) => {
    const { file, add, after } = block.attributes;
    if (file !== undefined) {
      files[file] = block.code;
    } else if (add !== undefined) {
      const before = files[add] ?? readFileSync(path.join(root, add), 'utf8');
      files[add] = insertLines(before, block, after ?? 'imports');
    } else {
      const name = path.posix.basename(block.file, '.md').toLowerCase();
      files[`docs/${name}.example-${index}.ts`] = `${block.code}\nexport {};\n`;
    }
  });
  return files;
}

function insertLines(text: string, block: CodeBlock, after: string): string {
  const lines = text.split('\n');
  const marks = after === 'imports' ? lines.findLastIndex((line) => / from '/.test(line)) : -1;
  const place = after === 'imports' ? marks : lines.findIndex((line) => line.includes(after));
  if (place < 0)
    throw new Error(`${block.file}:${block.line} names no line of ${block.attributes['add']}`);
  return [
    ...lines.slice(0, place + 1),
    ...block.code.trimEnd().split('\n'),
    ...lines.slice(place + 1),
  ].join('\n');
}
