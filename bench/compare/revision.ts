import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { projectRoot } from '../../platform/runtime/paths';
import { runTool } from '../../stack/cache/tool';

/** Another revision of this project, laid out and ready to run. */
export interface Revision {
  /** The commit, in full. */
  readonly commit: string;
  readonly folder: string;
  remove(): void;
}

const subject = 'compare';

/** Lays a revision out in a folder of its own, with the packages it names. Rejects where git does not know it. */
export async function layOut(
  name: string,
  note: (text: string) => void,
  repository: string = projectRoot,
): Promise<Revision> {
  const fix = 'name a branch, a tag or a commit that this clone has: see git log';
  const words = ['rev-parse', '--verify', '--quiet', `${name}^{commit}`];
  const commit = (await runTool('git', words, { cwd: repository, subject, fix })).trim();
  const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-compare-'));
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    note(`laying out ${commit.slice(0, 12)}`);
    const archive = path.join(folder, 'revision.tar');
    const archived = ['archive', '--format=tar', `--output=${archive}`, commit];
    await runTool('git', archived, { cwd: repository, subject, fix });
    await runTool('tar', ['-xf', archive, '-C', folder], { subject, fix: 'is the disk full?' });
    rmSync(archive);
    return { commit, folder, remove };
  } catch (error) {
    remove();
    throw error;
  }
}
