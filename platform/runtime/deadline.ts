/** A signal with an end of its own; `clear` it once nobody needs it any more. */
export interface Deadline {
  readonly signal: AbortSignal;
  clear(this: void): void;
}

/**
 * Aborts after `ms` milliseconds with a `TimeoutError`, or as soon as another of the signals does, with its reason.
 * Not `AbortSignal.any([signal, AbortSignal.timeout(ms)])`, which holds its sources weakly: a timeout that nobody
 * else holds is collected by Node 20 and never fires, so whoever waits for it waits for ever.
 */
export function deadlineAfter(ms: number, ...others: (AbortSignal | undefined)[]): Deadline {
  const controller = new AbortController();
  const late = (): void =>
    controller.abort(new DOMException(`no answer within ${Math.ceil(ms)} ms`, 'TimeoutError'));
  const timer = setTimeout(late, ms);
  const sources = others.filter((signal) => signal !== undefined);
  const listeners = sources.map((signal) => {
    const abort = (): void => controller.abort(signal.reason);
    if (signal.aborted) abort();
    else signal.addEventListener('abort', abort, { once: true });
    return { signal, abort };
  });
  return {
    signal: controller.signal,
    clear() {
      clearTimeout(timer);
      for (const { signal, abort } of listeners) signal.removeEventListener('abort', abort);
    },
  };
}
