import { heldSlots } from '../event-log/relay/held-leases';
import type { HeldSlots } from '../event-log/relay/held-leases';
import { createLease } from '../event-log/relay/lease';
import { waiter } from '../runtime/waiter';
import type { RepublishOptions } from './options';

/**
 * Takes slots from their relays and waits until whatever those had begun is over: a relay renews before each send, at
 * most a third of a lease ago, and a send is shorter than the rest. One that was stopped for longer can only repeat.
 */
export async function holdSlots(
  { source, owner }: Pick<RepublishOptions, 'source' | 'owner'>,
  slots: Iterable<number>,
  leaseMs: number,
): Promise<HeldSlots> {
  const nowMs = (): number => performance.now();
  const leases = [...slots].map((slot) => createLease({ source, slot, owner, leaseMs, nowMs }));
  const held = heldSlots(leases);
  try {
    let isBusy = false;
    for (const lease of leases) isBusy = (await lease.seize()) || isBusy;
    if (isBusy) await waitKeeping(held, leaseMs, nowMs);
  } catch (error) {
    await held.release().catch(() => undefined);
    throw error;
  }
  return held;
}

async function waitKeeping(held: HeldSlots, leaseMs: number, nowMs: () => number): Promise<void> {
  const pause = waiter();
  const endMs = nowMs() + leaseMs;
  for (let leftMs = leaseMs; leftMs > 0; leftMs = endMs - nowMs()) {
    await pause.wait(Math.min(leftMs, leaseMs / 4));
    await held.keep();
  }
}
