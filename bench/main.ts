import { linePrinter } from '../cli/line-printer';
import { StackError, aborted } from '../stack';
import { dynamicConfig } from '../stack/servers/temporal/temporal';
import { compareOptionsOf, compareUsage } from './compare/options';
import { runComparison } from './compare/run';
import { gatewayOptionsOf, gatewayUsage } from './gateway/options';
import { runGateway } from './gateway/run';
import { loadWarning, readMachine } from './measure/machine';
import { optionsOf, usage } from './options';
import type { Options } from './options';
import { asPage } from './report/plot';
import { asMarkdown } from './report/table';
import { writeReport } from './report/write';
import { runSagas, titleOf } from './saga/run';
import type { RunOptions, SagaReport } from './saga/run';
import { openWorld } from './saga/world';
import { projectionOptionsOf, projectionUsage } from './projection/options';
import { runProjections } from './projection/run';
import { relayOptionsOf, relayUsage } from './relay/options';
import { runRelays } from './relay/run';
import { UsageError } from './words';

const exitCodes = { holds: 0, doesNot: 1, cannotTell: 2, interrupted: 130 } as const;
const say = (text: string): void => void process.stderr.write(`${text}\n`);

class Interrupted extends Error {}

/** Runs in a world of its own, which is gone afterwards, also when somebody has had enough. */
async function measure(options: Options, signal: AbortSignal): Promise<SagaReport> {
  const machine = readMachine();
  const startedAt = new Date().toISOString();
  const warning = loadWarning(machine);
  if (warning !== undefined) say(`take care: ${warning}`);
  const world = await openWorld(options.variants, {
    ...{ signal, optIns: options.optIns, recorded: options.recorded, onProgress: telling },
  });
  try {
    const running = runSagas(world, { ...options, signal, ...progress() });
    const measured = await Promise.race([running, aborted(signal)]);
    const { rounds, seconds, callers, optIns, recorded } = options;
    const circumstances = { startedAt, machine, rounds, seconds, callers, optIns, recorded };
    return { scenario: 'saga', ...circumstances, temporalSettings: dynamicConfig, ...measured };
  } finally {
    await world.stop();
  }
}

function telling({ subject, phase, detail }: { subject: string; phase: string; detail?: string }) {
  if (phase === 'ready' || phase === 'crashed' || phase === 'failed') {
    say(`  ${subject} ${phase}${detail === undefined ? '' : ` (${detail})`}`);
  }
}

/** One line that is written over on a terminal; in a pipe a line for each sample. */
function progress(): Pick<RunOptions, 'note' | 'took'> {
  const line = linePrinter(process.stderr);
  return {
    note: (text) => {
      if (process.stderr.isTTY) line.show(text);
    },
    took: (sample) => {
      line.done();
      const { p50Ms, sagasPerSecond, cpuSumMs, problems } = sample;
      const figures = `${p50Ms.toFixed(1)} ms, ${sagasPerSecond.toFixed(0)}/s, CPU ${cpuSumMs.toFixed(1)} ms`;
      say(
        `${problems.length === 0 ? '✓' : '✗'} ${sample.round + 1}: ${titleOf(sample)}: ${figures}`,
      );
    },
  };
}

function write(folder: string, report: SagaReport): void {
  writeReport(folder, {
    'report.md': asMarkdown(report),
    'report.json': `${JSON.stringify(report, null, 2)}\n`,
    'plot.html': asPage(report),
  });
}

function interrupted(): AbortSignal {
  const interrupt = new AbortController();
  const stop = (signal: NodeJS.Signals): void => interrupt.abort(new Interrupted(signal));
  // What still waits for a server that is gone tells nobody: a client's retries throw out of a timer.
  const quiet = (): void => void process.on('uncaughtException', () => undefined);
  interrupt.signal.addEventListener('abort', quiet, { once: true });
  // More than once: npm hands on what the terminal has sent to all of them already.
  process.on('SIGINT', stop).on('SIGTERM', stop);
  return interrupt.signal;
}

/** The scenario `relay`. */
async function relay(args: readonly string[]): Promise<number> {
  const options = relayOptionsOf(args);
  const told = options.help
    ? relayUsage
    : await runRelays(options, { say, onProgress: telling, signal: interrupted() });
  process.stdout.write(told);
  return exitCodes.holds;
}

/** The scenario `projection`. */
async function projection(args: readonly string[]): Promise<number> {
  const options = projectionOptionsOf(args);
  const told = options.help
    ? projectionUsage
    : await runProjections(options, { say, onProgress: telling, signal: interrupted() });
  process.stdout.write(told);
  return exitCodes.holds;
}

/** The scenario `gateway`. */
async function gateway(args: readonly string[]): Promise<number> {
  const options = gatewayOptionsOf(args);
  if (options.help) return tell({ text: gatewayUsage, problems: [] });
  return tell(await runGateway(options, { say, onProgress: telling, signal: interrupted() }));
}

/** This tree against another revision. */
async function compare(args: readonly string[]): Promise<number> {
  const options = compareOptionsOf(args);
  if (options.help) return tell({ text: compareUsage, problems: [] });
  return tell(await runComparison(options, { say, signal: interrupted() }));
}

function tell({ text, problems }: { text: string; problems: readonly string[] }): number {
  process.stdout.write(text);
  for (const problem of problems) say(`PROBLEM ${problem}`);
  return problems.length === 0 ? exitCodes.holds : exitCodes.doesNot;
}

async function run(options: Options): Promise<number> {
  const report = await measure(options, interrupted());
  if (options.out !== undefined) write(options.out, report);
  process.stdout.write(options.json ? `${JSON.stringify(report)}\n` : asMarkdown(report));
  for (const problem of report.problems) say(`PROBLEM ${problem}`);
  return report.problems.length === 0 ? exitCodes.holds : exitCodes.doesNot;
}

/** How each way of using it is told to whoever used it wrongly. */
const usages = {
  ...{ compare: compareUsage, relay: relayUsage, projection: projectionUsage, saga: usage },
  gateway: gatewayUsage,
} as const;

const others = ['relay', 'projection', 'gateway'] as const;

function wayOf(args: readonly string[]): keyof typeof usages {
  const [scenario] = args;
  if (args.some((word) => /^--compare(=|$)/.test(word))) return 'compare';
  return others.find((name) => name === scenario) ?? 'saga';
}

/** `npm run bench`: see `--help`. */
async function main(args: readonly string[]): Promise<number> {
  const way = wayOf(args);
  try {
    if (way === 'compare') return await compare(args);
    if (way === 'relay') return await relay(args.slice(1));
    if (way === 'projection') return await projection(args.slice(1));
    if (way === 'gateway') return await gateway(args.slice(1));
    const options = optionsOf(args);
    if (!options.help) return await run(options);
    process.stdout.write(usage);
    return exitCodes.holds;
  } catch (error) {
    if (error instanceof Interrupted) return exitCodes.interrupted;
    if (error instanceof UsageError) say(`${error.message}\n\n${usages[way]}`);
    else say(error instanceof StackError ? error.message : String((error as Error).stack));
    return exitCodes.cannotTell;
  }
}

// What was interrupted may still wait for a server that is gone.
void main(process.argv.slice(2)).then((code) => process.exit(code));
