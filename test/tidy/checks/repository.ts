import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import path from 'node:path';

/** Root of the checkout this test file belongs to. */
export const root = path.resolve(__dirname, '../../..');

const generated = new Set(['node_modules', 'dist', '.git', '.holdfast', 'coverage']);

/** A text file of the repository: its path from the root with slashes, and its content. */
export interface RepositoryFile {
  readonly file: string;
  readonly text: string;
}

function listWithGit(): string[] {
  const options = { cwd: root, encoding: 'utf8', maxBuffer: 32 * 1024 * 1024 } as const;
  const listed = execFileSync(
    'git',
    ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    options,
  );
  return [...new Set(listed.split('\0').filter(Boolean))];
}

/** For a copy of the sources without its history, such as an unpacked archive. */
function listByWalking(directory = ''): string[] {
  return readdirSync(path.join(root, directory), { withFileTypes: true }).flatMap((entry) => {
    const file = directory === '' ? entry.name : `${directory}/${entry.name}`;
    if (generated.has(entry.name)) return [];
    return entry.isDirectory() ? listByWalking(file) : [file];
  });
}

/** Every file that is, or is about to be, part of the repository. */
export function repositoryFiles(): readonly string[] {
  let files: string[];
  try {
    files = listWithGit();
  } catch {
    // Not a checkout, or no git on this machine: the tree itself says what there is.
    files = listByWalking();
  }
  return files.filter((file) =>
    statSync(path.join(root, file), { throwIfNoEntry: false })?.isFile(),
  );
}

/** Reads the files whose path fits; binary content is left out. */
export function readFiles(fits: (file: string) => boolean): readonly RepositoryFile[] {
  return repositoryFiles()
    .filter(fits)
    .map((file) => ({ file, text: readFileSync(path.join(root, file), 'utf8') }))
    .filter(({ text }) => !text.includes('\0'));
}
