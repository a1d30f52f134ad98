import { heldSlots } from '../event-log/relay/held-leases';
import type { HeldSlots } from '../event-log/relay/held-leases';
import { createLease } from '../event-log/relay/lease';
import { relayLimits } from '../event-log/relay/options';
import type { OutboxSource } from '../outbox/ports';
import { waiter } from '../runtime/waiter';

/** The service runs, so its database cannot be made whole. */
export class ServiceRunning extends Error {
  readonly code = 'SERVICE_RUNNING';
  readonly fix = 'stop every process of the service (its relay lives in them), and run this again';
}

/** Every slot of a service's relay; `keep` throws {@link ServiceRunning} when somebody took one. */
export interface Hold extends Pick<HeldSlots, 'keep' | 'release'> {
  /** Notes that the database has everything in front of these offsets, by slot; `release` writes it into the leases. */
  note(ends: ReadonlyMap<number, string>): void;
}

/** How long a lease that stands still is watched: a process that was killed has left it behind. */
const waitMs = relayLimits.leaseMs * 1.5;
const askMs = 500;

/**
 * Takes the relay leases of every slot. A relay lives in each process of its service, so a lease that moves says that
 * one is running: then {@link ServiceRunning} is thrown, and nothing was taken.
 */
export async function holdStopped(
  source: Pick<OutboxSource, 'readLease' | 'writeLease'>,
  { partitions, owner }: { readonly partitions: number; readonly owner: string },
): Promise<Hold> {
  const nowMs = () => performance.now();
  const leases = Array.from({ length: partitions }, (_, slot) =>
    createLease({ source, slot, owner, leaseMs: relayLimits.leaseMs, nowMs }),
  );
  const held = heldSlots(leases);
  const pause = waiter();
  const deadlineMs = nowMs() + waitMs;
  const waiting = new Set(leases);
  for (;;) {
    for (const lease of waiting) if (await lease.take()) waiting.delete(lease);
    if (waiting.size === 0) break;
    if (nowMs() >= deadlineMs) {
      await held.release();
      throw new ServiceRunning('somebody renews the leases of its relay');
    }
    await pause.wait(askMs);
  }
  return {
    release: () => held.release(),
    keep: () => held.keep().catch(taken),
    note: (ends) => {
      for (const [slot, end] of ends) leases[slot]?.note(end);
    },
  };
}

function taken(error: unknown): never {
  if ((error as { code?: string }).code !== 'LEASE_LOST') throw error;
  throw new ServiceRunning('a relay took a slot meanwhile', { cause: error });
}
