import type { Random } from '../../platform/testing/random';

/** A clock that moves on when everybody waits, to whoever waits the shortest. */
export function virtualTime(random: Random) {
  const waiting: { readonly dueMs: number; readonly go: () => void }[] = [];
  let ms = 1_000_000;
  return {
    now: () => ms,
    /** Up to `most` milliseconds, by chance. */
    rest: (most: number) =>
      new Promise<void>((go) => void waiting.push({ dueMs: ms + random.next() * most, go })),
    /** Until the work is done. */
    async run<Found>(work: Promise<Found>): Promise<Found> {
      const state = { isOver: false };
      const done = work.finally(() => (state.isOver = true));
      done.catch(() => undefined);
      for (;;) {
        await new Promise(setImmediate);
        if (state.isOver) return done;
        waiting.sort((one, other) => one.dueMs - other.dueMs);
        const next = waiting.shift();
        if (next === undefined) throw new Error('nobody waits, and the work is not done');
        ms = Math.max(ms, next.dueMs);
        next.go();
      }
    },
  };
}
