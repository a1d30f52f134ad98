import { Fault } from '../kernel/faults';

/**
 * Somebody else changed what this transaction was decided on; nothing was written. Never leaves a store: it is
 * retried inside, and becomes the fault `STORE_CONFLICT` when the bound is reached.
 */
export class Conflict extends Error {
  readonly code = 'CONFLICT';
}

/** How often a whole transaction is tried again, and how long it waits in between (full jitter). */
export const conflictLimits = { attemptsMax: 12, backoffMsMin: 4, backoffMsMax: 200 } as const;

/** Runs `attempt` until it does not conflict; `deadlineMs` is a time of `performance.now()`. */
export async function retryConflicts<Result>(
  attempt: () => Promise<Result>,
  deadlineMs: number,
): Promise<Result> {
  for (let number = 1; ; number += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (!isConflict(error)) throw error;
      const pauseMs = pauseAfterMs(number);
      if (number >= conflictLimits.attemptsMax || performance.now() + pauseMs > deadlineMs) {
        throw new Fault('STORE_CONFLICT', `gave up after ${number} attempts`, { cause: error });
      }
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
  }
}

type AsyncMethods = Record<string, (...given: never[]) => Promise<unknown>>;

/**
 * The same methods, each tried again by itself after a conflict. For requests that may be repeated: reads, and writes
 * that say what is to be and not what is to change.
 */
export function retryingConflicts<Methods extends object>(
  methods: Methods,
  timeoutMs: number,
): Methods {
  const wrapped = Object.entries(methods as AsyncMethods).map(([name, method]) => [
    name,
    (...given: never[]) =>
      retryConflicts(async () => method(...given), performance.now() + timeoutMs),
  ]);
  return Object.fromEntries(wrapped) as Methods;
}

/** Full jitter: whoever met in one conflict should not meet in the next; milliseconds. */
export function pauseAfterMs(attempt: number): number {
  const { backoffMsMin, backoffMsMax } = conflictLimits;
  return Math.random() * Math.min(backoffMsMax, backoffMsMin * 2 ** attempt);
}

function isConflict(error: unknown): boolean {
  return error instanceof Conflict;
}
