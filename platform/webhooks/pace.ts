import { webhookLimits } from './limits';

/** What decides when a delivery is tried again. */
export interface Pace {
  /** Attempts that were made since it was asked for, 1 or more. */
  readonly attempts: number;
  /** What the receiver asked for; it knows better than we do, within limits. */
  readonly retryAfterMs?: number | undefined;
  /** From 0 to 1; injected in tests. */
  readonly random?: () => number;
}

/** Milliseconds until the next attempt; undefined after the last one. */
export function nextPauseMs({ attempts, retryAfterMs, random = Math.random }: Pace) {
  const { attemptsMax, stepMs, stepFactor, pauseMsMax, jitter } = webhookLimits;
  if (attempts >= attemptsMax) return undefined;
  if (retryAfterMs !== undefined) {
    const { retryAfterMsMin, retryAfterMsMax } = webhookLimits;
    return Math.min(retryAfterMsMax, Math.max(retryAfterMsMin, retryAfterMs));
  }
  const pauseMs = Math.min(pauseMsMax, stepMs * stepFactor ** (attempts - 1));
  return Math.round(pauseMs * (1 + jitter * (2 * random() - 1)));
}

/** Milliseconds that a `Retry-After` asks for: seconds, or a date; undefined for anything else. */
export function retryAfterMsOf(header: string | undefined, nowMs: number): number | undefined {
  if (header === undefined) return undefined;
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const atMs = /GMT$/.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(atMs) ? undefined : Math.max(0, atMs - nowMs);
}
