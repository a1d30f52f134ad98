import type { OutboxSource } from '../../outbox/ports';

/** Bounds of what a barrier believes of clocks and indexes, in milliseconds. They only make it later. */
export const barrierLimits = {
  /** Clocks of writers and databases may differ so much, and an index may lag so much behind its table. */
  skewMs: 1_000,
} as const;

/** The moment up to which everything that a service committed was read from its log. */
export interface Barrier {
  /** On our own clock, as `performance.now()`; everything committed before is in the ledger. */
  clearedMs(): number;
  /** Asks the outbox, then the log: what is sent stands below these marks. One question at a time is open. */
  ask(
    source: Pick<OutboxSource, 'depth'>,
    highs: () => Promise<ReadonlyMap<number, bigint>>,
  ): Promise<void>;
  /** Tells how far the log was read, and by what the ledger has. */
  read(readTo: (partition: number) => bigint): void;
}

/** Nothing is cleared before it was asked. */
export function openBarrier(now: () => number): Barrier {
  let clearedMs = -Infinity;
  let open: { readonly atMs: number; readonly highs: ReadonlyMap<number, bigint> } | undefined;
  return {
    clearedMs: () => clearedMs,
    async ask(source, highs) {
      if (open !== undefined) return;
      const askedMs = now();
      const { pending, oldestAgeMs } = await source.depth();
      const atMs = askedMs - barrierLimits.skewMs - (pending === 0 ? 0 : oldestAgeMs);
      open = { atMs, highs: await highs() };
    },
    read(readTo) {
      if (open === undefined) return;
      if ([...open.highs].some(([partition, high]) => readTo(partition) < high)) return;
      clearedMs = Math.max(clearedMs, open.atMs);
      open = undefined;
    },
  };
}
