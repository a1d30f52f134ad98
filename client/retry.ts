/** Pauses between repeats, milliseconds, where the gateway does not say how long. */
const pauses = { first: 200, max: 5_000 } as const;

/** What says that the very same request may succeed later. */
const busy = new Set([429, 503]);

const reads = new Set(['GET', 'HEAD', 'DELETE']);

/** A read, or a write under a key: however often it arrives, it is done once. */
function mayRepeat(request: Request): boolean {
  return reads.has(request.method) || request.headers.has('idempotency-key');
}

export interface Patience {
  readonly patienceMs: number;
  readonly pause: (ms: number) => Promise<void>;
  /** Monotonic, milliseconds. */
  readonly now?: () => number;
}

/** Pauses that double and vary, so that clients which were turned away together come back apart. */
function ownPauseMs(tries: number): number {
  return Math.min(pauses.first * 2 ** tries, pauses.max) * (0.5 + Math.random() / 2);
}

/**
 * Sends a request again after no answer, 429 or 503, while it is certain to be done once and the patience is not over.
 * The last answer is given back as it is; where there never was one, the last failure is thrown.
 */
export function sendAgain(
  fetch: (request: Request) => Promise<Response>,
  { patienceMs, pause, now = () => performance.now() }: Patience,
): (request: Request) => Promise<Response> {
  return async (request) => {
    const beganMs = now();
    let waitedMs = 0;
    for (let tries = 0; ; tries += 1) {
      const isLast = !mayRepeat(request);
      const sent = await fetch(isLast ? request : request.clone()).then(
        (response) => ({ response, again: busy.has(response.status) }),
        (error: unknown) => ({ error, again: !request.signal.aborted }),
      );
      const retryAfter = 'response' in sent ? sent.response.headers.get('retry-after') : null;
      const waitMs = retryAfter === null ? ownPauseMs(tries) : Number(retryAfter) * 1_000;
      const spentMs = Math.max(now() - beganMs, waitedMs);
      if (!isLast && sent.again && spentMs + waitMs < patienceMs) {
        waitedMs += waitMs;
        await pause(waitMs);
        continue;
      }
      if ('error' in sent) throw sent.error;
      return sent.response;
    }
  };
}
