import { setTimeout as delay } from 'node:timers/promises';
import type { Hands } from './hands';
import type { Hit } from './plan';

/** A fault that was done, in milliseconds since 1970; or one that could not be. */
export interface Struck {
  readonly hit: Hit;
  /** A named point that nobody came by: no fault. */
  readonly missed: boolean;
  readonly struckAt: number;
  /** When the victim was let go on, or began to be started again. */
  readonly endedAt: number;
  /** When it answered again. */
  readonly liftedAt: number;
}

export interface RageOptions {
  readonly plan: readonly Hit[];
  readonly hands: Hands;
  readonly overlap: number;
  /** No fault begins after so long, however many the plan still has, milliseconds. */
  readonly lengthMs: number;
  readonly onStruck: (struck: Struck, at: 'struck' | 'lifted') => void;
  readonly signal: AbortSignal;
}

/**
 * Does the faults of a plan in their order, each when it is due and a place is free: with an overlap of one the next
 * begins only when the victim of the one before answers again. One victim is never hit twice at the same time.
 * Takes its whole length, also where the plan has no fault left.
 */
export async function rage(options: RageOptions): Promise<readonly Struck[]> {
  const { plan, overlap, lengthMs, signal } = options;
  const startedMs = performance.now();
  const struck: Struck[] = [];
  const going = new Map<string, Promise<void>>();
  for (const hit of plan) {
    await delay(Math.max(0, hit.atMs - (performance.now() - startedMs)), undefined, { signal });
    while (going.size >= overlap) await Promise.race(going.values());
    await going.get(hit.victim);
    if (performance.now() - startedMs > lengthMs) break;
    const done = strike(options, hit)
      .then((each) => void struck.push(each))
      .finally(() => going.delete(hit.victim));
    going.set(hit.victim, done);
  }
  await Promise.all(going.values());
  await delay(Math.max(0, lengthMs - (performance.now() - startedMs)), undefined, { signal });
  return struck.toSorted((a, b) => a.struckAt - b.struckAt);
}

async function strike({ hands, onStruck }: RageOptions, hit: Hit): Promise<Struck> {
  const begun = Date.now();
  const result = await hands.strike(hit);
  // A named point is come by some time after it was armed.
  const struckAt = hit.kind === 'crash' ? Date.now() : begun;
  const missed = result === 'missed';
  const struck = { hit, missed, struckAt, endedAt: struckAt, liftedAt: struckAt };
  onStruck(struck, 'struck');
  if (missed) return struck;
  await delay(hit.holdMs);
  const endedAt = Date.now();
  await hands.lift(hit);
  const lifted = { ...struck, endedAt, liftedAt: Date.now() };
  onStruck(lifted, 'lifted');
  return lifted;
}
