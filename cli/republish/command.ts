import { randomUUID } from 'node:crypto';
import { Argument, Command } from 'commander';
import { unfinished } from '../command-error';
import { groupPrefixOf, openLog, processConfigs, sealedSteps, startIt } from '../process-access';
import { wholeNumber } from '../whole-number';
import { ownedServices, serviceNamed } from '../owned-services';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { eventTopic } from '../../platform/event-log/topics';
import { openSealedStore } from '../../platform/host/sealed-store';
import { republish } from '../../platform/republish/republish';
import { republishLimits } from '../../platform/republish/options';
import type { RepublishOptions, RepublishReport } from '../../platform/republish/options';
import { linePrinter } from '../line-printer';
import { progressLine, reportLines } from './print';

/** Exit codes of `holdfast republish`, the same for good. */
export const republishExitCodes = {
  complete: 0,
  refused: 1,
  usage: 2,
  undecided: 3,
  lacking: 4,
} as const;

const help = `
Fills the topic of a service again from its events table: what the table says was sent, and the log does not hold, is
sent again with the same ids, contents and hashes, in the order of each aggregate. It may run beside the service: the
slots it sends to are taken from their relay meanwhile, at most for as long as it sends and ten seconds.

Nothing at all is sent when the log holds another content under an id of the table (HISTORY_FORKED).

With HOLDFAST_NAME and the other variables of a process set, log and database are used as that process, which must be
allowed to, and may have the keys: the service's own is. Otherwise as the processes of the stack in --state.

Exit codes: 0 the log holds everything, 1 something was found that sending cannot put right, 2 wrong usage, 3 not
decided: log or database away, or a slot lost to another relay, 4 a dry run found events to send.

Examples:
  holdfast republish orders --dry-run
  holdfast republish payments
  holdfast republish inventory --aggregate product/lamp --json
`;

interface CommandOptions {
  readonly aggregate?: string;
  readonly all: boolean;
  readonly dryRun: boolean;
  readonly limit: number;
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast republish <service>`: the log again holds what the events table says was sent. */
export function republishCommand(): Command {
  const names = ownedServices.map(({ service }) => service.name);
  return new Command('republish')
    .addArgument(new Argument('<service>', 'whose events').choices(names))
    .option('--aggregate <id>', 'one aggregate alone, for example account/a-1')
    .option('--dry-run', 'say what would be sent, and send nothing', false)
    .option('--all', 'send what the log holds as well; readers know it for a repeat', false)
    .option('--limit <count>', 'findings told in full', count, republishLimits.findingsMax)
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(run);
}

const count = wholeNumber(1_000_000);

async function run(name: string, options: CommandOptions): Promise<void> {
  const printer = linePrinter(process.stderr);
  let report: RepublishReport;
  try {
    report = await sendAgain(name, options, (at) => printer.show(progressLine(name, at)));
  } catch (error) {
    throw unfinished(error, republishExitCodes.undecided, nextSteps);
  } finally {
    printer.done();
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  for (const line of reportLines(report)) process.stderr.write(`${line}\n`);
  process.exitCode = republishExitCodes[report.verdict];
}

async function sendAgain(
  name: string,
  options: CommandOptions,
  progress: NonNullable<RepublishOptions['progress']>,
): Promise<RepublishReport> {
  const { process: owner, service } = serviceNamed(name);
  const configOf = processConfigs(options.state);
  const [reader, writer] = [configOf('projector'), configOf(owner)];
  const schemas = loadSchemas();
  const store = await openSealedStore({ service, config: writer });
  const logs = [openLog(reader, 'republish'), openLog(writer, 'republish')] as const;
  try {
    return await republish({
      ...{ service: name, topic: eventTopic(name, reader.HOLDFAST_INSTANCE), progress },
      ...{ source: store, eventLog: logs[0], writer: logs[1].writer },
      ...{ groupPrefix: groupPrefixOf(reader, 'republish'), owner: `republish-${randomUUID()}` },
      schemaHashOf: (type, version) => schemas.hashOf(type, version),
      ...(options.aggregate === undefined ? {} : { aggregateId: options.aggregate }),
      ...{ all: options.all, dryRun: options.dryRun, findingsMax: options.limit },
    });
  } finally {
    await Promise.all([store.close(), ...logs.map((log) => log.close())]);
  }
}

const again = 'run it again: what was sent already it does not send twice';

/** What to do about what kept a run from its end. */
const nextSteps: Readonly<Record<string, string>> = {
  AGGREGATE_UNKNOWN: 'look at the id: <kind>/<name>, as in holdfast republish --help',
  LEASE_LOST: again,
  LOG_FORBIDDEN: 'run it as the service, or as the stack of --state',
  LOG_TIMEOUT: again,
  LOG_UNAVAILABLE: startIt,
  RECORD_REFUSED: 'the broker takes smaller messages than it did: look at max.message.bytes',
  STORE_CONFLICT: again,
  ...sealedSteps,
  STORE_UNAVAILABLE: startIt,
  TOPIC_MISSING: 'start the stack once, or look at HOLDFAST_INSTANCE',
  TOPIC_READ_TIMEOUT: startIt,
};
