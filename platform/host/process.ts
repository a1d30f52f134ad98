import { armCrashPoints } from '../runtime/crash-point';
import type { Config } from '../runtime/config';
import { parseConfig } from '../runtime/config';
import { demandValidCertificate } from '../security/validity';
import type { Log } from '../runtime/log';

/** A process of ours at work. */
export interface RunningProcess {
  readonly log: Log;
  /** Leaves in order: no new callers, open work finishes, connections close. */
  stop(): Promise<void>;
}

/** How the process ends: an operator's mistake is 2, trouble at start is 1. */
const exitCodes = { startFailed: 1, configInvalid: 2 } as const;

/**
 * The life of a process: reads the configuration, looks whether its certificate is good today, starts, drains on
 * SIGTERM or SIGINT and exits 0; a second signal ends it at once. A promise nobody waited for is a bug of ours, but no
 * reason to drop what other requests are doing.
 */
export async function runProcess(
  environment: Record<string, string | undefined>,
  start: (config: Config) => Promise<RunningProcess>,
): Promise<void> {
  const config = configOrExit(environment);
  armCrashPoints(config.HOLDFAST_CRASH_POINTS, config.HOLDFAST_CRASH_DIR);
  const running = await startUnder(config, start).catch((error: unknown) => {
    process.stderr.write(`${config.HOLDFAST_NAME} could not start: ${messageOf(error)}\n`);
    process.exit(exitCodes.startFailed);
  });
  process.on('unhandledRejection', (error) => {
    running.log.error('a promise was rejected and nobody waited for it', { error });
  });
  stopOnSignals(running);
}

async function startUnder(
  config: Config,
  start: (config: Config) => Promise<RunningProcess>,
): Promise<RunningProcess> {
  demandValidCertificate(config);
  return start(config);
}

function configOrExit(environment: Record<string, string | undefined>): Config {
  try {
    return parseConfig(environment);
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exit(exitCodes.configInvalid);
  }
}

function stopOnSignals(running: RunningProcess): void {
  let isStopping = false;
  const onSignal = (signal: NodeJS.Signals) => {
    if (isStopping) process.exit(exitCodes.startFailed);
    isStopping = true;
    running.log.info('the process stops', { signal });
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        running.log.error('the process could not stop in order', { error });
        process.exit(exitCodes.startFailed);
      },
    );
  };
  process.on('SIGTERM', onSignal);
  process.on('SIGINT', onSignal);
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
