import { backoffMs, pause } from '../discovery/pace';
import type { Log } from '../runtime/log';

/** Pauses between tries of a dependency that is not there yet, milliseconds. */
export const tryingLimits = { stepMs: 200, maxMs: 3_000 } as const;

/** What is tried, and until when. */
export interface Trying {
  /** Name of the dependency in the log. */
  readonly name: string;
  readonly log: Log;
  readonly stopping: AbortSignal;
}

/**
 * Tries until it succeeds or the process stops; then it answers undefined. Only the first failure of a row is
 * logged as a warning: a dependency that is away for an hour must not fill a disk.
 */
export async function keepTrying<Result>(
  attempt: () => Promise<Result>,
  { name, log, stopping }: Trying,
): Promise<Result | undefined> {
  for (let failures = 0; !stopping.aborted;) {
    try {
      const result = await attempt();
      log.info('a dependency is there', { name });
      return result;
    } catch (error) {
      failures += 1;
      log[failures === 1 ? 'warn' : 'debug']('a dependency is not there yet', { name, error });
      await pause(100 + backoffMs(failures, tryingLimits), stopping);
    }
  }
  return undefined;
}
