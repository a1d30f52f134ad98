import type { Lease } from './lease';

/** Slots that nobody else sends to meanwhile. */
export interface HeldSlots {
  /** Reads every lease again; throws `LEASE_LOST` where one went to somebody else. */
  confirm(): Promise<void>;
  /** Renews what is due; to be called more often than a third of a lease lasts. */
  keep(): Promise<void>;
  /** Gives the slots back; the relay goes on within a moment. */
  release(): Promise<void>;
}

/** Several leases as one. */
export function heldSlots(leases: readonly Lease[]): HeldSlots {
  return {
    confirm: async () => void (await Promise.all(leases.map((lease) => lease.confirm()))),
    keep: async () => void (await Promise.all(leases.map((lease) => lease.keep()))),
    release: async () => void (await Promise.all(leases.map((lease) => lease.release()))),
  };
}
