import path from 'node:path';
import { Command, Option } from 'commander';
import type { StoreKind } from '../../../activities/list';
import { projectRoot } from '../../../platform/runtime/paths';
import { CommandError } from '../../command-error';
import { namesOf } from '../names';
import { storeTitles } from '../service/contract-files';
import { serviceNamesOf } from '../service/service-names';
import { tellFiles } from '../writing';
import type { Told } from '../writing';
import { demandEmpty, generateIn, placeProject } from './placing';
import { planProject } from './plan';
import type { ProjectNames } from './plan';
import { sourcesIn } from './sources';

const stores = Object.keys(storeTitles) as StoreKind[];

const help = `
Writes a project of your own: the platform without the services and sagas of this one, and a first service and a
first saga, as \`new service\` and \`new saga\` write them. It builds, tests and runs by its own two commands, npm start
and npm test. Then it installs what the project needs and makes what follows from its contracts, unless --no-generate.

The folder must not be there, or be empty. It appears when everything is written.

Exit codes: 0 written, 1 not, and why, 2 wrong usage.

Examples:
  holdfast new project ../trips
  holdfast new project ../trips --service travel --store mongodb --keeps trip --saga book-trip
  holdfast new project ../trips --dry-run --json | jq -r '.files[]'
`;

interface ProjectOptions extends Told {
  readonly service: string;
  readonly store: StoreKind;
  readonly keeps: string;
  readonly saga?: string;
  readonly generate: boolean;
  readonly root?: string;
}

/** `holdfast new project`. */
export function newProject(): Command {
  return new Command('project')
    .description('Write a project that has the platform without its example, and runs.')
    .argument('<folder>', 'a new one; its name becomes the name of the project')
    .option('--service <name>', 'the first service, one lower-case word', 'travel')
    .addOption(new Option('--store <kind>', 'its database').choices(stores).default('postgresql'))
    .option('--keeps <word>', 'what it keeps one of, in events and routes', 'booking')
    .option('--saga <name>', 'the first saga; make-<what it keeps> unless told')
    .option(
      '--no-generate',
      'install and make nothing: npm start installs, npm run generate is yours to run',
    )
    .option('--dry-run', 'say what would be written, and write nothing', false)
    .option('--root <folder>', 'tree to make it from; the one of this program unless told')
    .option('--json', 'print the files as one JSON object', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(write);
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);

async function write(place: string, options: ProjectOptions): Promise<void> {
  const { root = projectRoot, generate, dryRun, json } = options;
  const folder = path.resolve(place);
  const names = projectNamesOf(folder, options);
  demandEmpty(folder);
  say(`reading ${root} …`);
  const plan = planProject(sourcesIn(root), names);
  const texts = Object.fromEntries(plan.copied.map((file) => [file, '']));
  const files = sorted({ ...texts, ...plan.written });
  if (!dryRun) {
    say(`writing ${Object.keys(files).length} files …`);
    placeProject(plan, { from: root, folder });
    if (generate) await generateIn(folder);
  }
  tellFiles(names.name, files, { dryRun, json, next: nextOf(place, names) });
}

const sorted = (files: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(Object.entries(files).sort(([a], [b]) => (a < b ? -1 : 1)));

/** What packages may be called; the folder says it. */
const packageName = /^[a-z0-9][a-z0-9._-]{0,63}$/;

/** Names of a project and of what is first in it. Throws NAME_INVALID. */
export function projectNamesOf(
  folder: string,
  { service, store, keeps, saga = `make-${keeps}` }: Omit<ProjectOptions, keyof Told | 'generate'>,
): ProjectNames {
  const name = path.basename(folder);
  if (!packageName.test(name)) {
    throw new CommandError({
      code: 'NAME_INVALID',
      cause: `${name} is no name of a project: lower-case letters, digits, dots and dashes`,
      fix: 'name a folder such as ../trips',
    });
  }
  const first = serviceNamesOf(service, { aggregate: keeps, store });
  const sagaNames = namesOf(saga);
  if (sagaNames.camel === first.name) {
    throw new CommandError({
      code: 'NAME_INVALID',
      cause: `the saga and its service cannot both be called ${saga}`,
      fix: 'choose another --saga, such as book-trip',
    });
  }
  return { name, service: first, saga: sagaNames };
}

const nextOf = (place: string, { service, saga }: ProjectNames): readonly string[] => [
  `cd ${place}`,
  'npm start                  every server and process; runs the first saga',
  'npm test                   types, lint, unit tests, a sample of faults',
  'git init                   and a first commit: README.md says how later versions come in',
  `activities/${service.name}, workflows/${saga.kebab}.*   what to make your own`,
];
