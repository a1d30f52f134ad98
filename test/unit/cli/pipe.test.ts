import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { projectRoot } from '../../../platform/runtime/paths';

const program = path.join(projectRoot, 'dist', 'cli', 'holdfast.js');

/** Runs it with a reader that reads all, or is gone before the first word; answers its exit code and what it said. */
async function told(words: readonly string[], reads: boolean) {
  const child = spawn(process.execPath, [program, ...words], { stdio: ['ignore', 'pipe', 'pipe'] });
  if (reads) child.stdout.resume();
  else child.stdout.destroy();
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [exitCode] = (await once(child, 'close')) as [number | null];
  return { exitCode, said };
}

test('whoever has read enough may go: nothing is said, and the code is that of a closed pipe', async () => {
  expect(await told(['--help'], false)).toEqual({ exitCode: 141, said: '' });
  expect(await told(['--help'], true)).toEqual({ exitCode: 0, said: '' });
});

test('the program that the package names is there, and may be run', () => {
  const { bin } = JSON.parse(readFileSync(path.join(projectRoot, 'package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  const file = path.join(projectRoot, bin.holdfast ?? '');
  expect(existsSync(file)).toBe(true);
  expect(readFileSync(file, 'utf8')).toMatch(/^#!\/usr\/bin\/env node\n/);
});
