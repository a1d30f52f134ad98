import { Argument, Command, Option } from 'commander';
import { withExitCode } from '../command-error';
import { openLog } from '../process-access';
import { wholeNumber } from '../whole-number';
import { dropOld, replayProjection, rollBack } from '../../platform/event-log/replay/replay';
import type { ReplayOptions, ReplayReport } from '../../platform/event-log/replay/options';
import { loadSchemas } from '../../platform/event-log/schema-registry';
import { noKeys, withKeys } from '../../platform/host/sealed-store';
import { demandTables } from '../../platform/outbox/tables-version';
import { armCrashPoints } from '../../platform/runtime/crash-point';
import type { Config } from '../../platform/runtime/config';
import { silentLog } from '../../platform/runtime/log';
import { projections } from '../../projections';
import { openReadModelStore } from '../../projections/store';
import type { ReadModelStore } from '../../projections/store';
import { rebuildOptions, sampleMax } from '../../projections/watching/rebuild-options';
import { readModelConfig, readModelStep } from '../read-models';
import { generationLines, progressPrinter, reportLines } from './print';

/** Exit codes of `holdfast replay`, the same for good. */
export const replayExitCodes = { done: 0, refused: 1, usage: 2, undecided: 3, running: 4 } as const;

const help = `
Builds the read model anew from the log's first record, beside the live one, which goes on being maintained and read.
Caught up, both are compared on a sample of rows that stand at the same events, and the new one becomes the live one in
one transaction: no read fails, none sees a half. Killed at any moment it can be started again and goes on.

A difference is shown and is no fault: that the fold has changed may be why you replay. Dead letters that only the new
one has refuse the switch, unless accepted.

The generation before the last switch is kept and not maintained. --rollback lets it catch up first, with the code that
runs now, so that nothing old is shown.

Exit codes: 0 done, 1 built but not switched: it differs, or has dead letters of its own; or the log is not whole,
2 wrong usage, 3 not done: log or database away, or nothing moves, 4 somebody replays it already.

Examples:
  holdfast replay order-status
  holdfast replay order-status --keep-live --expect-equal
  holdfast replay order-status --rollback
`;

interface CommandOptions {
  readonly keepLive: boolean;
  readonly expectEqual: boolean;
  readonly acceptLetters: boolean;
  readonly sample: number;
  readonly rollback?: boolean;
  readonly dropOld?: boolean;
  readonly status?: boolean;
  readonly state: string;
  readonly json: boolean;
}

/** `holdfast replay <projection>`: builds a read model anew beside the live one, and switches. */
export function replayCommand(): Command {
  const names = projections.map(({ name }) => name);
  const other = (flags: string, does: string, ...others: string[]) =>
    new Option(flags, does).conflicts([...others, 'keepLive', 'expectEqual', 'acceptLetters']);
  return new Command('replay')
    .addArgument(new Argument('<projection>', 'the read model').choices(names))
    .option('--keep-live', 'build and compare, and do not switch', false)
    .option('--expect-equal', 'do not switch where a row of the sample differs', false)
    .option('--accept-letters', 'switch although it has dead letters of its own', false)
    .option('--sample <rows>', 'rows drawn from each side for the comparison', count, sampleMax)
    .addOption(other('--rollback', 'go back to the one before', 'dropOld', 'status'))
    .addOption(other('--drop-old', 'delete what is not live', 'rollback', 'status'))
    .addOption(other('--status', 'show the generations there are', 'rollback', 'dropOld'))
    .option('--state <folder>', 'stack to speak to where the environment names none', '.holdfast')
    .option('--json', 'one JSON object on standard output', false)
    .addHelpText('after', help)
    .exitOverride()
    .action(replay);
}

const count = wholeNumber(1_000_000, 'a whole number from 1 to 1000000 is expected.');

async function replay(name: string, options: CommandOptions): Promise<void> {
  const config = readModelConfig(options.state);
  armCrashPoints(config.HOLDFAST_CRASH_POINTS, config.HOLDFAST_CRASH_DIR);
  const isLook = options.status === true || options.dropOld === true;
  const store = await openModels(config, isLook);
  const printer = progressPrinter(process.stderr, name);
  try {
    await demandTables(store.tablesOf(projections));
    if (isLook) {
      await tellGenerations(store, name, options);
      return;
    }
    const report = await carryOut(name, { config, store, options, printer });
    printer.done();
    tell(options, report, reportLines(report, options.rollback === true));
    const isDone = report.verdict === 'switched' || report.verdict === 'built';
    process.exitCode = isDone ? replayExitCodes.done : replayExitCodes.refused;
  } catch (error) {
    throw undone(error);
  } finally {
    printer.done();
    await store.close();
  }
}

/** A new generation has dead letters of its own, which are sealed; a look at generations needs no key. */
async function openModels(config: Config, isLook: boolean): Promise<ReadModelStore> {
  if (isLook) return openReadModelStore(config, noKeys);
  return withKeys({ config }, (keys) => openReadModelStore(config, keys)).catch((error) => {
    throw undone(error);
  });
}

function tell({ json }: CommandOptions, object: object, lines: readonly string[]): void {
  if (json) process.stdout.write(`${JSON.stringify(object)}\n`);
  for (const line of lines) process.stderr.write(`${line}\n`);
}

async function tellGenerations(
  { generations }: Pick<ReadModelStore, 'generations'>,
  name: string,
  options: CommandOptions,
): Promise<void> {
  if (options.dropOld === true) {
    const dropped = await dropOld(generations, name);
    const numbers = dropped.map(({ number }) => number);
    tell(options, { projection: name, dropped: numbers }, [
      numbers.length === 0
        ? `${name}: there is nothing to drop.`
        : `${name}: dropped ${numbers.join(', ')}.`,
    ]);
    return;
  }
  const found = await generations.generations(name);
  tell(options, { projection: name, generations: found }, generationLines(name, found));
}

interface Parts {
  readonly config: Config;
  readonly store: ReadModelStore;
  readonly options: CommandOptions;
  readonly printer: ReturnType<typeof progressPrinter>;
}

async function carryOut(name: string, parts: Parts): Promise<ReplayReport> {
  const { config, store, options, printer } = parts;
  const eventLog = openLog(config, 'replay');
  const schemas = loadSchemas();
  const told: ReplayOptions = {
    ...rebuildOptions({ config, eventLog, store, schemas, log: silentLog })(name),
    ...{ sampleMax: options.sample, keepLive: options.keepLive },
    ...{ expectEqual: options.expectEqual, acceptLetters: options.acceptLetters },
    progress: (at) => printer.progress(at),
  };
  try {
    return options.rollback === true ? await rollBack(told) : await replayProjection(told);
  } finally {
    await eventLog.close();
  }
}

const exitCodes: Readonly<Record<string, number>> = {
  REPLAY_RUNNING: replayExitCodes.running,
  REPLAY_HALTED: replayExitCodes.refused,
  NOTHING_KEPT: replayExitCodes.refused,
};

function undone(error: unknown): unknown {
  if (!(error instanceof Error)) return error;
  const { code = '' } = error as { code?: string };
  const next = readModelStep(code);
  const exitCode = exitCodes[code] ?? replayExitCodes.undecided;
  return withExitCode(error, exitCode, next);
}
