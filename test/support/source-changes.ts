import { readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';

/** A place in the sources, and what stands there instead when a rule is taken out. */
export interface SourceChange {
  /** Path from the root of the repository. */
  readonly file: string;
  /** Text that is in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

/** The text with the change made. Throws where the place is not there once: the change would change nothing. */
export function changedOnce(text: string, { file, from, to }: SourceChange): string {
  const found = text.split(from).length - 1;
  if (found !== 1) throw new Error(`"${from}" is ${found} times in ${file}`);
  return text.replace(from, () => to);
}

/** The changed files with their new texts; several changes of one file are made one after the other. */
export function changedSources(
  changes: readonly SourceChange[],
  root = projectRoot,
): ReadonlyMap<string, string> {
  const texts = new Map<string, string>();
  for (const change of changes) {
    const { file } = change;
    const text = texts.get(file) ?? readFileSync(path.join(root, file), 'utf8');
    texts.set(file, changedOnce(text, change));
  }
  return texts;
}
