import { Command } from 'commander';
import { projectRoot } from '../../platform/runtime/paths';
import { newEvent } from './event/command';
import { keptBy } from './kept';
import { namesOf } from './names';
import type { Names } from './names';
import { newProjection } from './projection/command';
import { withSaga } from './registries';
import { sagaFiles } from './saga-files';
import { sagaOfService } from './saga-of-service';
import { newProject } from './project/command';
import { newService } from './service/command';
import { demandNew, placeFiles, readFile, writing } from './writing';
import type { Files, Told } from './writing';

const help = `
Writes a saga that works as it is: its contract, its steps, its proof, and its line in each registry. Change it into
your own from there: docs/add-a-saga.md explains every part. Nothing is written where one of the files is there
already.

Exit codes: 0 written, 1 not, and why, 2 wrong usage.

Examples:
  holdfast new saga gift-order
  holdfast new saga book-trip --of travel
  holdfast new saga gift-order --dry-run --json | jq -r '.files[]'
`;

interface NewOptions extends Told {
  readonly of?: string;
  readonly root?: string;
}

/** `holdfast new …`: code to begin with. */
export function newCommand(): Command {
  return new Command('new')
    .addCommand(newSaga())
    .addCommand(newService())
    .addCommand(newEvent())
    .addCommand(newProjection())
    .addCommand(newProject())
    .exitOverride();
}

function newSaga(): Command {
  const command = new Command('saga')
    .description('Write a saga that works, to be changed into your own.')
    .argument('<name>', 'lower-case words with dashes, such as gift-order')
    .option('--of <service>', 'that it makes and confirms something of; the example’s unless told');
  return writing(command, help).action(
    (name: string, { root = projectRoot, of, ...told }: NewOptions) => {
      const files = filesOfSaga(namesOf(name), root, of);
      placeFiles(name, files, { ...told, root, next: nextOf(name) });
    },
  );
}

/** Every file a new saga touches, with its whole new text. Throws where one of its own is there already. */
export function filesOfSaga(names: Names, root: string, service?: string): Files {
  const kept = keptBy(root, names, service);
  const own = kept === undefined ? sagaFiles(names) : sagaOfService(names, kept);
  demandNew(own, root, 'saga');
  return { ...own, ...withSaga(names, (file) => readFile(root, file)) };
}

const nextOf = (name: string): readonly string[] => [
  'npm run generate               what is made from contracts: client, schemas, documentation',
  'npm run verify                 does it fit, does it compile',
  `npx holdfast verify ${name}   every fault at every step, on real databases`,
  `npm start                      then POST /sagas/${name}`,
];
