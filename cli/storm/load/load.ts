import { setTimeout as delay } from 'node:timers/promises';
import { Random } from '../../../platform/testing/random';
import { runErrand } from './errands';
import type { Counter, Errand } from './errands';
import type { ErrandKind } from './ticket';

/** How often each errand is run, of a hundred. */
const shares: Readonly<Record<ErrandKind, number>> = {
  order: 52,
  scarce: 9,
  declined: 6,
  doubled: 9,
  reused: 3,
  cancelled: 7,
  returned: 8,
  bulk: 2,
  receipt: 4,
};

/** More clients that repeat themselves would be a fault of their own. */
const loadLimits = { errandsAtOnce: 24, piecesMax: 3 } as const;

export interface LoadOptions {
  readonly counter: Counter;
  readonly seed: number;
  /** Errands that begin each second, made up for later where too many were waiting. */
  readonly ratePerSecond: number;
  /** Ends the load: nobody comes any more, and no further errand begins. */
  readonly signal: AbortSignal;
  /** Those who came in time and waited for their turn are served after the end as well. */
  readonly drains: boolean;
}

/** Errands in the order of a seed. */
export function* errandsOf(seed: number, { market }: Pick<Counter, 'market'>): Generator<Errand> {
  const random = new Random(seed);
  for (;;) {
    yield {
      kind: drawKind(random.next() * 100),
      username: random.pick(market.buyers) ?? '',
      sku: random.pick(market.shelves) ?? '',
      quantity: 1 + Math.floor(random.next() * loadLimits.piecesMax),
    };
  }
}

function drawKind(place: number): ErrandKind {
  let left = place;
  for (const [kind, share] of Object.entries(shares) as [ErrandKind, number][]) {
    if (left < share) return kind;
    left -= share;
  }
  return 'order';
}

/** Sends clients at a steady rate until told to stop; resolves when the last of them has its answers. */
export async function keepLoading(options: LoadOptions): Promise<void> {
  const { counter, seed, ratePerSecond, signal, drains } = options;
  const startedMs = performance.now();
  let endedMs = Infinity;
  signal.addEventListener('abort', () => (endedMs = performance.now()), { once: true });
  const going = new Set<Promise<void>>();
  let begun = 0;
  for (const errand of errandsOf(seed, counter)) {
    const dueMs = startedMs + (begun * 1_000) / ratePerSecond;
    await delay(Math.max(0, dueMs - performance.now()), undefined, { signal }).catch(
      () => undefined,
    );
    if (signal.aborted && !(drains && dueMs <= endedMs)) break;
    while (going.size >= loadLimits.errandsAtOnce) await Promise.race(going);
    begun += 1;
    const run = runErrand(counter, errand).finally(() => going.delete(run));
    going.add(run);
  }
  await Promise.all(going);
}
