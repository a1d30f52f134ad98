/** When a service is no longer asked, and for how long; times in milliseconds. */
export const serviceBreakerLimits = {
  windowMs: 10_000,
  /** Fewer calls than this in the window say nothing. */
  callsMin: 20,
  /** More of them unanswered than this, and it opens. */
  failedShareMax: 0.5,
  openMs: 1_000,
  openMsMax: 5_000,
} as const;

/** Refuses calls to a service of which most are not answered, so that nobody waits for what does not come. */
export interface ServiceBreaker {
  /** Milliseconds until it may be asked again; 0 where it may now. While it is half open, one call may. */
  refusedForMs(nowMs: number): number;
  /** What became of a call that was let through; `unknown` where its caller went away. */
  note(outcome: 'answered' | 'unanswered' | 'unknown', nowMs: number): void;
  isOpen(): boolean;
}

/** Calls of one second. */
interface Second {
  calls: number;
  failed: number;
}

const secondMs = 1_000;

/** Closed, open until a moment, or half open: open, the moment over, one trial under way. */
export function createServiceBreaker(): ServiceBreaker {
  const limits = serviceBreakerLimits;
  const seconds = new Map<number, Second>();
  let open: { untilMs: number; lengthMs: number; isTried: boolean } | undefined;

  function openFor(lengthMs: number, nowMs: number): void {
    const length = Math.min(limits.openMsMax, lengthMs);
    open = { untilMs: nowMs + length, lengthMs: length, isTried: false };
    seconds.clear();
  }

  /** Adds a call, and answers how many there were in the window. */
  function counted(hasFailed: boolean, nowMs: number): Second {
    const current = Math.floor(nowMs / secondMs);
    for (const second of seconds.keys())
      if (second <= current - limits.windowMs / secondMs) seconds.delete(second);
    const own = seconds.get(current) ?? { calls: 0, failed: 0 };
    seconds.set(current, own);
    own.calls += 1;
    own.failed += hasFailed ? 1 : 0;
    return [...seconds.values()].reduce((sum, { calls, failed }) => {
      return { calls: sum.calls + calls, failed: sum.failed + failed };
    });
  }

  return {
    isOpen: () => open !== undefined,
    refusedForMs(nowMs) {
      if (open === undefined) return 0;
      if (nowMs < open.untilMs) return open.untilMs - nowMs;
      if (open.isTried) return limits.openMs;
      open.isTried = true;
      return 0;
    },
    note(outcome, nowMs) {
      if (open !== undefined) {
        // Calls from before it opened come in as well; they count for nothing.
        if (!open.isTried) return;
        if (outcome === 'answered') open = undefined;
        else if (outcome === 'unanswered') openFor(open.lengthMs * 2, nowMs);
        else open.isTried = false;
        return;
      }
      if (outcome === 'unknown') return;
      const { calls, failed } = counted(outcome === 'unanswered', nowMs);
      if (calls >= limits.callsMin && failed > calls * limits.failedShareMax)
        openFor(limits.openMs, nowMs);
    },
  };
}
