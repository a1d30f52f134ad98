import { Command } from 'commander';
import { fillTopic } from './fill';
import { followersOf } from './followers';
import { archiveExitCodes, run, withCommon } from './run';
import type { CommonOptions, Job } from './run';
import { CommandError, withExitCode } from '../command-error';
import { instant } from '../instant';
import { wholeNumber } from '../whole-number';
import { exportLine, fillLines, findingLines, heldLines, pruneLines, verifyLine } from './print';
import { exportTopic } from '../../platform/archive/export';
import { readManifest } from '../../platform/archive/files/manifest';
import { pruneTopic } from '../../platform/archive/prune';
import { verifyTopic } from '../../platform/archive/verify';

const help = `
The archive is a folder of files that hold the event log from its first record on: per topic a manifest, and
compressed JSON lines that are never written over. Everything that reads the log from its beginning (replay, rebuild,
restore, query --as-of, republish, the audit) reads the files first and goes on at the brokers, as one log.
docs/retention.md tells more.

Without --folder it is HOLDFAST_ARCHIVE_DIR, or the folder archive in --state.

Exit codes: 0 done, 1 files and brokers do not make one log, or something was refused, 2 wrong usage, 3 not done: log or
database away; run it again.

Examples:
  holdfast archive export
  holdfast archive verify --json
  holdfast archive list
  holdfast archive prune --older-than 90 --yes
  holdfast archive import --service orders --folder /mnt/archive
`;

/** `holdfast archive …`: the log in files. */
export function archiveCommand(): Command {
  return new Command('archive')
    .addHelpText('after', help)
    .addCommand(exporting())
    .addCommand(verifying())
    .addCommand(listing())
    .addCommand(pruning())
    .addCommand(importing())
    .exitOverride();
}

interface ExportOptions extends CommonOptions {
  readonly until?: number;
}

function exporting(): Command {
  return withCommon(new Command('export'), 'Write what the files do not hold yet.')
    .option('--until <time>', 'only records that reached the log by then, RFC 3339', instant)
    .action((options: ExportOptions) =>
      run(options, (job) => exported(job, options), { creates: true }),
    );
}

async function exported(job: Job, { until }: ExportOptions) {
  const { topic, folder, eventLog, groupPrefix } = job;
  const cut = until === undefined ? {} : { until: await eventLog.cutAt(topic, until) };
  const progress = (records: number): void => job.tell(`${records.toLocaleString('en')} written`);
  const report = await exportTopic({ topic, folder, eventLog, groupPrefix, progress, ...cut });
  return { report, lines: [exportLine(report)], isSound: true };
}

interface VerifyOptions extends CommonOptions {
  readonly filesOnly: boolean;
}

function verifying(): Command {
  const does = 'Read every file again, and hold it against manifest and brokers.';
  return withCommon(new Command('verify'), does)
    .option('--files-only', 'leave the brokers out', false)
    .action((options: VerifyOptions) => run(options, (job) => verified(job, options)));
}

async function verified(job: Job, { filesOnly }: VerifyOptions) {
  const { topic, folder, groupPrefix, eventLog } = job;
  const progress = (records: number): void => job.tell(`${records.toLocaleString('en')} read`);
  const brokers = filesOnly ? {} : { eventLog };
  const report = await verifyTopic({ topic, folder, groupPrefix, progress, ...brokers });
  const lines = [verifyLine(report), ...findingLines(report.findings)];
  return { report, lines, isSound: report.findings.length === 0 };
}

function listing(): Command {
  return withCommon(new Command('list'), 'Show what the files hold.').action(
    (options: CommonOptions) =>
      run(options, async ({ topic, folder }) => {
        const partitions = readManifest(folder, topic)?.partitions ?? {};
        return {
          report: { topic, partitions },
          lines: heldLines(topic, partitions),
          isSound: true,
        };
      }),
  );
}

interface PruneOptions extends CommonOptions {
  readonly olderThan?: number;
  readonly yes: boolean;
}

const dayMs = 86_400_000;
const days = wholeNumber(36_500);

const pruneHelp = `
Forgets at the brokers, and only there, what is older than --older-than, or than HOLDFAST_LOG_RETENTION_DAYS, what the
files hold, and what every read model and every relay has read. Each record is compared with its file before. Without
--yes it does everything but that. What it tells to be kept by age, by files or by a reader is kept until that moves.
`;

function pruning(): Command {
  return withCommon(new Command('prune'), 'Forget at the brokers what the files hold.')
    .option('--older-than <days>', 'leave what is younger at the brokers', days)
    .option('--yes', 'do it', false)
    .addHelpText('after', pruneHelp)
    .action((options: PruneOptions) =>
      run(options, (job) => pruned(job, options), { reading: 'admin' }),
    );
}

async function pruned(job: Job, { olderThan, yes }: PruneOptions) {
  const { topic, folder, eventLog, groupPrefix } = job;
  const kept = olderThan ?? job.configOf('admin').HOLDFAST_LOG_RETENTION_DAYS;
  if (kept === 0) throw unlimited();
  const report = await pruneTopic({
    ...{ topic, folder, eventLog, groupPrefix, isDryRun: !yes, keeper: eventLog.keeper },
    youngFrom: await eventLog.cutAt(topic, Date.now() - kept * dayMs),
    followers: await followersOf(job),
    progress: (records) => job.tell(`${records.toLocaleString('en')} compared`),
  });
  const lines = [...pruneLines(report), ...findingLines(report.findings)];
  return { report, lines, isSound: report.verdict !== 'refused' };
}

function unlimited(): Error {
  const cause = 'the brokers keep everything for good: that is the default';
  const fix = 'give --older-than, or set HOLDFAST_LOG_RETENTION_DAYS';
  const error = new CommandError({ code: 'RETENTION_UNLIMITED', cause, fix });
  return withExitCode(error, archiveExitCodes.usage, fix);
}

const importHelp = `
For a topic that was lost and made anew: appends the records of the files, each at the offset it had, so that places in
the log mean what they meant. The service must be stopped, and the topic empty, or begun by an import before. Read
models and reactions that had read further than the files reach are set back; they know what they read again. What the
files do not hold, holdfast republish sends from the events table, before the service starts.
`;

function importing(): Command {
  return withCommon(new Command('import'), 'Fill a topic that was lost from the files.')
    .addHelpText('after', importHelp)
    .action((options: CommonOptions) => run(options, filled, { reading: 'admin' }));
}

async function filled(job: Job) {
  const report = await fillTopic(job);
  return { report, lines: fillLines(report, job.service.name), isSound: true };
}
