/** Waiting that can be cut short: by a hint, or for good by a stop. Any number may wait at once. */
export interface Waiter {
  /** Resolves after `ms`, at the next `wake`, or at once when stopped. */
  wait(ms: number): Promise<void>;
  /** Ends every wait; while nobody waits it is kept for the next one, so that no hint falls between two waits. */
  wake(): void;
  stop(): void;
  /** Resolves when stopped. */
  readonly stopped: Promise<void>;
}

/** A waiter for a loop that must stop promptly. */
export function waiter(): Waiter {
  const waiting = new Set<() => void>();
  let isStopped = false;
  let isWoken = false;
  let announce: () => void = () => undefined;
  const stopped = new Promise<void>((resolve) => (announce = resolve));

  function releaseAll(): void {
    for (const release of [...waiting]) release();
  }

  function hold(ms: number, resolve: () => void): void {
    const release = (): void => {
      clearTimeout(timer);
      waiting.delete(release);
      resolve();
    };
    const timer = setTimeout(release, ms);
    waiting.add(release);
  }

  return {
    stopped,
    wait: (ms) =>
      new Promise((resolve) => {
        const isOver = isStopped || isWoken;
        isWoken = false;
        if (isOver) resolve();
        else hold(ms, resolve);
      }),
    wake: () => {
      isWoken = waiting.size === 0;
      releaseAll();
    },
    stop: () => {
      isStopped = true;
      releaseAll();
      announce();
    },
  };
}
