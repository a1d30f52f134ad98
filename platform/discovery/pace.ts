import { setTimeout as delay } from 'node:timers/promises';

/** Full jitter: anything between nothing and the doubled step, so that many callers do not come back at once. */
export function backoffMs(
  failures: number,
  limits: { readonly stepMs: number; readonly maxMs: number },
  random: () => number = Math.random,
): number {
  const ceilingMs = Math.min(limits.maxMs, limits.stepMs * 2 ** Math.max(0, failures - 1));
  return Math.ceil(random() * ceilingMs);
}

/** Waits, or returns at once when the signal is or gets aborted; it never rejects and never keeps a process alive. */
export async function pause(ms: number, signal: AbortSignal): Promise<void> {
  await delay(ms, undefined, { signal, ref: false }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
  });
}
