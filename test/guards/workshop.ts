import {
  cpSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { changedSources } from '../support/source-changes';
import type { SourceChange } from '../support/source-changes';
import { compiledFile, transpiled } from '../support/transpiled';

/** What a copy does without: it is generated, or belongs to the checkout. */
const leftOut = new Set(['node_modules', '.git', '.holdfast', 'coverage']);

/**
 * A copy of the sources, and of what was compiled from them, in which guards are taken out; the checkout is never
 * touched. A test may run the code, or start a process of it.
 */
export interface Workshop {
  /** Root of the copy. */
  readonly folder: string;
  /** For what runs leave behind; goes when the workshop is closed. */
  readonly benchFolder: string;
  /** Makes the changes, or throws where one of them does not fit; `restore` takes them back. */
  change(changes: readonly SourceChange[]): void;
  restore(): void;
  close(): void;
}

/** Copies the sources into a folder of their own. The packages are those of the checkout. */
export function openWorkshop(): Workshop {
  const benchFolder = realpathSync(mkdtempSync(path.join(tmpdir(), 'holdfast-guards-')));
  const folder = path.join(benchFolder, 'sources');
  cpSync(projectRoot, folder, {
    recursive: true,
    filter: (source) => !leftOut.has(path.relative(projectRoot, source)),
  });
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(folder, 'node_modules'));
  const originals = new Map<string, string>();
  return {
    folder,
    benchFolder,
    change(changes) {
      const write = (file: string, text: string): void => {
        const place = path.join(folder, file);
        originals.set(place, readFileSync(place, 'utf8'));
        writeFileSync(place, text);
      };
      for (const [file, text] of changedSources(changes, folder)) {
        write(file, text);
        if (existsSync(path.join(folder, compiledFile(file)))) {
          write(compiledFile(file), transpiled(file, text));
        }
      }
    },
    restore() {
      for (const [place, text] of originals) writeFileSync(place, text);
      originals.clear();
    },
    close: () => rmSync(benchFolder, { recursive: true, force: true }),
  };
}
