import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** True when the folder holds the package.json that has our command, whatever the project is called. */
function isProjectRoot(directory: string): boolean {
  const manifest = path.join(directory, 'package.json');
  if (!existsSync(manifest)) return false;
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { bin?: { holdfast?: string } };
  return bin?.holdfast === './cli/bootstrap.js';
}

function findProjectRoot(start: string): string {
  for (let directory = start; ; directory = path.dirname(directory)) {
    if (isProjectRoot(directory)) return directory;
    if (path.dirname(directory) === directory)
      throw new Error(`No project of Holdfast above ${start}`);
  }
}

/** The folder of our package.json, the same whether we run from sources or from `dist`; assets are read from here. */
export const projectRoot = findProjectRoot(__dirname);
