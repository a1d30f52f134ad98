import type { OutboxSource } from '../../outbox/ports';

/** What a lease is judged by; `nowMs` is this process's monotonic clock, nobody else's. */
export interface LeaseOptions {
  readonly source: Pick<OutboxSource, 'readLease' | 'writeLease'>;
  readonly slot: number;
  /** Unique per start of a process: a successor under the same name is a challenger like any other. */
  readonly owner: string;
  readonly leaseMs: number;
  readonly nowMs: () => number;
}

/** Thrown when somebody else holds the slot now: everything begins again with taking the lease. */
export class LeaseLost extends Error {
  readonly code = 'LEASE_LOST';
}

/** Our side of the time-limited right to relay one slot. */
export interface Lease {
  /** Tries to get the lease. False: somebody holds it, ask again soon; the watch for their silence goes on. */
  take(): Promise<boolean>;
  /**
   * Takes the slot from whoever holds it, without watching them first. They notice at their next renewal and may be
   * sending until then: true says so, and the first send must wait for `leaseMs`.
   */
  seize(): Promise<boolean>;
  /** Reads the row again and throws {@link LeaseLost} unless it is still exactly ours. */
  confirm(): Promise<void>;
  /** Renews when a third of the time is gone; throws {@link LeaseLost} when somebody was first. */
  keep(): Promise<void>;
  /** Notes how far the log is known to be in the events table; written with the next renewal. */
  note(logEnd: string): void;
  /** Whether {@link keep} would renew now. */
  isDue(): boolean;
  /** Gives the slot to whoever asks next; does nothing when it is not ours. */
  release(): Promise<void>;
}

/** Owner of a lease that was given back. */
const nobody = '';

/** A holder renews every few seconds; who meets it that often has met somebody who seizes too. */
const seizeTriesMax = 20;

/**
 * A lease by record version, which needs no clock in the database: the holder writes a new version now and then, and a
 * challenger who has seen one version unchanged for `leaseMs` on its own monotonic clock may replace it.
 */
export function createLease({ source, slot, owner, leaseMs, nowMs }: LeaseOptions): Lease {
  let seen: { version: number; sinceMs: number } | undefined;
  let held: { version: number; writtenAtMs: number } | undefined;
  let logEnd: string | undefined;

  async function write(expectedVersion: number, next = owner): Promise<boolean> {
    const writtenAtMs = nowMs(); // before the write: the row is never younger than we believe
    const version = expectedVersion + 1;
    const isWritten = await source.writeLease(
      { slot, owner: next, version, ...(logEnd === undefined ? {} : { logEnd }) },
      expectedVersion,
    );
    held = isWritten && next === owner ? { version, writtenAtMs } : undefined;
    return isWritten;
  }

  async function take(): Promise<boolean> {
    const current = await source.readLease(slot);
    logEnd = current?.logEnd;
    if (current === undefined) return write(0);
    if (current.owner === nobody || current.owner === owner) return write(current.version);
    if (seen?.version !== current.version) {
      seen = { version: current.version, sinceMs: nowMs() };
      return false;
    }
    return nowMs() - seen.sinceMs >= leaseMs ? write(current.version) : false;
  }

  async function seize(): Promise<boolean> {
    for (let tries = 0; tries < seizeTriesMax; tries += 1) {
      const current = await source.readLease(slot);
      logEnd = current?.logEnd;
      if (await write(current?.version ?? 0)) return (current?.owner ?? nobody) !== nobody;
    }
    throw new LeaseLost(`slot ${slot} is renewed too often to be taken`);
  }

  function mine(): { version: number; writtenAtMs: number } {
    if (held === undefined) throw new LeaseLost(`slot ${slot} is not ours`);
    return held;
  }

  const isDue = (): boolean => nowMs() - mine().writtenAtMs >= leaseMs / 3;
  return {
    ...{ take, seize, isDue },
    note: (end) => void (logEnd = end),
    confirm: async () => {
      const { version } = mine();
      const current = await source.readLease(slot);
      if (current?.version === version && current.owner === owner) return;
      held = undefined;
      throw new LeaseLost(`slot ${slot} went to ${current?.owner ?? 'nobody'}`);
    },
    keep: async () => {
      if (!isDue()) return;
      if (!(await write(mine().version))) throw new LeaseLost(`slot ${slot} was taken over`);
    },
    release: async () => {
      if (held !== undefined) await write(held.version, nobody);
    },
  };
}
