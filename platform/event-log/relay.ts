import { waiter } from '../runtime/waiter';
import { createLease } from './relay/lease';
import { relayLimits } from './relay/options';
import type { CompleteRelayOptions, RelayObserver, RelayOptions } from './relay/options';
import type { RelayStatus, SlotStatus } from './relay/options';
import { createSlotWorker } from './relay/slot';

export { relayLimits } from './relay/options';
export type { RelayObserver, RelayOptions, RelayStatus } from './relay/options';

/** A running relay. */
export interface Relay {
  /** A hint that there are new events; never needed, only faster. */
  wake(): void;
  status(): RelayStatus;
  /** Finishes what is on its way, gives its slots back and resolves. */
  stop(): Promise<void>;
}

interface SlotRun {
  wake(): void;
  stop(): void;
  readonly status: () => SlotStatus;
  readonly parked: () => RelayStatus['parked'];
  readonly finished: Promise<void>;
}

/**
 * Moves events from a service's outbox to its topic: per slot lease → connect → lease again → send → mark. Guarantees
 * at least once and order per aggregate; a relay that lost its lease unawares can repeat, never reorder or skip.
 * Slots work independently, each with bounded batches, so none can starve another.
 */
export function startRelay(options: RelayOptions): Relay {
  const complete = withDefaults(options);
  const state = { stopped: false };
  const slots = Array.from({ length: complete.partitions }, (_, slot) =>
    runSlot(complete, slot, () => state.stopped),
  );
  const wake = (): void => slots.forEach((slot) => slot.wake());
  const unsubscribe = complete.source.subscribe(wake);
  return {
    wake,
    status: () => ({
      slots: slots.map(({ status }) => status()),
      parked: slots.flatMap(({ parked }) => parked()),
    }),
    stop: async () => {
      state.stopped = true;
      unsubscribe();
      slots.forEach((slot) => slot.stop());
      await Promise.all(slots.map(({ finished }) => finished));
    },
  };
}

function withDefaults(options: RelayOptions): CompleteRelayOptions {
  const silent: RelayObserver = {
    sent: () => undefined,
    repeated: () => undefined,
    failed: () => undefined,
    parked: () => undefined,
  };
  return {
    clock: () => Date.now(),
    nowMs: () => performance.now(),
    schemaHashOf: () => undefined,
    ...options,
    limits: { ...relayLimits, ...options.limits },
    observe: { ...silent, ...options.observe },
  };
}

function runSlot(options: CompleteRelayOptions, slot: number, isStopped: () => boolean): SlotRun {
  const bell = waiter();
  // Backing off must not be cut short by hints, or a busy service would hammer a broker that is down.
  const pause = waiter();
  const worker = createSlotWorker(options, slot);
  const lease = createLease({ ...options, slot, leaseMs: options.limits.leaseMs });
  const now: { state: SlotStatus['state']; lastError?: string } = { state: 'waiting' };

  async function lead(): Promise<void> {
    if (!(await lease.take())) {
      now.state = 'waiting';
      await pause.wait(options.limits.challengeMs);
      return;
    }
    now.state = 'leading';
    await worker.serve(lease, bell, isStopped);
  }

  function report(error: unknown): void {
    const code = codeOf(error);
    now.state = 'failing';
    now.lastError = error instanceof Error ? error.message : String(error);
    options.observe.failed(code);
    options.log.warn('the relay begins again with the lease', {
      ...{ slot, topic: options.topic, code, error },
    });
  }

  async function run(): Promise<void> {
    let backoffMs = options.limits.backoffMsMin;
    while (!isStopped()) {
      const startedMs = options.nowMs();
      try {
        await lead();
      } catch (error) {
        report(error);
        const wasLong = options.nowMs() - startedMs > options.limits.leaseMs;
        backoffMs = wasLong ? options.limits.backoffMsMin : backoffMs;
        await pause.wait(backoffMs);
        backoffMs = Math.min(backoffMs * 2, options.limits.backoffMsMax);
      }
    }
    await lease.release().catch(report);
    now.state = 'stopped';
  }

  return {
    wake: () => bell.wake(),
    stop: () => {
      bell.stop();
      pause.stop();
    },
    parked: () => [...worker.parked.values()],
    status: () => ({ slot, ...worker.status, ...now }),
    finished: run(),
  };
}

function codeOf(error: unknown): string {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : 'UNKNOWN';
}
