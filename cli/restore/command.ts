import { randomUUID } from 'node:crypto';
import { Argument, Command } from 'commander';
import { groupPrefixOf, openLog, processConfigs, sealedSteps } from '../process-access';
import { ownedServices, serviceNamed } from '../owned-services';
import type { OwnedService } from '../owned-services';
import { linePrinter } from '../line-printer';
import { withTemporal } from '../versions/temporal';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import type { EventLog } from '../../platform/event-log/kafka';
import { eventPartitions, eventTopic } from '../../platform/event-log/topics';
import { sealedTemporal } from '../../platform/host/sealed-temporal';
import { sagaHistories } from '../../platform/restore/histories';
import { holdStopped } from '../../platform/restore/hold';
import { openSealedService } from '../../platform/host/sealed-store';
import { restore } from '../../platform/restore/restore';
import type { RestoreOptions, RestoreReport } from '../../platform/restore/restore';
import { silentLog } from '../../platform/runtime/log';
import { openKeyring } from '../../platform/security/keys/keyring';
import { reportLines } from './print';

/** Exit codes of `holdfast restore`, the same for good. */
export const restoreExitCodes = { whole: 0, open: 1, usage: 2, stopped: 3, undecided: 4 } as const;

const help = `
Run it after a backup was put back and before the service starts. It holds the restored database against the log, writes
back what the log has more, with its step records, and sends again what sagas were answered and nobody else remembers.
It stops before the first write where the histories have forked, or the log does not reach back to the backup. It may be
broken off and run again. --check only looks. The runbook is docs/disaster-recovery.md.

Exit codes: 0 whole, 1 whole but for what is told, 2 wrong usage, 3 stopped: nothing was written, 4 not decided:
something is away, or the service runs.

Examples:
  holdfast restore payments --check
  holdfast restore payments
  holdfast restore orders --json
`;

interface CommandOptions {
  readonly check: boolean;
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast restore <service>`: makes the database of a service whole after its backup was put back. */
export function restoreCommand(): Command {
  const names = ownedServices.map(({ service }) => service.name);
  return new Command('restore')
    .addArgument(new Argument('<service>', 'whose database was restored').choices(names))
    .option('--check', 'only look, and say what would be done', false)
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(run);
}

async function run(name: string, options: CommandOptions): Promise<void> {
  const line = linePrinter(process.stderr);
  let report: RestoreReport;
  try {
    report = await restored(serviceNamed(name), options, ({ phase, done }) =>
      line.show(`${name}: ${phase}, ${done.toLocaleString('en')}`),
    );
  } catch (error) {
    throw undecided(error);
  } finally {
    line.done();
  }
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  for (const line of reportLines(report, options.check)) process.stderr.write(`${line}\n`);
  process.exitCode = restoreExitCodes[report.verdict];
}

async function restored(
  { process: owner, service }: OwnedService,
  options: CommandOptions,
  progress: NonNullable<RestoreOptions['progress']>,
): Promise<RestoreReport> {
  const configOf = processConfigs(options.state);
  const reader = configOf('projector');
  const schemas = loadSchemas();
  const partitions = eventPartitions;
  const parts = { schemas, clock: () => new Date(), partitions };
  const open = await openSealedService(service, configOf(owner), parts);
  const eventLog = openLog(reader, 'restore');
  const keyring = openKeyring(configOf(owner), { log: silentLog });
  try {
    const isDryRun = options.check;
    const holder = { partitions, owner: `restore-${randomUUID()}` };
    const hold = isDryRun ? undefined : await holdStopped(open.store, holder);
    const { store, participant } = open;
    const environment = process.env;
    try {
      // Nobody else writes to the topic while the leases are ours.
      const ends = await endsOf(eventLog, eventTopic(service.name, reader.HOLDFAST_INSTANCE));
      const dataConverter = sealedTemporal(configOf(owner), keyring);
      await keyring.ready();
      const reached = { state: options.state, environment, dataConverter };
      const report = await withTemporal(reached, ({ client, reading }) =>
        restore({
          ...{
            service: service.name,
            store,
            participant,
            eventLog,
            partitions,
            isDryRun,
            progress,
          },
          schemas,
          evolve: (state, event) => service.evolve(state, event),
          topic: eventTopic(service.name, reader.HOLDFAST_INSTANCE),
          groupPrefix: groupPrefixOf(reader, 'restore'),
          histories: (since) =>
            sagaHistories(
              { looking: client, reading },
              { name: service.name, instance: reader.HOLDFAST_INSTANCE },
              since,
            ),
          ...(hold === undefined ? {} : { confirm: () => hold.keep() }),
        }),
      );
      // The relay need not hold against the database again what was just folded into it.
      if (report.verdict === 'whole') hold?.note(ends);
      return report;
    } finally {
      await hold?.release();
    }
  } finally {
    await Promise.all([open.close(), eventLog.close(), keyring.close()]);
  }
}

/** Where each partition of a topic ends. */
async function endsOf(eventLog: EventLog, topic: string): Promise<ReadonlyMap<number, string>> {
  const marks = await eventLog.marks(topic);
  return new Map(marks.map(({ partition, high }) => [partition, high.toString()]));
}

/** Whatever was thrown leaves the work unfinished, and it can be taken up again. */
function undecided(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const steps: Readonly<Record<string, string>> = sealedSteps;
  const again = 'see that database, Kafka and Temporal are there, and run this again: it goes on';
  const fix = steps[(error as { code?: string }).code ?? ''] ?? again;
  return Object.assign(error, { exitCode: restoreExitCodes.undecided, fix, ...error });
}
