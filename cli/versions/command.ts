import { Command, Option } from 'commander';
import { findBuild, listBuilds, openOn, promote } from './deployments';
import type { BuildName } from './deployments';
import { moveSaga } from './moving';
import { withTemporal } from './temporal';
import type { Reach } from './temporal';

interface VersionsOptions {
  readonly deployment: string;
  readonly state: string;
  readonly json: boolean;
}

const say = (line: string): void => void process.stderr.write(`${line}\n`);
const print = (value: unknown): void => void process.stdout.write(`${JSON.stringify(value)}\n`);

const help = `
Examples:
  holdfast versions list
  holdfast versions promote 1.4.2
  holdfast versions move place-order:5f1c… 1.4.2
  holdfast versions drained 1.4.1
`;

/** `holdfast versions`: which builds run sagas, which one gets new ones, and moving a parked saga by hand. */
export function versionsCommand(): Command {
  return new Command('versions')
    .addHelpText('after', help)
    .addCommand(
      command('list', 'Every build: its status, its open and its parked sagas.').action(
        (options: VersionsOptions) => run(options, (reach) => list(reach, options)),
      ),
    )
    .addCommand(
      command('promote <build>', 'Send every saga that starts from now on to this build.').action(
        (buildId: string, options: VersionsOptions) =>
          run(options, (reach) => promoted(reach, buildId, options)),
      ),
    )
    .addCommand(
      command('move <saga> <build>', 'Pin one parked saga to another build; then retry it.')
        .option('--running', 'move it although it is not parked', false)
        .action((saga: string, buildId: string, options: VersionsOptions & { running: boolean }) =>
          run(options, (reach) => moved(reach, { saga, buildId }, options)),
        ),
    )
    .addCommand(
      command(
        'drained <build>',
        'Exit code 0 when no saga needs this build any more, else 1.',
      ).action((buildId: string, options: VersionsOptions) =>
        run(options, (reach) => drained(reach, buildId, options)),
      ),
    );
}

function command(usage: string, description: string): Command {
  const [name, ...args] = usage.split(' ');
  const made = new Command(name).description(description);
  for (const argument of args) made.argument(argument);
  return made
    .addOption(
      new Option('--deployment <name>', 'the worker deployment of the sagas')
        .env('HOLDFAST_DEPLOYMENT')
        .default('sagas'),
    )
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .exitOverride();
}

function run(options: VersionsOptions, work: (reach: Reach) => Promise<void>): Promise<void> {
  return withTemporal({ state: options.state, environment: process.env }, work);
}

async function list(reach: Reach, { deployment, json }: VersionsOptions): Promise<void> {
  const builds = await listBuilds(reach, deployment);
  if (json) return print({ deployment, builds });
  say(`${'build'.padEnd(30)} ${'status'.padEnd(10)} open  parked`);
  for (const { buildId, status, open, parked } of builds) {
    say(`${buildId.padEnd(30)} ${status.padEnd(10)} ${String(open).padStart(4)}  ${parked}`);
  }
}

async function promoted(reach: Reach, buildId: string, { deployment, json }: VersionsOptions) {
  await promote(reach, { deploymentName: deployment, buildId });
  if (json) print({ deployment, current: buildId });
  else say(`New sagas start on ${buildId}; running ones stay on theirs.`);
}

async function moved(
  reach: Reach,
  { saga, buildId }: { readonly saga: string; readonly buildId: string },
  { deployment, json, running }: VersionsOptions & { readonly running: boolean },
): Promise<void> {
  const move = await moveSaga(reach, saga, { deploymentName: deployment, buildId, running });
  if (json) print(move);
  else
    say(`${saga} moved from ${move.from || 'an unversioned worker'} to ${buildId}; now retry it.`);
}

async function drained(reach: Reach, buildId: string, { deployment, json }: VersionsOptions) {
  const build = await findBuild(reach, { deploymentName: deployment, buildId });
  const isDrained = build.status === 'drained' && build.open === 0;
  const sagas = isDrained ? [] : await openSagas(reach, { deploymentName: deployment, buildId });
  if (json) print({ ...build, drained: isDrained, sagas });
  else if (isDrained) say(`No saga needs ${buildId}: its workers can be retired.`);
  else say(`${buildId} is ${build.status}, ${build.open} open:\n${sagas.map(lineOf).join('\n')}`);
  if (!isDrained) process.exitCode = 1;
}

interface OpenSaga {
  readonly workflowId: string;
  readonly state: string;
}

const lineOf = ({ workflowId, state }: OpenSaga): string => `  ${state.padEnd(13)} ${workflowId}`;

/** How many sagas are listed; the rest is counted. */
const listedMax = 100;

async function openSagas(reach: Reach, build: BuildName): Promise<OpenSaga[]> {
  const found: OpenSaga[] = [];
  const query = openOn(build);
  for await (const { workflowId, searchAttributes } of reach.client.workflow.list({ query })) {
    const [state = 'running'] = (searchAttributes.SagaState ?? []) as readonly string[];
    found.push({ workflowId, state });
    if (found.length === listedMax) break;
  }
  return found;
}
