import { Argument, Command } from 'commander';
import { unfinished } from '../command-error';
import { groupPrefixOf, openLog, processConfigs, sealedSteps, startIt } from '../process-access';
import { wholeNumber } from '../whole-number';
import { ownedServices, serviceNamed } from '../owned-services';
import type { OwnedService } from '../owned-services';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { eventTopic } from '../../platform/event-log/topics';
import { rebuildLimits } from '../../platform/rebuild/options';
import type { RebuildOptions, RebuildReport } from '../../platform/rebuild/options';
import { openSealedStore } from '../../platform/host/sealed-store';
import { verifyRebuild } from '../../platform/rebuild/verify';
import { progressPrinter, reportLines } from './print';

/** Exit codes of `holdfast rebuild`, the same for good. */
export const rebuildExitCodes = { equal: 0, differs: 1, usage: 2, undecided: 3 } as const;

const help = `
Folds the log of a service from its first record, with the service's own fold, and compares each aggregate with the
database at the number the database held. The service may write on meanwhile. Nothing is written, to either.

It verifies, and that is all: a service cannot be recovered from its log alone, since step records, tombstones and
refusals are no events, and without them late messages would be applied again. Recovery is a backup, and then
holdfast restore.

With HOLDFAST_NAME and the other variables of a process set, log and database are read as that process, which must be
allowed to, and may have the keys: auditor is. Otherwise as the processes of the stack in --state.

Exit codes: 0 equal, 1 something differs, 2 wrong usage, 3 not decided: log or database away, or too far behind.

Examples:
  holdfast rebuild payments --verify
  holdfast rebuild orders --verify --aggregate order/o-1 --json
`;

interface CommandOptions {
  readonly aggregate?: string;
  readonly limit: number;
  readonly wait: number;
  readonly atOnce: number;
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast rebuild <service> --verify`: does the database equal its history? */
export function rebuildCommand(): Command {
  const names = ownedServices.map(({ service }) => service.name);
  return new Command('rebuild')
    .addArgument(new Argument('<service>', 'whose log and database').choices(names))
    .requiredOption('--verify', 'compare only; there is no rebuild that writes')
    .option('--aggregate <id>', 'one aggregate alone, for example account/a-1')
    .option('--limit <count>', 'findings told in full', count, rebuildLimits.findingsMax)
    .option('--wait <seconds>', 'for events on their way', count, rebuildLimits.waitMs / 1_000)
    .option('--at-once <count>', 'aggregates in memory', count, rebuildLimits.aggregatesAtOnce)
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(rebuild);
}

const count = wholeNumber(10_000_000);

async function rebuild(name: string, options: CommandOptions): Promise<void> {
  const printer = progressPrinter(process.stderr, name);
  let report: RebuildReport;
  try {
    report = await compare(serviceNamed(name), options, (at) => printer.progress(at));
  } catch (error) {
    // Whatever was thrown has decided nothing, so it must not look like a difference.
    throw unfinished(error, rebuildExitCodes.undecided, nextSteps);
  } finally {
    printer.done();
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  for (const line of reportLines(report)) process.stderr.write(`${line}\n`);
  process.exitCode = rebuildExitCodes[report.verdict];
}

async function compare(
  { process: owner, service }: OwnedService,
  options: CommandOptions,
  progress: NonNullable<RebuildOptions['progress']>,
): Promise<RebuildReport> {
  const configOf = processConfigs(options.state);
  const reader = configOf('projector');
  const store = await openSealedStore({ service, config: configOf(owner) });
  const eventLog = openLog(reader, 'rebuild');
  try {
    return await verifyRebuild({
      ...{ service: service.name, store, eventLog, schemas: loadSchemas(), progress },
      evolve: (state, event) => service.evolve(state, event),
      topic: eventTopic(service.name, reader.HOLDFAST_INSTANCE),
      groupPrefix: groupPrefixOf(reader, 'rebuild'),
      ...(options.aggregate === undefined ? {} : { aggregateId: options.aggregate }),
      ...{ findingsMax: options.limit, aggregatesAtOnce: options.atOnce },
      waitMs: options.wait * 1_000,
    });
  } finally {
    await Promise.all([store.close(), eventLog.close()]);
  }
}

/** What to do about what kept a comparison from being made. */
const nextSteps: Readonly<Record<string, string>> = {
  AGGREGATE_UNKNOWN: 'look at the id: <kind>/<name>, as in holdfast rebuild --help',
  LOG_FORBIDDEN: 'run it as auditor, or as the stack of --state',
  LOG_TIMEOUT: startIt,
  LOG_UNAVAILABLE: startIt,
  STORE_CONFLICT: 'run it again',
  ...sealedSteps,
  STORE_UNAVAILABLE: startIt,
  TOPIC_MISSING: 'start the stack once, or look at HOLDFAST_INSTANCE',
  TOPIC_READ_TIMEOUT: startIt,
};
