import { existsSync } from 'node:fs';
import { Option } from 'commander';
import type { Command } from 'commander';
import { CommandError, withExitCode } from '../command-error';
import { linePrinter } from '../line-printer';
import { ownedServices } from '../owned-services';
import type { OwnedService } from '../owned-services';
import { openBrokers, processConfigs, startIt } from '../process-access';
import { archiveCodes, ArchiveError } from '../../platform/archive/codes';
import { eventTopic } from '../../platform/event-log/topics';
import type { EventLog } from '../../platform/event-log/kafka';
import type { Config } from '../../platform/runtime/config';

/** Exit codes of `holdfast archive`, the same for good. */
export const archiveExitCodes = { done: 0, refused: 1, usage: 2, undecided: 3 } as const;

/** What every subcommand takes. */
export interface CommonOptions {
  readonly service?: string;
  readonly folder?: string;
  readonly state: string;
  readonly json: boolean;
}

/** One topic, to do something about. */
export interface Job extends OwnedService {
  readonly topic: string;
  readonly folder: string;
  /** The brokers' log alone, as whoever may read every topic. */
  readonly eventLog: EventLog;
  readonly groupPrefix: string;
  readonly configOf: (process: string) => Config;
  tell(progress: string): void;
}

/** What came of it. */
export interface Done {
  readonly report: object;
  readonly lines: readonly string[];
  readonly isSound: boolean;
}

/** Adds the description and the options of every subcommand. */
export function withCommon(command: Command, description: string): Command {
  const names = ownedServices.map(({ service }) => service.name);
  return command
    .description(description)
    .addOption(new Option('--service <name>', 'one topic alone').choices(names))
    .option('--folder <folder>', 'where the archive is')
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .exitOverride();
}

/**
 * Does something about each topic in turn, `reading` as that process; where something is thrown, the next is not begun.
 * Only what `creates` an archive does without one.
 */
export async function run(
  options: CommonOptions,
  work: (job: Job) => Promise<Done>,
  { reading = 'projector', creates = false } = {},
): Promise<void> {
  const configOf = processConfigs(options.state);
  const config = configOf(reading);
  const folder = options.folder ?? config.HOLDFAST_ARCHIVE_DIR;
  if (folder === '') throw nowhere();
  if (!creates && !existsSync(folder)) throw undone(nothingIn(folder));
  const eventLog = openBrokers(config, 'archive');
  const printer = linePrinter(process.stderr);
  const topics: object[] = [];
  let isSound = true;
  try {
    for (const owned of ownedServices) {
      if (options.service !== undefined && options.service !== owned.service.name) continue;
      const topic = eventTopic(owned.service.name, config.HOLDFAST_INSTANCE);
      const tell = (progress: string): void => printer.show(`${topic}: ${progress}`);
      const groupPrefix = 'projector-archive';
      const done = await work({ ...owned, topic, folder, eventLog, groupPrefix, configOf, tell });
      printer.done();
      topics.push(done.report);
      isSound &&= done.isSound;
      for (const line of done.lines) process.stderr.write(`${line}\n`);
    }
  } catch (error) {
    throw undone(error);
  } finally {
    printer.done();
    await eventLog.close();
  }
  if (options.json) process.stdout.write(`${JSON.stringify({ folder, topics })}\n`);
  process.exitCode = isSound ? archiveExitCodes.done : archiveExitCodes.refused;
}

function nothingIn(folder: string): ArchiveError {
  return new ArchiveError('NOTHING_ARCHIVED', `there is no folder ${folder}`);
}

function nowhere(): Error {
  const cause = 'no folder of the archive is named';
  const fix = 'give --folder, or set HOLDFAST_ARCHIVE_DIR';
  const error = new CommandError({ code: 'ARCHIVE_NOWHERE', cause, fix });
  return withExitCode(error, archiveExitCodes.usage, fix);
}

const nextSteps: Readonly<Record<string, string>> = {
  LOG_FORBIDDEN: 'run it as admin, or as the stack of --state',
  LOG_TIMEOUT: startIt,
  LOG_UNAVAILABLE: startIt,
  SERVICE_RUNNING: 'stop every process of the service, and run this again',
  STORE_UNAVAILABLE: startIt,
  TOPIC_MISSING: 'start the stack once, or look at HOLDFAST_INSTANCE',
  TOPIC_READ_TIMEOUT: startIt,
};

function undone(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = '' } = error as { code?: string };
  const { exitCode } = error as { exitCode?: number };
  const other = code in archiveCodes ? archiveExitCodes.refused : archiveExitCodes.undecided;
  return withExitCode(error, exitCode ?? other, nextSteps[code]);
}
