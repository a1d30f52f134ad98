import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Command, Option } from 'commander';
import type { StoreKind } from '../../../activities/list';
import { projectRoot } from '../../../platform/runtime/paths';
import { CommandError } from '../../command-error';
import { demandNew, placeFiles, readFile, writing } from '../writing';
import type { Files, Told } from '../writing';
import { storeTitles } from './contract-files';
import { serviceFiles } from './service-files';
import { serviceNamesOf } from './service-names';
import type { ServiceNames } from './service-names';
import { withService } from './service-registries';

const stores = Object.keys(storeTitles) as StoreKind[];

const help = `
Writes a service that works as it is, on a database of your choice: contract, decisions, state, store, API, the schemas
of its events, a test, and its line in each registry. Sagas make, confirm and cancel what it keeps. Change it into your
own from there. \`npm run generate\` then makes what follows from it: locked schemas, the client's types, the files of
Compose and Kubernetes, and the reference.

Exit codes: 0 written, 1 not, and why, 2 wrong usage.

Examples:
  holdfast new service travel --store postgresql
  holdfast new service parcels --store dynamodb --keeps parcel
  holdfast new service travel --dry-run --json | jq -r '.files[]'
`;

interface ServiceOptions extends Told {
  readonly store: StoreKind;
  readonly keeps: string;
  readonly root?: string;
}

/** `holdfast new service`. */
export function newService(): Command {
  const command = new Command('service')
    .description(
      'Write a service that works, on a database of your choice, to be changed into your own.',
    )
    .argument('<name>', 'one lower-case word, such as travel')
    .addOption(new Option('--store <kind>', 'its database').choices(stores).default('postgresql'))
    .option('--keeps <word>', 'what it keeps one of, in events and routes', 'booking');
  return writing(command, help).action(
    (name: string, { root = projectRoot, store, keeps, ...told }: ServiceOptions) => {
      const names = serviceNamesOf(name, { aggregate: keeps, store });
      const files = filesOfService(names, root);
      placeFiles(name, files, { ...told, root, next: nextOf(name) });
    },
  );
}

/** Every file a new service touches, with its whole new text. Throws ALREADY_THERE. */
export function filesOfService(names: ServiceNames, root: string): Files {
  const own = serviceFiles(names);
  demandNew(own, root, 'service');
  const events = path.join(root, 'schemas', 'events');
  demandOwnEvents(names, existsSync(events) ? readdirSync(events) : []);
  const registries = {
    read: (file: string) => readFile(root, file),
    title: storeTitles[names.store],
  };
  return { ...own, ...withService(names, registries) };
}

/**
 * Throws ALREADY_THERE where one of these types begins as its own: two services that tell events of the same beginning
 * would write each other's history.
 */
export function demandOwnEvents({ aggregate }: ServiceNames, types: readonly string[]): void {
  const there = types.find((type) => type.startsWith(`${aggregate}.`));
  if (there === undefined) return;
  throw new CommandError({
    code: 'ALREADY_THERE',
    cause: `another service tells ${there}`,
    fix: 'name with --keeps what this one keeps, by a word of its own',
  });
}

const nextOf = (name: string): readonly string[] => [
  'npm run generate        schemas, client, Compose, Kubernetes, reference',
  'npm run verify          does it fit, does it compile',
  `holdfast new saga <name> --of ${name}   a saga that uses it`,
];
