import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { CommandError } from '../command-error';

/** Files by their place in the project, each with its whole text. */
export type Files = Readonly<Record<string, string>>;

/** Throws ALREADY_THERE for a file of its own that is there. */
export function demandNew(own: Files, root: string, what: string): void {
  const there = Object.keys(own).find((file) => existsSync(path.join(root, file)));
  if (there === undefined) return;
  throw new CommandError({
    code: 'ALREADY_THERE',
    cause: `${there} is there already`,
    fix: `choose another name, or take that ${what} away first`,
  });
}

/** Text of a file of the project. Throws PROJECT_UNKNOWN. */
export function readFile(root: string, file: string): string {
  try {
    return readFileSync(path.join(root, file), 'utf8');
  } catch (cause) {
    throw new CommandError(
      {
        code: 'PROJECT_UNKNOWN',
        cause: `${root} has no ${file}`,
        fix: 'run it in a clone of the project, or name its folder with --root',
      },
      { cause },
    );
  }
}

/** Writes them, and lays out code as the rest of the project is, where its formatter is `installed`. */
export function writeFiles(files: Files, root: string, installed = root): void {
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(path.dirname(path.join(root, file)), { recursive: true });
    writeFileSync(path.join(root, file), text);
  }
  const prettier = path.join(installed, 'node_modules', 'prettier', 'bin', 'prettier.cjs');
  if (!existsSync(prettier)) return;
  const code = Object.keys(files).filter((file) => file.endsWith('.ts'));
  spawnSync(process.execPath, [prettier, '--write', ...code], { cwd: root, stdio: 'ignore' });
}

/** How a command was asked to tell what it did. */
export interface Told {
  readonly dryRun: boolean;
  readonly json: boolean;
}

/** The options that every command that writes code has, and its help. */
export function writing(command: Command, help: string): Command {
  return command
    .option('--dry-run', 'say what would be written, and write nothing', false)
    .option('--root <folder>', 'of the project; the one of this program unless told')
    .option('--json', 'print the files as one JSON object', false)
    .addHelpText('after', help)
    .exitOverride();
}

/** Writes them unless it is a dry run, and tells of them. */
export function placeFiles(
  name: string,
  files: Files,
  { root, ...told }: Told & { readonly root: string; readonly next: readonly string[] },
): void {
  if (!told.dryRun) writeFiles(files, root);
  tellFiles(name, files, told);
}

/** Says which files were written, or would be, and what comes next. */
export function tellFiles(
  name: string,
  files: Files,
  { dryRun, json, next }: Told & { readonly next: readonly string[] },
): void {
  const names = Object.keys(files);
  if (json) {
    process.stdout.write(`${JSON.stringify({ name, written: !dryRun, files: names })}\n`);
    return;
  }
  const verb = dryRun ? 'would write' : 'wrote';
  const after = dryRun ? [] : ['', 'Next:', ...next.map((line) => `  ${line}`)];
  process.stdout.write(`${[...names.map((file) => `${verb} ${file}`), ...after].join('\n')}\n`);
}
