import { spawn } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync } from 'node:fs';
import { renameSync, rmdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { CommandError } from '../../command-error';
import { writeFiles } from '../writing';
import type { ProjectPlan } from './plan';

/** Throws ALREADY_THERE for a folder with something in it, or a file. */
export function demandEmpty(folder: string): void {
  if (!existsSync(folder)) return;
  try {
    if (readdirSync(folder).length === 0) return;
  } catch {
    // A file: nothing can be put in it.
  }
  throw new CommandError({
    code: 'ALREADY_THERE',
    cause: `${folder} is there already, and not empty`,
    fix: 'name a folder that is not there yet',
  });
}

/**
 * Writes a project beside its folder and gives it the name when it is whole: whatever happens before, the folder is not
 * there, or as empty as it was.
 */
export function placeProject(
  { copied, written }: ProjectPlan,
  { from, folder }: { readonly from: string; readonly folder: string },
): void {
  demandEmpty(folder);
  mkdirSync(path.dirname(folder), { recursive: true });
  const beside = mkdtempSync(path.join(path.dirname(folder), `.${path.basename(folder)}-`));
  try {
    for (const file of copied) {
      mkdirSync(path.dirname(path.join(beside, file)), { recursive: true });
      cpSync(path.join(from, file), path.join(beside, file));
    }
    writeFiles(written, beside, from);
    // Made for its owner alone; a project is for whoever may read what else is there.
    chmodSync(beside, 0o777 & ~process.umask());
    if (existsSync(folder)) rmdirSync(folder);
    renameSync(beside, folder);
  } catch (error) {
    rmSync(beside, { recursive: true, force: true });
    throw error;
  }
}

/** Installs, and makes what follows from contracts; what it says goes to standard error. Throws GENERATE_FAILED. */
export async function generateIn(folder: string): Promise<void> {
  const child = spawn('npm', ['run', 'generate'], { cwd: folder, stdio: ['ignore', 2, 2] });
  const code = await new Promise<number | null>((resolve) => {
    child.once('error', () => resolve(null)).once('exit', resolve);
  });
  if (code === 0) return;
  throw new CommandError({
    code: 'GENERATE_FAILED',
    cause: `the project is written, and npm run generate did not come to its end in ${folder}`,
    fix: 'read what it said above, and run npm run generate there again',
  });
}
