import { execFile } from 'node:child_process';
import {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Explored } from '../../cli/verify/explore';
import { redOf } from '../../cli/verify/report';
import { projectRoot } from '../../platform/runtime/paths';
import { docFiles } from '../tidy/checks/doc-files';
import { codeBlocksOf } from '../tidy/checks/markdown';
import { repositoryFiles } from '../tidy/checks/repository';

const run = promisify(execFile);
const page = 'docs/tutorial.md';
const text = readFileSync(path.join(projectRoot, page), 'utf8');
const blocks = codeBlocksOf({ file: page, text });

/** Of the proof so many, chosen by a seed; `holdfast verify` runs all. */
const cells = 14;

const folder = mkdtempSync(path.join(tmpdir(), 'holdfast-tutorial-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of the project as a clone has it, with what is installed and compiled here. */
function copyProject(): void {
  for (const file of repositoryFiles()) {
    mkdirSync(path.dirname(path.join(folder, file)), { recursive: true });
    cpSync(path.join(projectRoot, file), path.join(folder, file));
  }
  cpSync(path.join(projectRoot, 'dist'), path.join(folder, 'dist'), { recursive: true });
  symlinkSync(path.join(projectRoot, 'node_modules'), path.join(folder, 'node_modules'));
}

/** As it stands on the page; of the proof a sample, in which each part of the matrix is. */
async function inShell(line: string): Promise<string> {
  const isProof = line.includes(' verify book-trip');
  const command = isProof ? `${line} --sample ${cells} --seed 3 --json` : line;
  const shell = ['-c', command.replace(/^npx holdfast/, 'node cli/bootstrap.js')];
  const { stdout } = await run('sh', shell, { cwd: folder, maxBuffer: 64 * 1024 * 1024 });
  return stdout;
}

it('the tutorial leads from a clone to a saga of one’s own that holds under faults', async () => {
  copyProject();
  const files = docFiles(blocks);
  let proof = '';
  for (const { language, code, attributes } of blocks) {
    const { file } = attributes;
    if (language === 'ts' && file !== undefined)
      writeFileSync(path.join(folder, file), files[file] ?? '');
    if (language !== 'sh') continue;
    for (const line of code.trim().split('\n')) proof = await inShell(line);
  }
  const told = JSON.parse(proof.trim().split('\n').at(-1) ?? '{}') as Explored;
  expect(told).toMatchObject({ saga: 'book-trip', violations: [] });
  expect(told.results).toHaveLength(cells);
  expect(redOf(told)).toEqual([]);
}, 1_200_000);

it('what is written by hand is short', () => {
  const lines = blocks
    .filter(({ language }) => language === 'ts')
    .flatMap(({ code }) => code.trimEnd().split('\n'));
  expect(lines.length).toBeLessThanOrEqual(150);
  expect(text).toContain(`${lines.length} lines by hand`);
});
