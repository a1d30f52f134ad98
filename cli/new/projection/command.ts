import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { projectRoot } from '../../../platform/runtime/paths';
import { CommandError } from '../../command-error';
import { demandNew, placeFiles, readFile, writing } from '../writing';
import type { Files, Told } from '../writing';
import { projectionOf, routesOf, testOf } from './projection-files';
import { projectionNamesOf } from './projection-names';
import type { ProjectionNames } from './projection-names';
import { withProjection } from './projection-registries';

const help = `
Writes a read model of what a service keeps, one row each: the fold of its events, two routes of the gateway by which
its owner and those who may see all ask it, a test, and its line in each registry. Change it into your own from there: a
fold may join services, as projections/order-status.ts does. A running stack has it empty until the log is folded into
it: the projector does so by itself from the first record on.

Exit codes: 0 written, 1 not, and why, 2 wrong usage.

Examples:
  holdfast new projection trip-list --of trip
  holdfast new projection order-list --of order --dry-run --json | jq -r '.files[]'
`;

interface ProjectionOptions extends Told {
  readonly of: string;
  readonly root?: string;
}

/** `holdfast new projection`. */
export function newProjection(): Command {
  const command = new Command('projection')
    .description('Write a read model of what a service keeps, and the routes that ask it.')
    .argument('<name>', 'lower-case words with dashes, such as trip-list')
    .requiredOption('--of <word>', 'what there is a row of, as events name it: trip');
  return writing(command, help).action(
    (name: string, { root = projectRoot, of, ...told }: ProjectionOptions) => {
      const files = filesOfProjection(projectionNamesOf(name, { of }, root), root);
      placeFiles(name, files, { ...told, root, next: nextOf(name) });
    },
  );
}

/** Every file a new read model touches, with its whole new text. Throws ALREADY_THERE, REGISTRY_UNREADABLE. */
export function filesOfProjection(names: ProjectionNames, root: string): Files {
  const own = {
    [`projections/${names.kebab}.ts`]: projectionOf(names),
    [`gateway/routes/${names.kebab}.ts`]: routesOf(names),
    [`test/unit/projections/${names.kebab}.test.ts`]: testOf(names),
  };
  demandNew(own, root, 'read model');
  demandOwnRoute(names, root);
  return { ...own, ...withProjection(names, (file) => readFile(root, file)) };
}

const rooms = ['gateway/routes', 'projections', 'webhooks', 'activities'];

/** A route that another operation has already would hide it, or be hidden. */
function demandOwnRoute({ kebab }: ProjectionNames, root: string): void {
  const taken = new RegExp(`path: ['"\`]/${kebab}['"\`/]`);
  const files = rooms.flatMap((room) => filesBelow(root, room));
  const file = files.find((one) => taken.test(readFile(root, one)));
  if (file === undefined) return;
  throw new CommandError({
    code: 'ALREADY_THERE',
    cause: `${file} has a route /${kebab} already`,
    fix: 'choose another name: it becomes the route',
  });
}

function filesBelow(root: string, room: string): readonly string[] {
  const folder = path.join(root, room);
  if (!existsSync(folder)) return [];
  const entries = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return entries.filter((entry) => entry.endsWith('.ts')).map((entry) => `${room}/${entry}`);
}

const nextOf = (name: string): readonly string[] => [
  'npm run generate        client, schemas, reference',
  'npm run verify          does it fit, does it compile',
  `npm start               then GET /${name}`,
];
