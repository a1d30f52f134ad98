import type { Request } from 'express';
import { deadlineAfter } from '../runtime/deadline';
import { problem } from './problem';

/** Header of a request, in lower case: how many seconds its caller waits for the answer. */
export const requestTimeoutHeader = 'x-request-timeout';

/** The most that a request may take when its caller says how long it waits, milliseconds; more is as much. */
export const requestTimeoutLimits = { maxMs: 30_000 } as const;

/** The header's value for so many milliseconds. */
export function requestTimeoutOf(ms: number): string {
  return (Math.max(1, ms) / 1_000).toFixed(3);
}

/**
 * How long the caller waits, milliseconds; undefined where it does not say. Seconds with up to three decimals, more
 * than 0; throws 400 `REQUEST_TIMEOUT_INVALID` for anything else.
 */
export function requestTimeoutMs(request: Pick<Request, 'get'>): number | undefined {
  const text = request.get(requestTimeoutHeader);
  if (text === undefined) return undefined;
  const ms = /^\d{1,5}(\.\d{1,3})?$/.test(text) ? Number(text) * 1_000 : 0;
  if (ms <= 0) throw problem('REQUEST_TIMEOUT_INVALID');
  return Math.min(ms, requestTimeoutLimits.maxMs);
}

/** What is left of the time of a request. */
export interface Within {
  /** Aborted when the time is over, or the caller went away. */
  readonly signal: AbortSignal;
  /** Milliseconds until then; `Infinity` where the caller did not say. */
  leftMs(this: void): number;
}

/**
 * Does the work of a request within the time its caller gives it: then 504 `DEADLINE_EXCEEDED`, at once, whatever the
 * work still does. What it has begun may come to its end; a repeat under the same key is told.
 */
export async function withinTimeout<Result>(
  ms: number | undefined,
  gone: AbortSignal,
  work: (within: Within) => Result | Promise<Result>,
): Promise<Result> {
  if (ms === undefined) return work({ signal: gone, leftMs: () => Infinity });
  const endsAtMs = performance.now() + ms;
  const late = deadlineAfter(ms, gone);
  /** Whatever fails because it was called off has failed by the deadline. */
  const isOver = (): boolean => late.signal.aborted && !gone.aborted;
  try {
    const leftMs = (): number => Math.max(0, endsAtMs - performance.now());
    const worked = Promise.resolve(work({ signal: late.signal, leftMs }));
    return await Promise.race([worked, aborted(late.signal)]);
  } catch (cause) {
    throw isOver() ? problem('DEADLINE_EXCEEDED', { cause }) : cause;
  } finally {
    late.clear();
  }
}

function aborted(signal: AbortSignal): Promise<never> {
  return new Promise((_resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
  });
}
