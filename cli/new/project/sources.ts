import { spawnSync } from 'node:child_process';
import { readdirSync, statSync } from 'node:fs';
import path from 'node:path';
import { readFile } from '../writing';

/** A tree of sources: its files by their place in it, with slashes, and their texts. */
export interface Sources {
  readonly files: readonly string[];
  /** Text of one. Throws PROJECT_UNKNOWN for a file that is not there. */
  readonly read: (file: string) => string;
}

/** Made, or of one machine alone. */
const notSources = new Set(['node_modules', 'dist', 'coverage', '.git', '.holdfast', '.env']);

/** The sources of a project, as a clone of it has them. */
export function sourcesIn(root: string): Sources {
  const isFile = (file: string) =>
    statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile() === true;
  const files = [...new Set(listedByGit(root) ?? walked(root))].filter(isFile).sort();
  return { files, read: (file) => readFile(root, file) };
}

/** Undefined where there is no checkout, or no git. */
function listedByGit(root: string): readonly string[] | undefined {
  const words = ['ls-files', '-z', '--cached'];
  const { status, stdout } = spawnSync('git', words, {
    cwd: root,
    encoding: 'utf8',
    maxBuffer: 32 * 1024 * 1024,
  });
  const listed = status === 0 ? stdout.split('\0').filter(Boolean) : [];
  // A copy inside of another checkout belongs to that one, which may know none of its files.
  return listed.includes('package.json') ? listed : undefined;
}

function walked(root: string, folder = ''): readonly string[] {
  return readdirSync(path.join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    if (notSources.has(entry.name) || entry.name.endsWith('.log')) return [];
    const file = folder === '' ? entry.name : `${folder}/${entry.name}`;
    return entry.isDirectory() ? walked(root, file) : [file];
  });
}

const importing =
  /(?:\bfrom|\bimport|\brequire(?:\.resolve)?|\bmock)\s*\(?\s*['"](?<module>\.[^'"]+)['"]/g;

/** Files of the tree that a file of it imports; what only looks like an import, as in a text, is none. */
export function importsIn(
  file: string,
  text: string,
  isThere: (file: string) => boolean,
): readonly string[] {
  return [...text.matchAll(importing)].flatMap(({ groups }) => {
    const target = path.posix.join(path.posix.dirname(file), groups?.module ?? '');
    const endings = ['', '.ts', '.tsx', '.d.ts', '/index.ts'].map((ending) => target + ending);
    return endings.find(isThere) ?? [];
  });
}
