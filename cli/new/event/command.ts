import { Command } from 'commander';
import { projectRoot } from '../../../platform/runtime/paths';
import { CommandError } from '../../command-error';
import { demandNew, placeFiles, readFile, writing } from '../writing';
import type { Files, Told } from '../writing';
import { editedFiles, eventSchemaOf, eventTestOf } from './event-files';
import { eventNamesOf } from './event-names';
import type { EventNames } from './event-names';

const help = `
Writes an event of what a service keeps, and the command by which sagas have it told: schema, command, decision, fact,
fold, and a test. It leaves the state as it is, and is refused where the saga does not hold the lock. Change it into
your own from there: members go into the schema and into the fact. Services that holdfast new service wrote are
understood, and others that are laid out as they are; of one that is not, the file is named, and nothing is written.

Exit codes: 0 written, 1 not, and why, 2 wrong usage.

Examples:
  holdfast new event trip.rebooked --by rebook
  holdfast new event order.packed --by pack --dry-run --json | jq -r '.files[]'
`;

interface EventOptions extends Told {
  readonly by: string;
  readonly root?: string;
}

/** `holdfast new event`. */
export function newEvent(): Command {
  const command = new Command('event')
    .description('Write an event of a service, and the command that tells it.')
    .argument('<type>', 'what it is of, and what happened, such as trip.rebooked')
    .requiredOption('--by <verb>', 'the command that sagas send for it, such as rebook');
  return writing(command, help).action(
    (type: string, { root = projectRoot, by, ...told }: EventOptions) => {
      const names = eventNamesOf(type, { by }, root);
      const files = filesOfEvent(names, root);
      placeFiles(type, files, { ...told, root, next: nextOf(names) });
    },
  );
}

/** Every file a new event touches, with its whole new text. Throws ALREADY_THERE, REGISTRY_UNREADABLE. */
export function filesOfEvent(names: EventNames, root: string): Files {
  const read = (file: string) => readFile(root, file);
  const contract = read(`activities/${names.service}/contract.ts`);
  const own = { ...eventSchemaOf(names), ...eventTestOf(names, contract) };
  demandNew(own, root, 'event');
  demandNoCommand(names, contract);
  return { ...own, ...editedFiles(names, read) };
}

/** A second command of that name would take the place of the first. */
function demandNoCommand({ service, command }: EventNames, contract: string): void {
  if (!new RegExp(`^  ${command}:`, 'm').test(contract)) return;
  throw new CommandError({
    code: 'ALREADY_THERE',
    cause: `${service} has a command ${command} already`,
    fix: 'name another with --by',
  });
}

const nextOf = ({ service, command }: EventNames): readonly string[] => [
  'npm run generate        schemas, golden events, client, reference',
  'npm run verify          does it fit, does it compile',
  `a saga that sends it names ${service}.${command} among what its contract sends: docs/add-a-saga.md`,
];
