import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { projectRoot } from '../../platform/runtime/paths';
import { CommandError } from '../command-error';
import { namesOf } from './names';
import type { Names } from './names';
import { withSaga } from './registries';
import { sagaFiles } from './saga-files';

const help = `
Writes a saga that works as it is: its contract, its steps, its proof, and its line in each registry. Change it into
your own from there: docs/add-a-saga.md explains every part. Nothing is written where one of the files is there
already.

Exit codes: 0 written, 1 not, and why, 2 wrong usage.

Examples:
  holdfast new saga gift-order
  holdfast new saga gift-order --dry-run --json | jq -r '.files[]'
`;

interface NewOptions {
  readonly dryRun: boolean;
  readonly json: boolean;
  readonly root?: string;
}

/** `holdfast new …`: code to begin with. */
export function newCommand(): Command {
  return new Command('new').addCommand(newSaga()).exitOverride();
}

function newSaga(): Command {
  return new Command('saga')
    .description('Write a saga that works, to be changed into your own.')
    .argument('<name>', 'lower-case words with dashes, such as gift-order')
    .option('--dry-run', 'say what would be written, and write nothing', false)
    .option('--root <folder>', 'of the project; the one of this program unless told')
    .option('--json', 'print the files as one JSON object', false)
    .addHelpText('after', help)
    .exitOverride()
    .action((name: string, options: NewOptions) => {
      const names = namesOf(name);
      const { dryRun, root = projectRoot } = options;
      const files = filesOfSaga(names, root);
      if (!dryRun) write(files, root);
      tell(names, files, options);
    });
}

/** Every file a new saga touches, with its whole new text. Throws where one of its own is there already. */
export function filesOfSaga(names: Names, root: string): Readonly<Record<string, string>> {
  const own = sagaFiles(names);
  const there = Object.keys(own).find((file) => existsSync(path.join(root, file)));
  if (there !== undefined) {
    throw new CommandError({
      code: 'ALREADY_THERE',
      cause: `${there} is there already`,
      fix: 'choose another name, or take that saga away first',
    });
  }
  return { ...own, ...withSaga(names, (file) => read(root, file)) };
}

function read(root: string, file: string): string {
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

function write(files: Readonly<Record<string, string>>, root: string): void {
  for (const [file, text] of Object.entries(files)) writeFileSync(path.join(root, file), text);
}

function tell({ kebab }: Names, files: Readonly<Record<string, string>>, told: NewOptions): void {
  const names = Object.keys(files);
  if (told.json) {
    process.stdout.write(
      `${JSON.stringify({ name: kebab, written: !told.dryRun, files: names })}\n`,
    );
    return;
  }
  const verb = told.dryRun ? 'would write' : 'wrote';
  const next = [
    ...['', 'Next:', '  npm run verify                 does it fit, does it compile'],
    `  npx holdfast verify ${kebab}   every fault at every step, on real databases`,
    `  npm start                      then POST /sagas/${kebab}`,
  ];
  const lines = [...names.map((file) => `${verb} ${file}`), ...(told.dryRun ? [] : next)];
  process.stdout.write(`${lines.join('\n')}\n`);
}
